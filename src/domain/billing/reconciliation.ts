/** How a payment differs between a provider's list and our books. */
export type BreakKind = 'missing_here' | 'missing_there' | 'amount' | 'state';

/** `found` heals by itself, `open` waits for its owner, `resolved` was closed by an operator. */
export type BreakState = 'found' | 'open' | 'healed' | 'resolved';

/** What one side says of a payment, as far as it is compared. */
export interface Side {
  readonly state: string;
  readonly rank: number;
  readonly amountMinor: number | null;
  readonly currency: string | null;
  /** All that went back so far, in minor units, where it is known. */
  readonly refundedMinor: number | null;
}

/** Two sides of one payment that disagree; the side that does not know it is absent. */
export interface Difference {
  readonly kind: BreakKind;
  readonly theirs: Side | undefined;
  readonly ours: Side | undefined;
}

/**
 * True when the provider tells more than we have booked, so that booking it the ordinary way heals the difference: a
 * payment that we missed, money that went back, a complaint that began or ended.
 */
export function isNewsForUs({ kind, theirs, ours }: Difference): boolean {
  if (kind === 'missing_here') return true;
  if (kind !== 'state' || !theirs || !ours) return false;
  if (ours.state === 'disputed') return true;
  const isMoreGone = (theirs.refundedMinor ?? 0) > (ours.refundedMinor ?? 0);
  return theirs.rank > ours.rank || (theirs.rank === ours.rank && isMoreGone);
}

/** The difference in a sentence for operators. */
export function differenceText({ kind, theirs, ours }: Difference): string {
  switch (kind) {
    case 'missing_here':
      return `the provider has it as ${said(theirs)}, our books ${ours ? `as ${said(ours)}` : 'do not have it'}`;
    case 'missing_there':
      return `our books have it as ${said(ours)}, the provider does not list it`;
    case 'amount':
    case 'state':
      return `the provider has it as ${said(theirs)}, our books as ${said(ours)}`;
  }
}

function said(side: Side | undefined): string {
  if (!side) return 'nothing';
  const { state, amountMinor, currency, refundedMinor } = side;
  const sum = amountMinor === null ? 'an unreadable sum' : `${amountMinor} ${currency} (minor)`;
  const back = refundedMinor === null || refundedMinor === 0 ? '' : `, ${refundedMinor} of it back`;
  return `${state}, ${sum}${back}`;
}

/** Days that two runs have in common, so that what a provider lists late is seen all the same. */
const OVERLAP_DAYS = 2;
/** How far the first run of all looks back; an operator may ask for more. */
const FIRST_DAYS = 31;

/** A local day of the books, `YYYY-MM-DD`. */
export type Day = string;

/**
 * The days a run compares: all that the provider has closed and that were not compared yet, with those before them
 * again. Undefined when no day was closed since the last run.
 */
export function daysToCompare(asked: {
  /** The day it is. */
  readonly today: Day;
  /** Days after which a provider's list of a day no longer changes. */
  readonly lagDays: number;
  /** The first day that no run has compared; undefined before the first run. */
  readonly nextDay: Day | undefined;
  /** The day of the first order; nothing is older. */
  readonly firstDay: Day | undefined;
}): { readonly from: Day; readonly to: Day } | undefined {
  const { today, lagDays, nextDay, firstDay } = asked;
  const to = dayAfter(today, 1 - lagDays);
  const isOver = nextDay !== undefined && nextDay >= to;
  if (firstDay === undefined || firstDay >= to || isOver) return undefined;
  const wanted =
    nextDay === undefined ? dayAfter(to, -FIRST_DAYS) : dayAfter(nextDay, -OVERLAP_DAYS);
  // A day before the first, because providers may list a payment of midnight there.
  const oldest = dayAfter(firstDay, -1);
  return { from: wanted > oldest ? wanted : oldest, to };
}

/** The day so many days later, or earlier. */
export function dayAfter(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The payment that an open item about a difference is keyed by; undefined for any other item. */
export function differenceOf(
  itemKey: string,
): { readonly provider: string; readonly providerPaymentId: string } | undefined {
  const [, provider, providerPaymentId] = /^mismatch:([^:]+):(.+):differs:\d+$/.exec(itemKey) ?? [];
  return provider && providerPaymentId ? { provider, providerPaymentId } : undefined;
}
