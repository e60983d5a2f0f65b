import { exponentOf, money, type Money } from '../money';

/** The currency in which a tariff writes its limits: one of its minor units is worth exactly so much (P-4). */
export const PEGGED_CURRENCY = 'RUB';
const UTOK_PER_PEGGED_MINOR = 10_000n;

/** Greatest top-up where a tariff names none: 100 000 rubles (TP-4). */
const DEFAULT_MAXIMUM_MINOR = 10_000_000;

/** The limits of a top-up tariff as its version writes them, in kopecks. */
export interface PeggedLimits {
  readonly minAmountMinor: number | null;
  readonly maxAmountMinor: number | null;
}

/** A currency in which tokens can be bought, and what its minor unit buys. */
export interface TopupRate {
  readonly currency: string;
  readonly utokPerMinor: number;
}

export interface TopupLimits {
  readonly minimum: Money;
  readonly maximum: Money;
}

/**
 * The same limits in another currency, by the tokens they are worth: the least amount that buys the tokens of the
 * minimum, the greatest that buys no more than those of the maximum. Undefined for a currency without a known exponent.
 */
export function topupLimits(limits: PeggedLimits, rate: TopupRate): TopupLimits | undefined {
  const { currency } = rate;
  if (exponentOf(currency) === undefined) return undefined;
  const minimum = limits.minAmountMinor ?? 1;
  const maximum = limits.maxAmountMinor ?? DEFAULT_MAXIMUM_MINOR;
  if (currency === PEGGED_CURRENCY) {
    return { minimum: money(minimum, currency), maximum: money(maximum, currency) };
  }
  const utokPerMinor = BigInt(rate.utokPerMinor);
  const least = (BigInt(minimum) * UTOK_PER_PEGGED_MINOR + utokPerMinor - 1n) / utokPerMinor;
  const most = (BigInt(maximum) * UTOK_PER_PEGGED_MINOR) / utokPerMinor;
  return { minimum: money(Number(least), currency), maximum: money(Number(most), currency) };
}

/** Amounts worth a button: the minimum and the next round ones of the series 1, 2, 5, 10, 20, 50, … */
export function roundAmounts({ minimum, maximum }: TopupLimits, count: number): readonly Money[] {
  const rounder: Money[] = [];
  for (let step = 1; rounder.length < count && step <= maximum.minor; step *= 10)
    for (const factor of [1, 2, 5]) {
      const minor = factor * step;
      if (minor > minimum.minor && minor <= maximum.minor) rounder.push({ ...minimum, minor });
    }
  return [minimum, ...rounder.slice(0, count)];
}
