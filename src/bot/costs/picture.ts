import type { LocalDay } from '../../domain/calendar';
import type { Locale } from '../../domain/messages';
import type { DayOfTrack } from '../../reads/analytics/contract';
import { barPicture } from '../chart';
import { sayPlainly } from '../wording';

/** Tracks with a colour of their own; the others share one. */
const MOST_TRACKS = 5;
const UTOK_PER_TOKEN = 1_000_000;

export interface CostsPicture {
  readonly days: readonly LocalDay[];
  readonly work: readonly DayOfTrack[];
  readonly locale: Locale;
}

/** Tokens by day and track as a PNG, the dearest tracks by name. */
export function costsPicture({ days, work, locale }: CostsPicture): Buffer {
  const tracks = tracksOf(work);
  const named = tracks.slice(0, MOST_TRACKS);
  const series = named.map((track) => ({
    label: track ?? sayPlainly(locale, 'costs.no_track'),
    heights: heightsOf(
      days,
      work.filter((each) => each.track === track),
    ),
  }));
  const others = work.filter(({ track }) => !named.includes(track));
  const rest = {
    label: sayPlainly(locale, 'costs.chart.other'),
    heights: heightsOf(days, others),
  };
  const panel = {
    title: sayPlainly(locale, 'costs.chart.title'),
    days: days.map(({ day }) => day),
    series: others.length > 0 ? [...series, rest] : series,
  };
  return barPicture([panel], locale);
}

/** The dearest first. */
function tracksOf(work: readonly DayOfTrack[]): readonly (string | null)[] {
  const totals = new Map<string | null, bigint>();
  for (const { track, spentUtok } of work) {
    totals.set(track, (totals.get(track) ?? 0n) + spentUtok);
  }
  return [...totals.entries()]
    .sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0))
    .map(([track]) => track);
}

function heightsOf(days: readonly LocalDay[], work: readonly DayOfTrack[]): readonly number[] {
  const totals = new Map<string, bigint>();
  for (const { day, spentUtok } of work) totals.set(day, (totals.get(day) ?? 0n) + spentUtok);
  return days.map(({ day }) => Number(totals.get(day) ?? 0n) / UTOK_PER_TOKEN);
}
