import { sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { apiClients } from '../../../drizzle/schema';
import { assert } from '../../domain/assert';
import { localDays } from '../../domain/calendar';
import type {
  DayOfTrack,
  WorkFigures,
  WorkFilter,
  WorkGroup,
  WorkQuestion,
  WorkReport,
} from './contract';
import { factsOf } from './facts';
import { cursorOf, pageOf, type Sorted } from './pages';

type FigureRow = Readonly<Record<keyof WorkFigures, string>>;
type ReportRow = FigureRow & Sorted & { readonly key: string | null; readonly name: string | null };

/** Charged work by group with its totals, in one query. */
export async function work(db: Database, question: WorkQuestion): Promise<WorkReport> {
  const { group, limit } = question;
  const rows = await db.execute<ReportRow & Record<string, unknown>>(sql`
    with ${factsOf(question, keyOf(question))},
    grouped as (
      select key, grouping(key) = 1 as is_total, ${FIGURES},
        ${sortOf(group)} as sort, md5(coalesce(key, '')) as tie
      from facts group by grouping sets ((key), ())
    ),
    ${COSTS}
    select shown.*, (${rawCosts()}) as "rawCosts", (
      select c.name from ${apiClients} c where c.id::text = shown.key and ${group === 'client'}) as name
    from (
      (select * from grouped where is_total)
      union all
      (select * from grouped where not is_total and ${pageOf(question)}
       order by sort desc, tie limit ${limit + 1})
    ) shown order by is_total desc, sort desc, tie`);
  const [totals, ...groups] = rows;
  assert(totals, 'a query of aggregates gives their total');
  const shown = groups.slice(0, limit);
  return {
    totals: figuresOf(totals),
    rows: shown.map((row) => ({ ...figuresOf(row), key: row.key, name: row.name })),
    nextCursor: groups.length > limit ? cursorOf(shown.at(-1)) : undefined,
  };
}

/** Totals of the charges alone, for reports whose rows are not charges. */
export async function workTotals(db: Database, filter: WorkFilter): Promise<WorkFigures> {
  const rows = await db.execute<FigureRow & Record<string, unknown>>(sql`
    with ${factsOf(filter, sql`null::text`)},
    ${COSTS}
    select shown.*, (${rawCosts()}) as "rawCosts"
    from (select true as is_total, null::text as key, ${FIGURES} from facts) shown`);
  const row = rows[0];
  assert(row, 'a query of aggregates gives one row');
  return figuresOf(row);
}

/** Exact in every step: whole micro-tokens, decimals of PostgreSQL, and no average of averages. */
const FIGURES = sql`
  count(*)::text as jobs,
  count(*) filter (where reports > 0)::text as "reportedJobs",
  count(*) filter (where reports > 0 and requested_utok = 0 and free_requests > 0)::text as "freeJobs",
  count(*) filter (where reports > 0 and requested_utok = 0 and free_requests = 0)::text as "localJobs",
  coalesce(sum(requested_utok), 0)::text as "requestedUtok",
  coalesce(sum(charged_utok), 0)::text as "chargedUtok",
  coalesce(sum(uncollected_utok), 0)::text as "uncollectedUtok",
  coalesce(sum(waived_utok), 0)::text as "waivedUtok",
  coalesce(sum(reversed_utok), 0)::text as "reversedUtok",
  coalesce(sum(spent_utok), 0)::text as "spentUtok",
  coalesce(round(avg(charged_utok)), 0)::text as "averageUtok",
  coalesce(percentile_disc(0.5) within group (order by charged_utok), 0)::text as "medianUtok",
  coalesce(percentile_disc(0.95) within group (order by charged_utok), 0)::text as "p95Utok",
  trim_scale(coalesce(sum(raw_cost_rub), 0))::text as "rawCostRub",
  trim_scale(coalesce(sum(spent_utok), 0) * 0.000001 - coalesce(sum(raw_cost_rub), 0))::text as "marginRub",
  coalesce(sum(prompt_tokens), 0)::text as "promptTokens",
  coalesce(sum(completion_tokens), 0)::text as "completionTokens",
  coalesce(sum(total_tokens), 0)::text as "totalTokens",
  coalesce(sum(api_calls), 0)::text as "apiCalls",
  coalesce(sum(free_requests), 0)::text as "freeRequests"`;

/** Raw costs by currency of every group and of all together, summed once. */
const COSTS = sql`
  costs as (
    select key, grouping(key) = 1 as is_total, currency, trim_scale(sum(raw_cost))::text as cost
    from facts where currency is not null
    group by grouping sets ((key, currency), (currency))
  )`;

/** Costs of a shown row by currency, as JSON text of decimals. */
function rawCosts(): SQL {
  return sql`
    select coalesce(json_object_agg(costs.currency, costs.cost), '{}')::text from costs
    where costs.is_total = shown.is_total and costs.key is not distinct from shown.key`;
}

function keyOf({ group, span, timeZone }: WorkQuestion): SQL {
  switch (group) {
    case 'track':
      return sql`track`;
    case 'model':
      return sql`model`;
    case 'user':
      return sql`user_id::text`;
    case 'client':
      return sql`client_id::text`;
    case 'day':
      return dayOf(span, timeZone);
  }
}

/** Days begin at midnights that were computed here: PostgreSQL may not know a zone that we know. */
function dayOf(span: WorkFilter['span'], timeZone: string): SQL {
  const days = localDays(span, timeZone);
  const names = `{${days.map(({ day }) => day).join(',')}}`;
  const begins = `{${days.map(({ beginsMs }) => new Date(beginsMs).toISOString()).join(',')}}`;
  return sql`(${names}::text[])[width_bucket(as_of, ${begins}::timestamptz[])]`;
}

function sortOf(group: WorkGroup): SQL {
  return group === 'day'
    ? sql`coalesce(replace(key, '-', '')::numeric, 0)`
    : sql`coalesce(sum(spent_utok), 0)::numeric`;
}

function figuresOf(row: FigureRow): WorkFigures {
  return {
    jobs: Number(row.jobs),
    reportedJobs: Number(row.reportedJobs),
    freeJobs: Number(row.freeJobs),
    localJobs: Number(row.localJobs),
    requestedUtok: BigInt(row.requestedUtok),
    chargedUtok: BigInt(row.chargedUtok),
    uncollectedUtok: BigInt(row.uncollectedUtok),
    waivedUtok: BigInt(row.waivedUtok),
    reversedUtok: BigInt(row.reversedUtok),
    spentUtok: BigInt(row.spentUtok),
    averageUtok: BigInt(row.averageUtok),
    medianUtok: BigInt(row.medianUtok),
    p95Utok: BigInt(row.p95Utok),
    rawCosts: JSON.parse(row.rawCosts) as Record<string, string>,
    rawCostRub: row.rawCostRub,
    marginRub: row.marginRub,
    promptTokens: BigInt(row.promptTokens),
    completionTokens: BigInt(row.completionTokens),
    totalTokens: BigInt(row.totalTokens),
    apiCalls: BigInt(row.apiCalls),
    freeRequests: BigInt(row.freeRequests),
  };
}

/** What was spent on each track on each local day; days and tracks without anything are not listed. */
export async function workByDay(
  db: Database,
  filter: WorkFilter,
  timeZone: string,
): Promise<readonly DayOfTrack[]> {
  const rows = await db.execute<{ day: string; track: string | null; utok: string }>(sql`
    with ${factsOf(filter, dayOf(filter.span, timeZone))}
    select key as day, track, sum(spent_utok)::text as utok from facts
    group by key, track order by key, track`);
  return rows.map(({ day, track, utok }) => ({ day, track, spentUtok: BigInt(utok) }));
}
