import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Letters of the readable beginning by which a key's row is found. */
const PREFIX_LENGTH = 8;
const SECRET_BYTES = 32;

export interface IssuedKey {
  /** Shown once and never stored. */
  readonly key: string;
  readonly prefix: string;
  readonly hash: Buffer;
}

/** Makes a new key; only its beginning and its keyed hash may be stored (API-2). */
export function issueKey(pepper: string): IssuedKey {
  const prefix = randomBytes(PREFIX_LENGTH / 2).toString('hex');
  const key = `${prefix}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { key, prefix, hash: hashKey(key, pepper) };
}

/** What is stored of a key: without the server's pepper a stolen table opens nothing. */
export function hashKey(key: string, pepper: string): Buffer {
  return createHmac('sha256', pepper).update(key, 'utf8').digest();
}

/** The beginning of a presented key; undefined for anything that was never issued. */
export function prefixOf(key: string): string | undefined {
  return /^([0-9a-f]{8})_[0-9A-Za-z_-]{43}$/.exec(key)?.[1];
}

/** Compares in constant time, so that a guess learns nothing from how long it took. */
export function isSameHash(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
