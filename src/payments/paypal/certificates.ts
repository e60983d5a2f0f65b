import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { callText } from '../outgoing';

/** Whose word counts in notifications: where certificates lie, and who has to have issued them. */
export interface CertificateTrust {
  /** Origins such as `https://api.paypal.com`. */
  readonly origins: readonly string[];
  /** Root certificates in PEM. */
  readonly authorities: readonly string[];
}

/** PayPal's own hosts, live and sandbox, and the authorities that the machine trusts. */
const PAYPALS_OWN: CertificateTrust = {
  origins: ['https://api.paypal.com', 'https://api.sandbox.paypal.com'],
  authorities: rootCertificates,
};

export type CertificateSource = (
  url: string,
  atMs: number,
) => Promise<
  | { readonly kind: 'key'; readonly key: KeyObject }
  | { readonly kind: 'refused'; readonly reason: string }
>;

/** Certificates that are remembered at most; PayPal uses a handful. */
const KEPT = 20;
const LONGEST_TEXT = 64 * 1_024;
const LONGEST_CHAIN = 6;

/**
 * The key behind a certificate's address, once the address, the chain up to a known authority, the dates and the name
 * are those of PayPal. What was fetched is kept, and judged anew each time by the clock of the caller; never throws.
 */
export function certificateSource({
  trust = PAYPALS_OWN,
  timeoutMs,
}: {
  readonly trust?: CertificateTrust | undefined;
  readonly timeoutMs: number;
}): CertificateSource {
  const kept = new Map<string, readonly X509Certificate[]>();
  const authorities = once(() => trust.authorities.map((pem) => new X509Certificate(pem)));
  return async (url, atMs) => {
    if (!isAllowed(url, trust.origins)) {
      return { kind: 'refused', reason: 'the certificate does not lie with PayPal' };
    }
    const trusted = (chain: readonly X509Certificate[]) => isTrusted(chain, authorities(), atMs);
    const known = kept.get(url) ?? [];
    // A certificate that has ended may have been followed by another at the same address.
    const chain = trusted(known) ? known : await fetchChain(url, timeoutMs);
    const [leaf] = chain;
    if (!leaf || !trusted(chain)) {
      return { kind: 'refused', reason: 'the certificate is not a valid one of PayPal’s' };
    }
    if (chain !== known) keep(kept, url, chain);
    return { kind: 'key', key: leaf.publicKey };
  };
}

function isAllowed(address: string, origins: readonly string[]): boolean {
  if (!URL.canParse(address)) return false;
  const { origin, username, password, pathname, search, hash } = new URL(address);
  const isBare = username === '' && password === '' && search === '' && hash === '';
  return (
    isBare && origins.includes(origin) && /^\/v1\/notifications\/certs\/[\w-]+$/.test(pathname)
  );
}

/** The certificates at an address, the signing one first; none where anything goes wrong. */
async function fetchChain(url: string, timeoutMs: number): Promise<readonly X509Certificate[]> {
  const answer = await callText({ method: 'GET', url, timeoutMs });
  if (answer.kind === 'unknown' || answer.status !== 200) return [];
  try {
    const blocks = answer.text
      .slice(0, LONGEST_TEXT)
      .match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
    return (blocks ?? []).slice(0, LONGEST_CHAIN).map((pem) => new X509Certificate(pem));
  } catch {
    return [];
  }
}

/** Walks from the signing certificate to an authority; every step is signed by the next and valid now. */
function isTrusted(
  chain: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  atMs: number,
): boolean {
  let [current] = chain;
  if (!current || !isNamedPaypal(current) || current.publicKey.asymmetricKeyType !== 'rsa') {
    return false;
  }
  for (let step = 0; step < LONGEST_CHAIN; step += 1) {
    const below: X509Certificate = current;
    if (!isValidAt(below, atMs)) return false;
    if (authorities.some((root) => hasIssued(root, below) && isValidAt(root, atMs))) return true;
    const above = chain.find((each) => each !== below && each.ca && hasIssued(each, below));
    if (!above) return false;
    current = above;
  }
  return false;
}

function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isValidAt({ validFrom, validTo }: X509Certificate, atMs: number): boolean {
  return Date.parse(validFrom) <= atMs && atMs <= Date.parse(validTo);
}

/** The common name is a host below paypal.com. */
function isNamedPaypal({ subject }: X509Certificate): boolean {
  const names = subject.split('\n').filter((line) => line.startsWith('CN='));
  return names.length === 1 && /^CN=(?:[\w-]+\.|\*\.)+paypal\.com$/i.test(names[0] ?? '');
}

function keep<Key, Value>(kept: Map<Key, Value>, key: Key, value: Value): void {
  const [oldest] = kept.keys();
  if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(key, value);
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
