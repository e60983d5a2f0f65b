import { addCalendarDays } from '../calendar';

/** How far back pauses are counted, in days: a year ends every day anew. */
export const PAUSE_YEAR_DAYS = 365;

const DAY = 86_400_000;

/** A pause that is over; instants in milliseconds, days on the calendar of the zone. */
export interface PauseSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly zone: string;
}

/**
 * By how many whole days a pause moves what was paid: rounded up in the owner's favour. Unpaid time is rounded down, so
 * that no row of pauses makes a grace longer than the policy does (SB-16).
 */
export function pausedDays(span: PauseSpan, rounding: 'up' | 'down'): number {
  const { fromMs, toMs, zone } = span;
  // A clock change makes a day an hour shorter or longer, so the calendar has the last word.
  let days = Math.max(0, Math.floor((toMs - fromMs) / DAY) - 1);
  while (addCalendarDays(fromMs, zone, days + 1) <= toMs) days += 1;
  const isWhole = addCalendarDays(fromMs, zone, days) >= toMs;
  return rounding === 'down' || isWhole ? days : days + 1;
}
