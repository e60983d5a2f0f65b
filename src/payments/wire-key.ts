import { createHash } from 'node:crypto';

/** A key of any length and alphabet as every protocol takes it: 43 characters of A–Z, a–z, 0–9, `-` and `_`. */
export function wireKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
