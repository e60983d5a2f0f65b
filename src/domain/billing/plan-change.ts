import type { PeriodUnit, PlanChange } from './pricing';

/** A period somebody has, with what it is worth: the money that pays for the time from `valuedFromMs` to its end. */
export interface ValuedPeriod {
  readonly n: number;
  readonly startsMs: number;
  readonly endsMs: number;
  readonly valuedFromMs: number;
  readonly valueMinor: number;
  /** Tokens that the plan in force gives for the whole of the period. */
  readonly planTokensUtok: number;
}

/** The plan that runs, and its periods that are not over yet. */
export interface RunningPlan {
  readonly subscriptionId: string;
  readonly tariffVersionId: string;
  readonly periodUnit: PeriodUnit;
  readonly periodCount: number;
  /** List price in the asked currency; undefined when the plan is not sold in it. */
  readonly priceMinor: number | undefined;
  readonly periods: readonly ValuedPeriod[];
}

/** The plan that is wished for. */
export interface WishedPlan {
  readonly tariffVersionId: string;
  readonly periodUnit: PeriodUnit | null;
  readonly periodCount: number | null;
  readonly priceMinor: number | undefined;
  readonly tokensUtok: number;
}

/** How one period is priced anew. */
export interface PeriodShare {
  readonly n: number;
  /** From when on the new plan holds in it. */
  readonly fromMs: number;
  readonly listMinor: number;
  readonly creditMinor: number;
  readonly tokensUtok: number;
}

export type ChangeJudgement =
  | {
      readonly kind: 'upgrade';
      readonly change: PlanChange;
      readonly shares: readonly PeriodShare[];
    }
  /** Cheaper plans, and those of another length, begin when what is paid has run out (SB-19). */
  | { readonly kind: 'at_end' }
  | { readonly kind: 'impossible' };

/**
 * What changing to another plan now means (SB-18): price of the new plan for the time that is left, less the unused
 * value of the old one, by milliseconds, each period rounded half-up; tokens for the difference only, rounded down.
 * Nothing is ever given back: a plan that costs less waits for the end.
 */
export function judgeChange(
  running: RunningPlan,
  wished: WishedPlan,
  asOfMs: number,
): ChangeJudgement {
  const { priceMinor } = wished;
  if (wished.tariffVersionId === running.tariffVersionId) return { kind: 'impossible' };
  if (priceMinor === undefined || wished.periodUnit === null) return { kind: 'impossible' };
  const isSameLength =
    wished.periodUnit === running.periodUnit && wished.periodCount === running.periodCount;
  const isDearer = running.priceMinor !== undefined && priceMinor > running.priceMinor;
  if (!isSameLength || !isDearer) return { kind: 'at_end' };
  const left = running.periods.filter((period) => period.endsMs > asOfMs);
  if (left.length === 0) return { kind: 'impossible' };
  const plan = { priceMinor, tokensUtok: wished.tokensUtok };
  const shares = left.map((period) => shareOf(period, plan, asOfMs));
  return {
    kind: 'upgrade',
    shares,
    change: { ...total(shares), subscriptionId: running.subscriptionId },
  };
}

/** The money that pays for one period after an upgrade: its share of what was credited and paid for it. */
export function valueAfter(
  share: PeriodShare,
  paid: { listMinor: number; creditMinor: number; payMinor: number },
): number {
  if (paid.listMinor === 0) return 0;
  return roundedShare(share.listMinor, paid.creditMinor + paid.payMinor, paid.listMinor);
}

function shareOf(
  period: ValuedPeriod,
  plan: { priceMinor: number; tokensUtok: number },
  asOfMs: number,
): PeriodShare {
  const fromMs = Math.max(asOfMs, period.valuedFromMs);
  const leftMs = period.endsMs - fromMs;
  const wholeMs = period.endsMs - period.startsMs;
  const moreUtok = Math.max(0, plan.tokensUtok - period.planTokensUtok);
  return {
    n: period.n,
    fromMs,
    listMinor: roundedShare(plan.priceMinor, leftMs, wholeMs),
    creditMinor: roundedShare(period.valueMinor, leftMs, period.endsMs - period.valuedFromMs),
    tokensUtok: Number((BigInt(moreUtok) * BigInt(leftMs)) / BigInt(wholeMs)),
  };
}

function total(shares: readonly PeriodShare[]): Omit<PlanChange, 'subscriptionId'> {
  const sum = (member: 'listMinor' | 'creditMinor' | 'tokensUtok') =>
    shares.reduce((result, share) => result + share[member], 0);
  return {
    listMinor: sum('listMinor'),
    creditMinor: sum('creditMinor'),
    tokensUtok: sum('tokensUtok'),
  };
}

/** `amount` × part ÷ whole, rounded half-up. */
function roundedShare(amount: number, part: number, whole: number): number {
  const denominator = BigInt(whole);
  return Number((BigInt(amount) * BigInt(part) * 2n + denominator) / (denominator * 2n));
}
