import { assert, safeInteger } from './assert';

/**
 * An exact amount: `minor` units of `currency`, of which 10^`exponent` make one major unit.
 * Amounts of different currencies are never compared or added; a conversion is a rate row of its own.
 */
export interface Money {
  readonly minor: number;
  readonly currency: string;
  readonly exponent: number;
}

/** Decimal places by currency: ISO 4217 for fiat, Telegram Stars (XTR) are whole, crypto as its assets are traded. */
const EXPONENTS: Readonly<Record<string, number>> = {
  RUB: 2,
  USD: 2,
  EUR: 2,
  JPY: 0,
  XTR: 0,
  KWD: 3,
  USDT: 6,
  BTC: 8,
  TON: 9,
};

/** The exponent of a known currency, or undefined. */
export function exponentOf(currency: string): number | undefined {
  return EXPONENTS[currency];
}

/** Money from minor units; the currency must be known. */
export function money(minor: number, currency: string): Money {
  const exponent = exponentOf(currency);
  assert(exponent !== undefined, `currency ${currency} has no known exponent`);
  return { minor: safeInteger(minor), currency, exponent };
}

/** True when both name the same currency, scale and number of minor units. */
export function sameMoney(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.exponent === b.exponent && a.minor === b.minor;
}

/**
 * Parses a provider's decimal text ("200", "200.00", "200.000000") to minor units of a currency.
 * Returns undefined for signs, exponents, other text, or digits finer than the currency has: nothing is rounded.
 */
export function parseDecimal(text: string, exponent: number): number | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,12}))?$/.exec(text);
  if (!match) return undefined;
  const fraction = (match[2] ?? '').padEnd(exponent, '0');
  if (/[1-9]/.test(fraction.slice(exponent))) return undefined;
  const minor = BigInt((match[1] ?? '') + fraction.slice(0, exponent));
  return minor <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(minor) : undefined;
}

/** Decimal text with exactly the currency's places and a dot: 20000 RUB minor gives "200.00". */
export function decimalText(amount: Money): string {
  return scaledText(amount.minor, amount.exponent);
}

/** Decimal text of an integer scaled by 10^-`places`, all places kept; minus zero does not exist. */
export function scaledText(value: number | bigint, places: number): string {
  const exact = typeof value === 'bigint' ? value : BigInt(safeInteger(value));
  const sign = exact < 0n ? '-' : '';
  const digits = String(exact < 0n ? -exact : exact).padStart(places + 1, '0');
  if (places === 0) return sign + digits;
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
