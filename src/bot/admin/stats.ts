import { InputFile } from 'grammy';
import { assert } from '../../domain/assert';
import { instantOf, localTimeOf } from '../../domain/calendar';
import type { ExportKind, Span } from '../../reads/admin/statistics';
import { localeOf, show, type BotContext } from '../context';
import type { BotParts } from '../parts';
import { button, type Screen } from '../screen';
import { say, sayPlainly } from '../wording';
import { salesPicture } from './chart';
import { askReason, type AdminAction } from './actions';
import { csvFile, MOST_ROWS, type CsvFile } from './csv';
import { guarded, refuseButton, type AdminFeature, type Role } from './gate';
import { figuresText } from './figures';
import { tellOutcome } from './outcome';

/** Figures and files hold what people paid; support has no need of them. */
const READERS: readonly Role[] = ['finance', 'admin'];
const DAY_MS = 86_400_000;
/** Days that can be looked at together; the first is today alone. */
const SPANS = [1, 7, 30] as const;
const CHART_DAYS = 30;
const EXPORTS: readonly ExportKind[] = ['sales', 'transfers', 'users', 'usage'];

/** Sales of the day, their chart, and everything as tables (OPS-11). */
export function statsFeature(parts: BotParts): AdminFeature<'adm:stats' | 'adm:chart' | 'adm:csv'> {
  const exportPeople = exportAction(parts);
  return {
    commands: [
      {
        command: 'stats',
        roles: READERS,
        handler: async (ctx) => {
          await sendChart(ctx, parts);
          await showFigures(ctx, parts, { days: 1, isNew: true });
        },
      },
    ],
    callbacks: guarded(READERS, {
      'adm:stats': async (ctx, press) => {
        const days = SPANS.find((each) => String(each) === press.arg);
        if (days === undefined) await refuseButton(ctx);
        else await showFigures(ctx, parts, { days });
      },
      'adm:chart': (ctx) => sendChart(ctx, parts),
      'adm:csv': async (ctx, press) => {
        const kind = EXPORTS.find((each) => each === press.arg);
        if (kind === undefined) await refuseButton(ctx);
        else if (kind === 'users') await askReason(ctx, exportPeople, {});
        else await sendCsv(ctx, kind, await csvFile(parts.reads, kind, localeOf(ctx)));
      },
    }),
    actions: [exportPeople],
  };
}

async function showFigures(
  ctx: BotContext,
  parts: BotParts,
  { days, isNew = false }: { readonly days: (typeof SPANS)[number]; readonly isNew?: boolean },
): Promise<void> {
  const span = spanOf(ctx, days);
  const [report, standing] = await Promise.all([
    parts.reads.salesReport(span),
    parts.reads.standing(),
  ]);
  const text = figuresText(ctx, { days, span, report, standing });
  await show(ctx, { text, rows: rowsOf(ctx) }, { isNew });
}

/** So many local days of the operator, today included, up to now. */
function spanOf(ctx: BotContext, days: number): Span {
  const { asOf, place } = ctx.visit;
  const startsOn = localTimeOf(asOf.getTime() - (days - 1) * DAY_MS, place.timeZone).slice(0, 10);
  return { from: new Date(instantOf(`${startsOn}T00:00:00.000`, place.timeZone)), to: asOf };
}

function rowsOf(ctx: BotContext): Screen['rows'] {
  const locale = localeOf(ctx);
  const spans = SPANS.map((days) =>
    button({ locale, key: `admin.stats.span_${days}` }, { route: 'adm:stats', arg: String(days) }),
  );
  // That of work stands under its own figures.
  const files = EXPORTS.filter((kind) => kind !== 'usage').map((kind) =>
    button({ locale, key: `admin.csv.${kind}` }, { route: 'adm:csv', arg: kind }),
  );
  const more = [
    button({ locale, key: 'admin.button.chart' }, { route: 'adm:chart' }),
    button({ locale, key: 'admin.button.usage' }, { route: 'adm:usage', arg: '30' }),
  ];
  return [spans, more, files];
}

async function sendChart(ctx: BotContext, parts: BotParts): Promise<void> {
  const { place } = ctx.visit;
  const { locale, timeZone } = place;
  const span = spanOf(ctx, CHART_DAYS);
  const sales = await parts.reads.dailySales(span, timeZone);
  const picture = salesPicture({ days: daysOf(span, timeZone), sales, locale });
  const caption = sayPlainly(locale, 'admin.chart.caption', { days: CHART_DAYS });
  await ctx.replyWithPhoto(new InputFile(picture, 'sales.png'), { caption });
}

/** The local days of a span, oldest first; noon is never skipped by a clock change. */
function daysOf({ from, to }: Span, timeZone: string): readonly string[] {
  const first = localTimeOf(from.getTime(), timeZone).slice(0, 10);
  const last = localTimeOf(to.getTime(), timeZone).slice(0, 10);
  const days: string[] = [];
  for (let at = Date.parse(`${first}T12:00:00Z`); days.at(-1) !== last; at += DAY_MS) {
    days.push(new Date(at).toISOString().slice(0, 10));
    assert(days.length <= 400, 'a span ends after it begins');
  }
  return days;
}

/** A table of people leaves with a reason, and the audit knows of it before (AU-1). */
function exportAction(parts: BotParts): AdminAction {
  return {
    name: 'export_people',
    roles: READERS,
    describe: (ctx) => Promise.resolve(say(localeOf(ctx), 'admin.csv.people')),
    perform: async (ctx, { operationId, reason }) => {
      const file = await csvFile(parts.reads, 'users', localeOf(ctx));
      const operator = { userId: ctx.visit.userId };
      const outcome = await parts.commands.operate({
        ...{ operationId, action: 'export_people', params: { rows: file.rows }, operator, reason },
      });
      if (await tellOutcome(ctx, outcome)) await sendCsv(ctx, 'users', file);
    },
  };
}

async function sendCsv(ctx: BotContext, kind: ExportKind, file: CsvFile): Promise<void> {
  const locale = localeOf(ctx);
  const key = file.isCut ? 'admin.csv.cut' : 'admin.csv.whole';
  const caption = sayPlainly(locale, key, { rows: file.rows, most: MOST_ROWS });
  const day = localTimeOf(ctx.visit.asOf.getTime(), ctx.visit.place.timeZone).slice(0, 10);
  await ctx.replyWithDocument(new InputFile(file.content, `${kind}-${day}.csv`), { caption });
}
