import { IntlMessageFormat } from 'intl-messageformat';
import type { Locale } from '../domain/messages';
import { TEXTS, type TextKey } from '../texts';

export type TextParams = Readonly<Record<string, string | number>>;

/** A sentence as Telegram HTML; every text value is escaped, so that a name like `<b>&` stays a name (BOT-3). */
export function say(locale: Locale, key: TextKey, params: TextParams = {}): string {
  return formatOf(locale, key).format(escaped(params)) as string;
}

/** A sentence as plain text, for buttons, toasts and menus, where Telegram knows no markup. */
export function sayPlainly(locale: Locale, key: TextKey, params: TextParams = {}): string {
  return formatOf(locale, key).format(params) as string;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const formats = new Map<string, IntlMessageFormat>();

/** Parsed once and kept; tags are Telegram's business, not the engine's. */
function formatOf(locale: Locale, key: TextKey): IntlMessageFormat {
  const name = `${locale}:${key}`;
  const known = formats.get(name);
  if (known) return known;
  const format = new IntlMessageFormat(TEXTS[locale][key], locale, undefined, { ignoreTag: true });
  formats.set(name, format);
  return format;
}

function escaped(params: TextParams): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' ? escapeHtml(value) : value,
    ]),
  );
}
