import { localTimeOf, boundaryMs } from '../calendar';
import { windowOf } from './spend-window';
import { PEGGED_CURRENCY, type TopupLimits } from './topup-limits';

/** What a person allowed: a top-up to the target whenever less than the threshold is available. */
export interface StandingTopup {
  readonly thresholdUtok: number;
  readonly targetUtok: number;
  readonly dailyCapMinor: number;
  readonly weeklyCapMinor: number | null;
}

export interface TopupSituation {
  readonly order: StandingTopup;
  readonly availableUtok: number;
  /** Least and greatest top-up, and what a minor unit buys, in the order's currency. */
  readonly limits: TopupLimits;
  readonly utokPerMinor: number;
  /** What the operator lets automatic top-ups take of one person a day, in minor units of the order's currency. */
  readonly operatorCapMinor: number;
  /** Already taken, or perhaps taken, today and this week. */
  readonly takenTodayMinor: number;
  readonly takenThisWeekMinor: number;
}

export type TopupDecision =
  | { readonly kind: 'enough' }
  | { readonly kind: 'charge'; readonly amountMinor: number }
  /** The caps leave less than the least top-up until this window ends. */
  | { readonly kind: 'deferred'; readonly window: 'day' | 'week' }
  /** The caps will never leave the least top-up. */
  | { readonly kind: 'impossible' };

/**
 * One top-up that closes the gap between what is available and the target, rounded up to what can be bought, and never
 * more than the caps leave. Micro-tokens in, minor units out.
 */
export function decideTopup(situation: TopupSituation): TopupDecision {
  const { order, availableUtok, limits, operatorCapMinor } = situation;
  if (availableUtok >= order.thresholdUtok) return { kind: 'enough' };
  const least = limits.minimum.minor;
  const dayCap = Math.min(order.dailyCapMinor, operatorCapMinor);
  const weekCap = order.weeklyCapMinor ?? Infinity;
  if (Math.min(dayCap, weekCap) < least) return { kind: 'impossible' };
  const weekLeft = weekCap - situation.takenThisWeekMinor;
  const dayLeft = dayCap - situation.takenTodayMinor;
  if (weekLeft < least) return { kind: 'deferred', window: 'week' };
  if (dayLeft < least) return { kind: 'deferred', window: 'day' };
  const gapMinor = minorFor(order.targetUtok - availableUtok, situation.utokPerMinor);
  const wanted = Math.max(gapMinor, least);
  return { kind: 'charge', amountMinor: Math.min(wanted, limits.maximum.minor, dayLeft, weekLeft) };
}

/** The least amount that buys at least so many micro-tokens. */
export function minorFor(utok: number, utokPerMinor: number): number {
  const rate = BigInt(utokPerMinor);
  return Number((BigInt(utok) + rate - 1n) / rate);
}

const UTOK_PER_PEGGED_MINOR = 10_000n;

/** A cap that is written in kopecks, by the tokens they are worth, in minor units of another currency. */
export function capIn(
  { currency, utokPerMinor }: { currency: string; utokPerMinor: number },
  peggedMinor: number,
): number {
  if (currency === PEGGED_CURRENCY) return peggedMinor;
  return Number((BigInt(peggedMinor) * UTOK_PER_PEGGED_MINOR) / BigInt(utokPerMinor));
}

export interface TopupWindow {
  readonly startsMs: number;
  readonly endsMs: number;
}

const DAY_MS = 86_400_000;

/** The day and the week, from Monday on, of a person's calendar that contain an instant. */
export function topupWindows(at: {
  zone: string;
  atMs: number;
}): Readonly<Record<'day' | 'week', TopupWindow>> {
  const today = Date.parse(`${localTimeOf(at.atMs, at.zone).slice(0, 10)}T00:00:00Z`);
  // The first of January 1970 was a Thursday.
  const sinceMonday = (today / DAY_MS + 3) % 7;
  const monday = new Date(today - sinceMonday * DAY_MS).toISOString().slice(0, 10);
  const week = { local: `${monday}T00:00:00.000`, zone: at.zone, unit: 'week', count: 1 } as const;
  return {
    day: windowOf('day', at),
    week: { startsMs: boundaryMs(week, 0), endsMs: boundaryMs(week, 1) },
  };
}

/** Hours until the next try after so many soft declines in a row. */
const RETRY_HOURS = [1, 6, 24] as const;

/** Milliseconds until the next try after soft decline number `declines`, from 1; undefined when it was the last. */
export function retryDelayMs(declines: number): number | undefined {
  const hours = RETRY_HOURS[declines - 1];
  return hours === undefined ? undefined : hours * 3_600_000;
}

/** Why a standing order was switched off without its owner. */
export type TopupStop = 'declined' | 'method' | 'cap' | 'erasure' | 'removed';

/** What a new standing order begins with; each can be changed. Tokens, and kopecks a day. */
export const TOPUP_CHOICES = {
  thresholdTokens: [20, 50, 100, 300],
  targetTokens: [200, 500, 1000, 3000],
  dailyCapMinor: [50_000, 100_000, 300_000],
} as const;
