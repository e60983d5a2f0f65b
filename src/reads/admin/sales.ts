import { sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import {
  accounts,
  charges,
  entries,
  subscriptionPeriods,
  transfers,
  trialGrants,
  usageEvents,
  users,
} from '../../../drizzle/schema';
import { assert, safeInteger } from '../../domain/assert';
import { exponentOf, type Money } from '../../domain/money';
import type { DaySales, SalesReport, Span } from './statistics';

/** Kinds of transfers by which money leaves us again. */
const RETURNS = sql`('refund', 'reversal', 'dispute', 'quarantine_release')`;

interface RevenueJson {
  readonly provider: string;
  readonly currency: string;
  readonly received: number;
  readonly returned: number;
  readonly payments: number;
}

type ReportRow = {
  readonly [column: string]: unknown;
  readonly revenue: readonly RevenueJson[];
  readonly new_people: number;
  readonly payers: number;
  readonly new_payers: number;
  readonly sold: string | number;
  readonly given: string | number;
  readonly spent: string | number;
  readonly expired: string | number;
  readonly work: string | number;
  readonly work_cost: string | number;
  readonly trials_ended: number;
  readonly trials_converted: number;
  readonly members_at_start: number;
  readonly members_lost: number;
  readonly members_during: number;
};

/** Figures of a span, all from the ledger and the timelines, in one query. */
export async function salesReport(db: Database, span: Span): Promise<SalesReport> {
  const rows = await db.execute<ReportRow>(reportQuery(span));
  const row = rows[0];
  assert(row, 'a query of aggregates gives one row');
  const utok = (value: string | number) => safeInteger(BigInt(value));
  return {
    revenue: row.revenue.map(({ provider, payments, currency, ...sums }) => ({
      provider,
      payments,
      received: moneyOf(sums.received, currency),
      returned: moneyOf(sums.returned, currency),
    })),
    newPeople: row.new_people,
    payers: row.payers,
    newPayers: row.new_payers,
    soldUtok: utok(row.sold),
    givenUtok: utok(row.given),
    spentUtok: utok(row.spent),
    expiredUtok: utok(row.expired),
    workUtok: utok(row.work),
    workCostMinor: safeInteger(BigInt(row.work_cost)),
    trialsEnded: row.trials_ended,
    trialsConverted: row.trials_converted,
    membersAtStart: row.members_at_start,
    membersLost: row.members_lost,
    membersDuring: row.members_during,
  };
}

/** A currency nobody knows any more is shown in its minor units. */
function moneyOf(minor: number, currency: string): Money {
  return { minor: safeInteger(minor), currency, exponent: exponentOf(currency) ?? 0 };
}

function reportQuery(span: Span): SQL {
  const from = at(span.from);
  const to = at(span.to);
  return sql`
    with moved as (
      select t.id, t.kind, t.user_id, t.payment_id, e.amount, a.code, a.user_id as wallet_of
      from ${transfers} t join ${entries} e on e.transfer_id = t.id
      join ${accounts} a on a.id = e.account_id
      where t.as_of >= ${from} and t.as_of < ${to}
    ), money as (
      select split_part(code, ':', 2) as provider, split_part(code, ':', 3) as currency, *
      from moved where code like 'clearing:%'
    ), buyers as (
      select distinct user_id from money where amount < 0 and user_id is not null
    ), work as (
      select c.charged_utok, (
        select coalesce(sum(u.raw_cost * u.rub_per_unit), 0) from ${usageEvents} u
        where u.charge_id = c.id and u.is_counted) as raw_cost
      from ${charges} c where c.as_of >= ${from} and c.as_of < ${to}
        and exists (select 1 from ${usageEvents} u where u.charge_id = c.id)
    ), starting as (
      select distinct s.user_id from subscription_periods p
      join subscriptions s on s.id = p.subscription_id
      where p.starts_at <= ${from} and p.ends_at > ${from} and p.paid_by <> 'trial'
    )
    select
      (${revenueQuery()}) as revenue,
      (select count(*)::int from ${users} where recorded_at >= ${from} and recorded_at < ${to}) as new_people,
      (select count(*)::int from buyers) as payers,
      (select count(*)::int from buyers b where not exists (${earlierMoney(from)})) as new_payers,
      ${walletSum(sql`('topup', 'pack', 'sale', 'quarantine_release')`, 1)} as sold,
      ${walletSum(sql`('grant', 'trial', 'promo_bonus', 'gift_in')`, 1)} as given,
      ${walletSum(sql`('spend', 'hold_capture', 'subscription_fee')`, -1)} as spent,
      ${walletSum(sql`('breakage')`, -1)} as expired,
      (select coalesce(sum(charged_utok), 0)::bigint from work) as work,
      (select coalesce(round(sum(raw_cost) * 100), 0)::bigint from work) as work_cost,
      (select count(*)::int from ${trialGrants} g where g.ends_at >= ${from} and g.ends_at < ${to}) as trials_ended,
      (select count(*)::int from ${trialGrants} g where g.ends_at >= ${from} and g.ends_at < ${to}
        and exists (${moneyAfterTrial()})) as trials_converted,
      (select count(*)::int from starting) as members_at_start,
      (select count(*)::int from starting m where not exists (${periodAt(to)})) as members_lost,
      (select count(distinct s.user_id)::int from ${subscriptionPeriods} p
        join subscriptions s on s.id = p.subscription_id
        where p.starts_at < ${to} and p.ends_at > ${from} and p.paid_by <> 'trial') as members_during`;
}

function revenueQuery(): SQL {
  return sql`
    select coalesce(json_agg(line), '[]') from (
      select provider, currency,
        coalesce(-sum(amount) filter (where amount < 0), 0)::bigint as received,
        coalesce(sum(amount) filter (where amount > 0 and kind in ${RETURNS}), 0)::bigint as returned,
        count(distinct payment_id) filter (where amount < 0)::int as payments
      from money group by provider, currency order by provider, currency
    ) line`;
}

/** Movements of wallets by kind, in the direction that is asked for. */
function walletSum(kinds: SQL, sign: 1 | -1): SQL {
  const direction = sign === 1 ? sql`amount > 0` : sql`amount < 0`;
  return sql`(
    select coalesce(sum(abs(amount)), 0)::bigint from moved
    where wallet_of is not null and kind in ${kinds} and ${direction})`;
}

function earlierMoney(from: SQL): SQL {
  return sql`
    select 1 from ${transfers} t join ${entries} e on e.transfer_id = t.id
    join ${accounts} a on a.id = e.account_id
    where t.user_id = b.user_id and t.as_of < ${from}
      and a.code like 'clearing:%' and e.amount < 0`;
}

function moneyAfterTrial(): SQL {
  return sql`
    select 1 from ${transfers} t join ${entries} e on e.transfer_id = t.id
    join ${accounts} a on a.id = e.account_id
    where t.user_id = g.user_id and t.as_of >= g.starts_at
      and a.code like 'clearing:%' and e.amount < 0`;
}

function periodAt(instant: SQL): SQL {
  return sql`
    select 1 from ${subscriptionPeriods} p join subscriptions s on s.id = p.subscription_id
    where s.user_id = m.user_id and p.starts_at <= ${instant} and p.ends_at > ${instant}
      and p.paid_by <> 'trial'`;
}

/** Money received by local day, for the chart; days without any are not listed. */
export async function dailySales(
  db: Database,
  span: Span,
  timeZone: string,
): Promise<readonly DaySales[]> {
  const rows = await db.execute<{
    [column: string]: unknown;
    day: string;
    provider: string;
    currency: string;
    received: string | number;
  }>(sql`
    select to_char(t.as_of at time zone ${timeZone}, 'YYYY-MM-DD') as day,
      split_part(a.code, ':', 2) as provider, split_part(a.code, ':', 3) as currency,
      (-sum(e.amount))::bigint as received
    from ${transfers} t join ${entries} e on e.transfer_id = t.id
    join ${accounts} a on a.id = e.account_id
    where t.as_of >= ${at(span.from)} and t.as_of < ${at(span.to)}
      and a.code like 'clearing:%' and e.amount < 0
    group by 1, 2, 3 order by 1, 2, 3`);
  return rows.map(({ day, provider, currency, received }) => ({
    ...{ day, provider },
    received: moneyOf(safeInteger(BigInt(received)), currency),
  }));
}

function at(instant: Date): SQL {
  return sql`${instant.toISOString()}::timestamptz`;
}
