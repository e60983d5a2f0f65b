import { createHash, timingSafeEqual } from 'node:crypto';

/** The hash algorithms a Robokassa shop can choose. */
export const HASHES = ['md5', 'ripemd160', 'sha1', 'sha256', 'sha384', 'sha512'] as const;
export type HashName = (typeof HASHES)[number];

export interface Credentials {
  readonly merchantLogin: string;
  readonly password1: string;
  readonly password2: string;
  readonly hash: string;
}

/**
 * The bank's own half of the Robokassa signatures. It shares no code with the product's adapter on purpose:
 * a mistake in one of them is caught by the other.
 */
export interface Signatures {
  /** Signature of a payment's opening (Password1). */
  init(terms: InitTerms): string;
  /** Signature of a notification (Password2). */
  result(outSum: string, invId: string, shp: Readonly<Record<string, string>>): string;
}

export interface InitTerms {
  readonly outSum: string;
  readonly invId: string;
  readonly currency: string;
  readonly shp: Readonly<Record<string, string>>;
}

export function signatures(credentials: Credentials): Signatures {
  const algorithm = HASHES.find((name) => name === credentials.hash.toLowerCase());
  if (!algorithm) throw new Error(`hash ${credentials.hash} is not one of ${HASHES.join(', ')}`);
  const digest = (parts: readonly string[]) =>
    createHash(algorithm).update(parts.join(':'), 'utf8').digest('hex');
  return {
    init: ({ outSum, invId, currency, shp }) =>
      digest([
        credentials.merchantLogin,
        outSum,
        invId,
        ...(currency === 'RUB' ? [] : [currency]),
        credentials.password1,
        ...shpPairs(shp),
      ]),
    result: (outSum, invId, shp) =>
      digest([outSum, invId, credentials.password2, ...shpPairs(shp)]),
  };
}

/** Equal hex, whatever its case, in constant time. */
export function sameSignature(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((hex) =>
    createHash('sha256').update(hex.toLowerCase()).digest(),
  );
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

/** The `Shp_` parameters of a request. */
export function shpOf(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith('Shp_')));
}

function shpPairs(shp: Readonly<Record<string, string>>): string[] {
  return Object.keys(shp)
    .sort()
    .map((name) => `${name}=${shp[name] ?? ''}`);
}
