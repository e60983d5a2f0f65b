import { localTimeOf } from '../domain/calendar';
import type { PeriodUnit } from '../domain/billing/pricing';
import type { Locale } from '../domain/messages';
import { scaledText, type Money } from '../domain/money';
import { tokenDisplay } from '../domain/tokens';
import { say } from './wording';

const NBSP = '\u00a0';
const SIGNS: Readonly<Record<string, string>> = { RUB: '₽', USD: '$', EUR: '€', JPY: '¥' };

/** Money as people write it: `200,50 ₽` in Russian, `₽200.50` in English, Stars as `⭐ 100` in both. */
export function amountText(amount: Money, locale: Locale): string {
  const number = localNumber(trimmed(amount), locale);
  if (amount.currency === 'XTR') return `⭐${NBSP}${number}`;
  const sign = SIGNS[amount.currency];
  if (sign === undefined) return `${number}${NBSP}${amount.currency}`;
  return locale === 'ru' ? `${number}${NBSP}${sign}` : `${sign}${number}`;
}

/** Tokens for a screen: at most two decimals, none when they are whole (P-3). */
export function tokensText(utok: number | bigint, locale: Locale): string {
  return localNumber(tokenDisplay(utok), locale);
}

/** Hundredths of a percent as people write them: `12,5` in Russian, `12.5` in English. */
export function percentText(hundredths: number, locale: Locale): string {
  return localNumber(
    trimmed({ minor: hundredths, currency: '', exponent: 2 }).replace(/(\.\d)0$/, '$1'),
    locale,
  );
}

/** The same with its sign, for a movement. */
export function signedTokensText(utok: number, locale: Locale): string {
  return utok > 0 ? `+${tokensText(utok, locale)}` : tokensText(utok, locale);
}

/** Decimal text with a dot as people of the language write it. */
export function decimalDisplay(text: string, locale: Locale): string {
  return localNumber(text, locale);
}

/** An instant in the person's zone, with the zone's name: `01.03.2026 14:05 МСК`, `2026-03-01 14:05 MSK` (BOT-7). */
export function instantText(iso: string, { locale, timeZone }: Place): string {
  const instantMs = Date.parse(iso);
  const local = localTimeOf(instantMs, timeZone);
  const [year, month, day] = local.slice(0, 10).split('-');
  const date = locale === 'ru' ? `${day}.${month}.${year}` : local.slice(0, 10);
  return `${date} ${local.slice(11, 16)}${NBSP}${zoneText(instantMs, { locale, timeZone })}`;
}

export interface Place {
  readonly locale: Locale;
  readonly timeZone: string;
}

export function periodText(period: { unit: PeriodUnit; count: number }, locale: Locale): string {
  return say(locale, `period.${period.unit}`, { count: period.count });
}

function zoneText(instantMs: number, { locale, timeZone }: Place): string {
  if (timeZone === 'Europe/Moscow') return locale === 'ru' ? 'МСК' : 'MSK';
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'shortOffset' });
  const name = parts.formatToParts(instantMs).find((part) => part.type === 'timeZoneName');
  return (name?.value ?? timeZone).replace('GMT', 'UTC').replace(/\+0$/, '');
}

/** All places of money with a fraction, none without; assets with many places lose their closing zeros. */
function trimmed(amount: Money): string {
  const text = scaledText(amount.minor, amount.exponent);
  if (amount.exponent === 0) return text;
  const short = amount.exponent > 3 ? text.replace(/0+$/, '') : text;
  return short.replace(/\.0*$/, '');
}

function localNumber(text: string, locale: Locale): string {
  const [whole = '', fraction] = text.replace('-', '').split('.');
  const sign = text.startsWith('-') ? '−' : '';
  const grouped = whole.length > 4 ? grouping(whole, locale === 'ru' ? NBSP : ',') : whole;
  const rest = fraction === undefined ? '' : `${locale === 'ru' ? ',' : '.'}${fraction}`;
  return sign + grouped + rest;
}

function grouping(digits: string, separator: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, separator);
}
