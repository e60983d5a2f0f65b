import { createHash } from 'node:crypto';
import type { Locale } from '../../domain/messages';
import type { ConsentView } from '../../reads/methods';
import type { TextKey } from '../../texts';
import { sayPlainly } from '../wording';

/** Every text whose press lets us charge a saved method. */
const AGREEMENTS: readonly TextKey[] = ['sub.how.consent', 'quote.renew_consent', 'auto.consent'];
const LOCALES: readonly Locale[] = ['ru', 'en'];

/**
 * The very words that somebody agreed to, in the language in which they read them, by the hash on record. Undefined
 * when the words have been changed since.
 */
export function agreedWords({ textHash }: Pick<ConsentView, 'textHash'>): string | undefined {
  return LOCALES.flatMap((locale) => AGREEMENTS.map((key) => sayPlainly(locale, key))).find(
    (words) => createHash('sha256').update(words).digest('hex') === textHash,
  );
}
