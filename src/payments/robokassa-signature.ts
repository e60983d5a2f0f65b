import { createHash, timingSafeEqual } from 'node:crypto';

/** The hash algorithms a shop can choose at Robokassa. */
export const ROBOKASSA_HASHES = ['md5', 'ripemd160', 'sha1', 'sha256', 'sha384', 'sha512'] as const;
export type RobokassaHash = (typeof ROBOKASSA_HASHES)[number];

export interface RobokassaCredentials {
  readonly merchantLogin: string;
  readonly password1: string;
  readonly password2: string;
  /** One of {@link ROBOKASSA_HASHES}, in any case. */
  readonly hash: string;
}

/** `Shp_` parameters by name, decoded, exactly as sent or received. */
export type ShpFields = Readonly<Record<string, string>>;

/** What opens a payment; the parts that are absent leave no trace in the signed text. */
export interface RobokassaInit {
  readonly outSum: string;
  /** Empty when Robokassa is to choose the number: the field stays, empty. */
  readonly invId: string;
  readonly outSumCurrency?: string;
  readonly userIp?: string;
  readonly receipt?: string;
  readonly stepByStep?: string;
  readonly resultUrl2?: string;
  readonly successUrl2?: { readonly url: string; readonly method: string };
  readonly failUrl2?: { readonly url: string; readonly method: string };
  readonly token?: string;
  readonly shp: ShpFields;
}

/** The signed part of a notification: amounts and numbers are text, hashed as received and parsed only afterwards. */
export interface RobokassaResult {
  readonly outSum: string;
  readonly invId: string;
  readonly shp: ShpFields;
}

export interface RobokassaSignatures {
  /** Lower-case hex for the payment page and, by the same formula, for the charge of a saved card. */
  init(terms: RobokassaInit): string;
  /** Lower-case hex of a question about one invoice number. */
  operation(invId: string): string;
  /** Lower-case hex of a notification. */
  result(result: RobokassaResult): string;
  /** True for the right hex in any case; takes equally long for every wrong one. */
  verifyResult(result: RobokassaResult, signature: string): boolean;
}

/** Signs and verifies with one shop's secrets. An unknown algorithm or an empty secret is an error here, not later. */
export function robokassaSignatures(credentials: RobokassaCredentials): RobokassaSignatures {
  const { merchantLogin, password1, password2 } = credentials;
  const hash = knownHash(credentials.hash);
  if (!merchantLogin || !password1 || !password2)
    throw new Error('a merchant login or password is empty; notifications could be forged');
  const digest = (parts: readonly string[]) =>
    createHash(hash).update(parts.join(':'), 'utf8').digest('hex');
  const result = ({ outSum, invId, shp }: RobokassaResult) =>
    digest([outSum, invId, password2, ...shpPairs(shp)]);
  return {
    init: (terms) =>
      digest([merchantLogin, ...initParts(terms), password1, ...shpPairs(terms.shp)]),
    operation: (invId) => digest([merchantLogin, invId, password2]),
    result,
    verifyResult: (received, signature) => isSameHex(signature, result(received)),
  };
}

/**
 * True when no value could be read as the start of another `Shp_` parameter. Without this an attacker could move
 * the end of one parameter into its neighbour and keep the signature valid.
 */
export function isUnambiguous(shp: ShpFields): boolean {
  return Object.entries(shp).every(
    ([name, value]) => /^Shp_\w+$/i.test(name) && !/:shp_/i.test(value),
  );
}

function knownHash(name: string): RobokassaHash {
  const hash = ROBOKASSA_HASHES.find((known) => known === name.toLowerCase());
  if (!hash) throw new Error(`hash ${name} is unknown; use one of ${ROBOKASSA_HASHES.join(', ')}`);
  return hash;
}

function initParts(terms: RobokassaInit): string[] {
  const { successUrl2, failUrl2 } = terms;
  const optional = [
    terms.outSumCurrency,
    terms.userIp,
    terms.receipt,
    terms.stepByStep,
    terms.resultUrl2,
    successUrl2?.url,
    successUrl2?.method,
    failUrl2?.url,
    failUrl2?.method,
    terms.token,
  ];
  return [terms.outSum, terms.invId, ...optional.filter((part) => part !== undefined)];
}

/** Ordinal order: with one spelling of the prefix and lower-case names it equals every documented order. */
function shpPairs(shp: ShpFields): string[] {
  return Object.keys(shp)
    .sort()
    .map((name) => `${name}=${shp[name] ?? ''}`);
}

/** Compares digests of both sides, so that neither length nor first difference shows in the time taken. */
function isSameHex(given: string, expected: string): boolean {
  const digest = (hex: string) => createHash('sha256').update(hex.toLowerCase()).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
