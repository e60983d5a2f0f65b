import type { Locale } from '../../domain/messages';
import type { JobRow, WorkFigures, WorkReport } from '../../reads/analytics/contract';
import { instantText, tokensText, type Place } from '../display';
import { say, sayPlainly } from '../wording';

/** A description is the service's own; a line has room for so many letters. */
const LONGEST_WHAT = 48;

/** The sums; what is nothing is not mentioned. */
export function figureLines(totals: WorkFigures, locale: Locale): readonly string[] {
  const { freeJobs: free, localJobs: local, reversedUtok, uncollectedUtok } = totals;
  const spent = tokensText(totals.spentUtok, locale);
  const told = [say(locale, 'costs.total', { tokens: spent, jobs: totals.jobs })];
  if (free + local > 0) told.push(say(locale, 'costs.free', { free, local }));
  if (reversedUtok > 0n) {
    told.push(say(locale, 'costs.reversed', { tokens: tokensText(reversedUtok, locale) }));
  }
  if (uncollectedUtok > 0n) {
    told.push(say(locale, 'costs.uncollected', { tokens: tokensText(uncollectedUtok, locale) }));
  }
  return told;
}

/** The dearest tracks, and what the others come to. */
export function trackLines(
  { totals, rows }: Pick<WorkReport, 'totals' | 'rows'>,
  locale: Locale,
): readonly string[] {
  const named = rows.map(({ key, spentUtok, jobs }) =>
    say(locale, 'costs.track', {
      track: key ?? sayPlainly(locale, 'costs.no_track'),
      ...{ tokens: tokensText(spentUtok, locale), jobs },
    }),
  );
  const shown = rows.reduce((sum, { spentUtok }) => sum + spentUtok, 0n);
  const rest = totals.spentUtok - shown;
  if (rest <= 0n) return named;
  return [...named, say(locale, 'costs.more_tracks', { tokens: tokensText(rest, locale) })];
}

/** When, what and for how much; work that was free says why (TC-8). */
export function jobLine(row: JobRow, place: Place): string {
  const { locale } = place;
  const params = {
    at: instantText(row.asOf, place),
    what: whatOf(row, locale),
    label: labelOf(row, locale),
  };
  return row.reversedUtok === 0
    ? say(locale, 'costs.job', params)
    : say(locale, 'costs.job_reversed', {
        ...params,
        reversed: tokensText(row.reversedUtok, locale),
      });
}

function whatOf({ description, track }: JobRow, locale: Locale): string {
  const what = description.trim() || (track ?? sayPlainly(locale, 'costs.work'));
  const letters = [...what];
  return letters.length <= LONGEST_WHAT ? what : `${letters.slice(0, LONGEST_WHAT).join('')}…`;
}

function labelOf({ free, chargedUtok }: JobRow, locale: Locale): string {
  return free
    ? sayPlainly(locale, `costs.label.${free}`)
    : sayPlainly(locale, 'costs.label.tokens', { tokens: tokensText(chargedUtok, locale) });
}
