import { Composer, InputFile } from 'grammy';
import { localDays } from '../../domain/calendar';
import type { JobPage } from '../../reads/analytics/contract';
import type { Span } from '../../reads/admin/statistics';
import { localeOf, show, type BotContext, type CallbackHandlers } from '../context';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Button, type Screen } from '../screen';
import { say, sayPlainly } from '../wording';
import { costsPicture } from './picture';
import { figureLines, jobLine, trackLines } from './wording';

const DAY_MS = 86_400_000;
const SPANS = [7, 30, 90] as const;
const USUAL_DAYS = 30;
/** Tracks that have a line of their own. */
const SHOWN_TRACKS = 5;

/** What a person's work cost: the sum, the tracks, the latest jobs and a picture (TC-10). */
export function costsFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('costs', async (ctx) => {
    await sendPicture(ctx, parts, USUAL_DAYS);
    await showCosts(ctx, parts, USUAL_DAYS);
  });
  const callbacks: CallbackHandlers<'nav:costs' | 'cost:span' | 'cost:pic' | 'cost:jobs'> = {
    'nav:costs': (ctx) => showCosts(ctx, parts, USUAL_DAYS),
    'cost:span': (ctx, press) => showCosts(ctx, parts, daysOf(press.arg)),
    'cost:pic': (ctx, press) => sendPicture(ctx, parts, daysOf(press.arg)),
    'cost:jobs': (ctx, press) => showOlder(ctx, parts, press.id),
  };
  return { composer, callbacks };
}

/** A forged number of days means the usual one. */
function daysOf(arg: string | undefined): number {
  return SPANS.find((days) => String(days) === arg) ?? USUAL_DAYS;
}

/** So many local days, today included, up to now. */
function spanOf({ visit: { asOf, place } }: BotContext, days: number): Span {
  const earliest = new Date(asOf.getTime() - (days - 1) * DAY_MS);
  const [first] = localDays({ from: earliest, to: earliest }, place.timeZone);
  return { from: new Date(first?.beginsMs ?? earliest.getTime()), to: asOf };
}

async function showCosts(ctx: BotContext, parts: BotParts, days: number): Promise<void> {
  const { userId, place } = ctx.visit;
  const { locale, timeZone } = place;
  const wanted = { span: spanOf(ctx, days), userId, isForPerson: true, timeZone };
  const [report, page] = await Promise.all([
    parts.reads.work({ ...wanted, group: 'track', limit: SHOWN_TRACKS }),
    parts.reads.jobs(userId, undefined),
  ]);
  const { totals, rows } = report;
  await show(ctx, {
    text: lines(
      say(locale, 'costs.title', { days }),
      ...(totals.jobs === 0
        ? [say(locale, 'costs.empty')]
        : [...figureLines(totals, locale), '', ...trackLines({ totals, rows }, locale)]),
      ...jobsBlock(ctx, page),
    ),
    rows: rowsOf(ctx, page, days),
  });
}

function jobsBlock(ctx: BotContext, { rows }: JobPage): readonly string[] {
  if (rows.length === 0) return [];
  const { place } = ctx.visit;
  return ['', say(place.locale, 'costs.jobs'), ...rows.map((row) => jobLine(row, place))];
}

function rowsOf(ctx: BotContext, page: JobPage, days: number): Screen['rows'] {
  const locale = localeOf(ctx);
  const spans = SPANS.map((each) =>
    button({ locale, key: `costs.span_${each}` }, { route: 'cost:span', arg: String(each) }),
  );
  const picture = button({ locale, key: 'costs.chart' }, { route: 'cost:pic', arg: String(days) });
  return [spans, [picture, ...olderButton(locale, page)], backRow(locale)];
}

function olderButton(locale: 'ru' | 'en', { nextCursor: id }: JobPage): readonly Button[] {
  if (id === undefined) return [];
  return [button({ locale, key: 'button.older' }, { route: 'cost:jobs', id })];
}

function backRow(locale: 'ru' | 'en'): readonly Button[] {
  return [
    openButton(locale, 'button.why', 'nav:why'),
    openButton(locale, 'button.menu', 'nav:menu'),
  ];
}

async function showOlder(
  ctx: BotContext,
  parts: BotParts,
  cursor: string | undefined,
): Promise<void> {
  const { userId, place } = ctx.visit;
  const { locale } = place;
  const page = await parts.reads.jobs(userId, cursor);
  const newest = openButton(locale, 'button.newest', 'nav:costs');
  await show(ctx, {
    text: lines(
      say(locale, 'costs.older_jobs'),
      ...page.rows.map((row) => jobLine(row, place)),
      page.rows.length === 0 && say(locale, 'costs.no_jobs'),
    ),
    rows: [[newest, ...olderButton(locale, page)], backRow(locale)],
  });
}

async function sendPicture(ctx: BotContext, parts: BotParts, days: number): Promise<void> {
  const { userId, place } = ctx.visit;
  const { locale, timeZone } = place;
  const span = spanOf(ctx, days);
  const work = await parts.reads.workByDay({ span, userId, isForPerson: true }, timeZone);
  const picture = costsPicture({ days: localDays(span, timeZone), work, locale });
  const caption = sayPlainly(locale, 'costs.chart.title');
  await ctx.replyWithPhoto(new InputFile(picture, 'costs.png'), { caption });
}
