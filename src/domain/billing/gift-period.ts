import { localTimeOf } from '../calendar';
import { periodOf, startTimeline, type PeriodTerms } from './subscription';

const DAY = 86_400_000;

/** How many calendar days of a zone a period lasts that begins at an instant (ms): a month from 31 January has 28. */
export function giftedDays(
  begin: { readonly fromMs: number; readonly zone: string },
  terms: PeriodTerms,
): number {
  const { fromMs: atMs, zone } = begin;
  const { endsAt } = periodOf(startTimeline({ atMs, zone, n: 0 }, terms), 0);
  return (dayOf(endsAt.getTime(), zone) - dayOf(atMs, zone)) / DAY;
}

function dayOf(instantMs: number, zone: string): number {
  return Date.parse(`${localTimeOf(instantMs, zone).slice(0, 10)}T00:00:00Z`);
}
