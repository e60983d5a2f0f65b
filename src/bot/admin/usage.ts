import { InputFile } from 'grammy';
import { localDays } from '../../domain/calendar';
import type { Locale } from '../../domain/messages';
import type { Span } from '../../reads/admin/statistics';
import type { WorkFigures, WorkReport, WorkRow } from '../../reads/analytics/contract';
import { barPicture } from '../chart';
import { localeOf, show, type BotContext } from '../context';
import { decimalDisplay, tokensText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Screen } from '../screen';
import { say, sayPlainly } from '../wording';
import { guarded, refuseButton, type AdminFeature, type Role } from './gate';
import { percentText } from './percent';

const READERS: readonly Role[] = ['finance', 'admin'];
const DAY_MS = 86_400_000;
const SPANS = [7, 30, 90] as const;
/** Lines of each list. */
const SHOWN = 5;
const UTOK_PER_TOKEN = 1_000_000;

/** What work cost and earned: sums, the top of tracks, models and people, and a picture (TC-10, OPS-11). */
export function usageFeature(parts: BotParts): AdminFeature<'adm:usage' | 'adm:usepic'> {
  return {
    commands: [],
    callbacks: guarded(READERS, {
      'adm:usage': async (ctx, press) => {
        const days = daysOf(press.arg);
        await (days === undefined ? refuseButton(ctx) : showUsage(ctx, parts, days));
      },
      'adm:usepic': async (ctx, press) => {
        const days = daysOf(press.arg);
        await (days === undefined ? refuseButton(ctx) : sendPicture(ctx, parts, days));
      },
    }),
  };
}

function daysOf(arg: string | undefined): number | undefined {
  return SPANS.find((days) => String(days) === arg);
}

/** So many local days of the operator, today included, up to now. */
function spanOf({ visit: { asOf, place } }: BotContext, days: number): Span {
  const earliest = new Date(asOf.getTime() - (days - 1) * DAY_MS);
  const [first] = localDays({ from: earliest, to: earliest }, place.timeZone);
  return { from: new Date(first?.beginsMs ?? earliest.getTime()), to: asOf };
}

async function showUsage(ctx: BotContext, parts: BotParts, days: number): Promise<void> {
  const { locale, timeZone } = ctx.visit.place;
  const wanted = { span: spanOf(ctx, days), timeZone, limit: SHOWN };
  const [tracks, models, people] = await Promise.all([
    parts.reads.work({ ...wanted, group: 'track' }),
    parts.reads.work({ ...wanted, group: 'model' }),
    parts.reads.work({ ...wanted, group: 'user' }),
  ]);
  const { totals } = tracks;
  const text = lines(
    say(locale, 'admin.usage.title', { days }),
    ...(totals.jobs === 0
      ? [say(locale, 'admin.usage.empty')]
      : [
          ...figureLines(totals, locale),
          ...topLines('admin.usage.by_track', tracks, locale),
          ...topLines('admin.usage.by_model', models, locale),
          ...topLines('admin.usage.by_user', people, locale),
        ]),
  );
  await show(ctx, { text, rows: rowsOf(ctx, days) });
}

function figureLines(totals: WorkFigures, locale: Locale): readonly string[] {
  const text = (utok: bigint) => tokensText(utok, locale);
  return [
    say(locale, 'admin.usage.jobs', {
      ...{ jobs: totals.jobs, reported: totals.reportedJobs },
      ...{ free: totals.freeJobs, local: totals.localJobs },
    }),
    say(locale, 'admin.usage.spent', {
      spent: text(totals.spentUtok),
      reversed: text(totals.reversedUtok),
      uncollected: text(totals.uncollectedUtok),
    }),
    say(locale, 'admin.usage.margin', {
      cost: roubles(totals.rawCostRub, locale),
      margin: roubles(totals.marginRub, locale),
      percent: marginPercent(totals, locale),
    }),
    say(locale, 'admin.usage.job', {
      average: text(totals.averageUtok),
      median: text(totals.medianUtok),
      p95: text(totals.p95Utok),
    }),
    say(locale, 'admin.usage.llm', {
      ...{ total: String(totals.totalTokens), prompt: String(totals.promptTokens) },
      ...{ completion: String(totals.completionTokens), calls: String(totals.apiCalls) },
    }),
  ];
}

/** Exact decimals of the books as people read them: kopecks, rounded half-up for display only. */
function roubles(decimal: string, locale: Locale): string {
  const text = tokensText(microOf(decimal), locale);
  return locale === 'ru' ? `${text} ₽` : `₽${text}`;
}

/** The first six places of decimal text; what is finer does not show anyway. */
function microOf(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.');
  const micro = BigInt(whole + fraction.slice(0, 6).padEnd(6, '0'));
  return decimal.startsWith('-') ? -micro : micro;
}

function marginPercent({ marginRub, spentUtok }: WorkFigures, locale: Locale): string {
  const margin = microOf(marginRub);
  const text = percentText(locale, Number(margin < 0n ? -margin : margin), Number(spentUtok));
  return margin < 0n && spentUtok > 0n ? `−${text}` : text;
}

function topLines(
  title: 'admin.usage.by_track' | 'admin.usage.by_model' | 'admin.usage.by_user',
  { rows }: WorkReport,
  locale: Locale,
): readonly string[] {
  if (rows.length === 0) return [];
  return ['', say(locale, title), ...rows.map((row) => rowLine(row, locale))];
}

function rowLine({ key, spentUtok, marginRub, jobs }: WorkRow, locale: Locale): string {
  return say(locale, 'admin.usage.row', {
    name: key ?? sayPlainly(locale, 'admin.usage.nameless'),
    spent: tokensText(spentUtok, locale),
    margin: roubles(marginRub, locale),
    jobs: decimalDisplay(String(jobs), locale),
  });
}

function rowsOf(ctx: BotContext, days: number): Screen['rows'] {
  const locale = localeOf(ctx);
  const spans = SPANS.map((each) =>
    button({ locale, key: `costs.span_${each}` }, { route: 'adm:usage', arg: String(each) }),
  );
  return [
    spans,
    [
      button({ locale, key: 'costs.chart' }, { route: 'adm:usepic', arg: String(days) }),
      button({ locale, key: 'admin.csv.usage' }, { route: 'adm:csv', arg: 'usage' }),
    ],
    [openButton(locale, 'button.menu', 'nav:adm')],
  ];
}

async function sendPicture(ctx: BotContext, parts: BotParts, days: number): Promise<void> {
  const { locale, timeZone } = ctx.visit.place;
  const span = spanOf(ctx, days);
  const wanted = { span, timeZone, group: 'day', limit: days + 1 } as const;
  const { rows } = await parts.reads.work(wanted);
  const byDay = new Map(rows.map((row) => [row.key, row]));
  const shown = localDays(span, timeZone).map(({ day }) => day);
  const heights = (of: (row: WorkRow) => bigint) =>
    shown.map((day) => {
      const row = byDay.get(day);
      return row ? Number(of(row)) / UTOK_PER_TOKEN : 0;
    });
  const panel = {
    title: sayPlainly(locale, 'admin.usage.chart.title'),
    days: shown,
    isGrouped: true,
    series: [
      {
        label: sayPlainly(locale, 'admin.usage.chart.spent'),
        heights: heights(({ spentUtok }) => spentUtok),
      },
      {
        label: sayPlainly(locale, 'admin.usage.chart.margin'),
        heights: heights(({ marginRub }) => microOf(marginRub)),
      },
    ],
  };
  const caption = sayPlainly(locale, 'admin.usage.chart.caption', { days });
  await ctx.replyWithPhoto(new InputFile(barPicture([panel], locale), 'usage.png'), { caption });
}
