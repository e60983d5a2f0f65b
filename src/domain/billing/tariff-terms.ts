import { assertNever } from '../assert';
import { exponentOf } from '../money';
import type { PeriodUnit, TariffKind } from './pricing';

/** The terms of a version that an operator may change by making the next one (TP-1). */
export interface TariffTerms {
  readonly tokensUtok: number;
  readonly feeUtok: number;
  readonly periodUnit: PeriodUnit | null;
  readonly periodCount: number | null;
  readonly minAmountMinor: number | null;
  readonly maxAmountMinor: number | null;
  /** Minor units by currency. */
  readonly prices: Readonly<Record<string, number>>;
}

export type TermsProblem = keyof TariffTerms;

/** What a new version changes; members that are absent stay as they are. */
export type TermsChange = { readonly [M in keyof TariffTerms]?: TariffTerms[M] | undefined };

/** The terms of the next version; prices that are not named stay. */
export function changeTerms(before: TariffTerms, change: TermsChange): TariffTerms {
  const named = Object.entries(change).filter(([, value]) => value !== undefined);
  return {
    ...before,
    ...Object.fromEntries(named),
    prices: { ...before.prices, ...change.prices },
  };
}

/** Longest period, whatever its unit. */
const MOST_UNITS = 1_000;

/** Why terms fit no tariff of this kind, by the member that is wrong; the database refuses the same (section 4.2). */
export function problemOfTerms(kind: TariffKind, terms: TariffTerms): TermsProblem | undefined {
  if (!isAmount(terms.tokensUtok)) return 'tokensUtok';
  if (!isAmount(terms.feeUtok)) return 'feeUtok';
  if (!isPeriod(terms)) return 'periodCount';
  if (!areLimits(terms)) return 'minAmountMinor';
  if (!Object.keys(terms.prices).every((code) => exponentOf(code) !== undefined)) return 'prices';
  if (!Object.values(terms.prices).every(isAmount)) return 'prices';
  return problemOfKind(kind, terms);
}

function problemOfKind(kind: TariffKind, terms: TariffTerms): TermsProblem | undefined {
  const prices = Object.values(terms.prices);
  const isSold = prices.length > 0 && prices.every((price) => price > 0);
  switch (kind) {
    case 'pack':
      if (terms.tokensUtok === 0) return 'tokensUtok';
      return isSold ? undefined : 'prices';
    case 'subscription':
    case 'mixed':
      if (terms.periodUnit === null) return 'periodUnit';
      return isSold ? undefined : 'prices';
    case 'trial':
      if (terms.periodUnit === null) return 'periodUnit';
      return prices.every((price) => price === 0) ? undefined : 'prices';
    case 'topup':
      if (terms.minAmountMinor === null) return 'minAmountMinor';
      return prices.length === 0 ? undefined : 'prices';
    default:
      return assertNever(kind);
  }
}

function isPeriod({ periodUnit, periodCount }: TariffTerms): boolean {
  if (periodUnit === null || periodCount === null) return periodUnit === periodCount;
  return Number.isSafeInteger(periodCount) && periodCount >= 1 && periodCount <= MOST_UNITS;
}

function areLimits({ minAmountMinor: least, maxAmountMinor: most }: TariffTerms): boolean {
  if (least !== null && (!isAmount(least) || least === 0)) return false;
  if (most !== null && !isAmount(most)) return false;
  return least === null || most === null || least <= most;
}

function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
