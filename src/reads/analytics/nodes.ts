import { sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { usageNodes } from '../../../drizzle/schema';
import type { NodeQuestion, NodeReport, NodeRow } from './contract';
import { countedQuery, factsOf } from './facts';
import { cursorOf, pageOf, type Sorted } from './pages';
import { workTotals } from './work';

type NodeFigureRow = Sorted & {
  readonly [column: string]: unknown;
  readonly node: string | null;
  readonly track: string | null;
  readonly jobs: string;
  readonly cost: string;
  readonly average: string;
  readonly median: string;
  readonly p95: string;
  readonly raw: string;
};

/**
 * Steps of reported work. What charges asked for beyond the shares of their steps is a row without a name, so that the
 * rows sum to what was requested.
 */
export async function nodes(db: Database, question: NodeQuestion): Promise<NodeReport> {
  const [totals, rows] = await Promise.all([
    workTotals(db, question),
    db.execute<NodeFigureRow>(nodesQuery(question)),
  ]);
  const { limit } = question;
  const shown = rows.slice(0, limit);
  return {
    totals,
    rows: shown.map(nodeRow),
    nextCursor: rows.length > limit ? cursorOf(shown.at(-1)) : undefined,
  };
}

function nodesQuery(question: NodeQuestion): SQL {
  const track = question.group === 'node' ? sql`null::text` : sql`f.track`;
  return sql`
    with ${factsOf(question, sql`null::text`)},
    shares as (
      select f.id, n.node, ${track} as track, n.cost_utok,
        n.raw_cost * u.rub_per_unit as raw_rub
      from facts f join (${countedQuery()}) u on u.counted_for = f.id
      join ${usageNodes} n on n.usage_event_id = u.id
    ), rests as (
      select f.id, null::text as node, ${track} as track,
        f.requested_utok - coalesce(s.cost_utok, 0) as cost_utok,
        f.raw_cost_rub - coalesce(s.raw_rub, 0) as raw_rub
      from facts f left join (
        select id, sum(cost_utok) as cost_utok, sum(raw_rub) as raw_rub from shares group by id
      ) s on s.id = f.id
    ), parts as (
      select * from shares
      union all
      select * from rests where cost_utok <> 0 or raw_rub <> 0
    ), grouped as (
      select node, track, count(*)::text as jobs, sum(cost_utok)::text as cost,
        round(avg(cost_utok))::text as average,
        percentile_disc(0.5) within group (order by cost_utok)::text as median,
        percentile_disc(0.95) within group (order by cost_utok)::text as p95,
        trim_scale(coalesce(sum(raw_rub), 0))::text as raw,
        sum(cost_utok)::numeric as sort, md5(coalesce(track, '') || '/' || coalesce(node, '')) as tie
      from parts group by node, track
      having node is not null or sum(cost_utok) <> 0 or sum(raw_rub) <> 0
    )
    select * from grouped where ${pageOf(question)}
    order by sort desc, tie limit ${question.limit + 1}`;
}

function nodeRow(row: NodeFigureRow): NodeRow {
  return {
    node: row.node,
    track: row.track,
    jobs: Number(row.jobs),
    costUtok: BigInt(row.cost),
    averageUtok: BigInt(row.average),
    medianUtok: BigInt(row.median),
    p95Utok: BigInt(row.p95),
    rawCostRub: row.raw,
  };
}
