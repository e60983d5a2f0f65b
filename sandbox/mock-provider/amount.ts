import { exponentOf, parseDecimal, scaledText } from '../../src/domain/money';

const SIGNS: Readonly<Record<string, string>> = { RUB: '₽', USD: '$', EUR: '€' };

/** Minor units of a decimal text; undefined when it is none. Currencies nobody knows have two places here. */
export function minorOf(outSum: string, currency: string): number | undefined {
  return parseDecimal(outSum, placesOf(currency));
}

/** Decimal text of minor units with all the currency's places. */
export function textOf(minor: number, currency: string): string {
  return scaledText(minor, placesOf(currency));
}

/** A sum one major unit above the order's. */
export function more(outSum: string, currency: string): string {
  return textOf((minorOf(outSum, currency) ?? 0) + major(currency), currency);
}

/** One major unit, or one minor unit when the order itself is not more than that. */
export function less(outSum: string, currency: string): string {
  const isTiny = (minorOf(outSum, currency) ?? 0) <= major(currency);
  return textOf(isTiny ? 1 : major(currency), currency);
}

/** The sum for people: "1 999,00 ₽" in Russian, "1,999.00 ₽" in English, with spaces that do not break. */
export function pretty(outSum: string, currency: string, locale: 'ru' | 'en'): string {
  const minor = minorOf(outSum, currency);
  if (minor === undefined) return `${outSum} ${currency}`;
  const [whole = '0', fraction] = textOf(minor, currency).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, locale === 'ru' ? '\u00a0' : ',');
  const number = fraction ? `${grouped}${locale === 'ru' ? ',' : '.'}${fraction}` : grouped;
  return `${number}\u00a0${SIGNS[currency] ?? currency}`;
}

function placesOf(currency: string): number {
  return exponentOf(currency) ?? 2;
}

function major(currency: string): number {
  return 10 ** placesOf(currency);
}
