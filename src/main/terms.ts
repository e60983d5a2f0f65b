import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../config';
import type { Terms } from '../domain/terms';

/** The line by which an operator keeps a version over a corrected comma: `<!-- version: 3 -->`. */
const VERSION = /<!--\s*version:\s*([\w.-]{1,40})\s*-->/;

/**
 * Reads the terms that people accept. Their version is what the Russian document declares, else a part of the hash of
 * both documents, so that any change asks everybody again. Throws {@link ConfigError} when a document is missing.
 */
export function readTerms(legalDir: string): Terms {
  const texts = { ru: documentOf(legalDir, 'ru'), en: documentOf(legalDir, 'en') };
  return {
    version: VERSION.exec(texts.ru)?.[1] ?? hashOf(texts.ru + texts.en).slice(0, 12),
    hashes: { ru: hashOf(texts.ru), en: hashOf(texts.en) },
  };
}

function documentOf(legalDir: string, locale: 'ru' | 'en'): string {
  const file = join(legalDir, `terms.${locale}.html`);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`LEGAL_DIR holds no readable terms.${locale}.html: ${reason}`);
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
