import { createHash } from 'node:crypto';

/** The 32 bytes kept in `terms_hash`: SHA-256 of the canonical terms that the domain's `canonicalTerms` writes (TP-7). */
export function termsHash(canonical: string): Buffer {
  return createHash('sha256').update(canonical, 'utf8').digest();
}
