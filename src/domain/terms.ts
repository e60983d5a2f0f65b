import type { Locale } from './messages';

/** The operator's terms of service as they stand now; who accepted another version is asked again. */
export interface Terms {
  readonly version: string;
  /** SHA-256 of the document in each language, in hexadecimal: what exactly was accepted. */
  readonly hashes: Readonly<Record<Locale, string>>;
}
