import { sql } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { openItems, subscriptions, tariffPrices, tariffVersions } from '../../../drizzle/schema';
import { assert, safeInteger } from '../../domain/assert';
import type { Standing } from './statistics';

type StandingRow = {
  readonly [column: string]: unknown;
  readonly active: number;
  readonly trialing: number;
  readonly past_due: number;
  readonly paused: number;
  readonly cancelling: number;
  readonly mrr: string | number;
  readonly open_items: number;
};

/** Subscriptions by state, and what they bring in a month. */
export async function standing(db: Database): Promise<Standing> {
  const rows = await db.execute<StandingRow>(sql`
    select ${countOf('active')} as active, ${countOf('trialing')} as trialing,
      ${countOf('past_due')} as past_due, ${countOf('paused')} as paused,
      ${countOf('cancelling')} as cancelling,
      coalesce(round(sum(${monthly()}) filter (
        where s.state in ('active', 'past_due') and not s.cancel_at_end)), 0)::bigint as mrr,
      (select count(*)::int from ${openItems} o where o.state = 'open') as open_items
    from ${subscriptions} s join ${tariffVersions} v on v.id = s.tariff_version_id
    left join ${tariffPrices} p on p.tariff_version_id = v.id and p.currency = 'RUB'
    where s.state not in ('expired', 'ended')`);
  const row = rows[0];
  assert(row, 'a query of aggregates gives one row');
  return {
    active: row.active,
    trialing: row.trialing,
    pastDue: row.past_due,
    paused: row.paused,
    cancelling: row.cancelling,
    mrrMinor: safeInteger(BigInt(row.mrr)),
    openItems: row.open_items,
  };
}

function countOf(state: string) {
  return sql`(count(*) filter (where s.state = ${state}))::int`;
}

/**
 * Kopecks a month of one subscription, exactly: the fee in tokens, of which one is a rouble (P-4), else the price in
 * roubles, spread over an average month of 30.4375 days.
 */
function monthly() {
  return sql`(
    case when v.fee_utok > 0 then v.fee_utok::numeric / 10000 else coalesce(p.amount_minor, 0) end
    * case v.period_unit
        when 'hour' then 730.5 when 'day' then 30.4375 when 'week' then 30.4375 / 7
        when 'month' then 1 when 'year' then 1::numeric / 12 else 0 end
    / coalesce(v.period_count, 1))`;
}
