import { sql, type SQL } from 'drizzle-orm';
import {
  accounts,
  charges,
  entries,
  trackJobs,
  transfers,
  usageEvents,
} from '../../../drizzle/schema';
import { isVisible } from '../visibility';
import type { WorkFilter } from './contract';

/**
 * Named queries that end with `facts`: one row for each charge that was asked for, with what its reports say and what
 * was given back of it, and with a `key` to group by. Spends that no charge stands behind are rows too, so that the sum
 * is the ledger's.
 */
export function factsOf(filter: WorkFilter, key: SQL): SQL {
  return sql`
    reversed as (${reversalsQuery(filter)}),
    booked as (${chargesQuery(filter)} union all ${unchargedQuery(filter)}),
    facts as materialized (
      select *, ${key} as key, charged_utok - reversed_utok as spent_utok from booked
      where ${filter.track === undefined ? sql`true` : sql`track = ${filter.track}`}
    )`;
}

/** An instant as SQL. */
export function at(instant: Date): SQL {
  return sql`${instant.toISOString()}::timestamptz`;
}

/** What spends lost again, to wallets or to lots that had ended meanwhile: a correction is never older than what it corrects. */
function reversalsQuery({ span }: WorkFilter): SQL {
  return sql`
    select t.reverses_transfer_id as transfer_id, -sum(e.amount)::bigint as utok
    from ${transfers} t join ${entries} e on e.transfer_id = t.id
    join ${accounts} a on a.id = e.account_id and a.code = 'sys:spend:TOK'
    where t.reverses_transfer_id is not null and t.as_of >= ${at(span.from)}
    group by t.reverses_transfer_id`;
}

/** A charge has one currency and one model, as the job that it ends has. */
function chargesQuery(filter: WorkFilter): SQL {
  const { userId, clientId } = filter;
  return sql`
    select c.id, c.kind, c.user_id, c.client_id, c.as_of,
      c.requested_utok, c.charged_utok, c.uncollected_utok, c.waived_utok, coalesce(r.utok, 0) as reversed_utok,
      coalesce(c.track, max(u.track)) as track, max(u.model) as model, count(u.id) as reports,
      max(u.currency) as currency,
      coalesce(sum(u.raw_cost), 0) as raw_cost,
      coalesce(sum(u.raw_cost * u.rub_per_unit), 0) as raw_cost_rub,
      coalesce(sum(u.prompt_tokens), 0) as prompt_tokens,
      coalesce(sum(u.completion_tokens), 0) as completion_tokens,
      coalesce(sum(u.total_tokens), 0) as total_tokens,
      coalesce(sum(u.api_calls), 0) as api_calls,
      coalesce(sum(u.free_requests), 0) as free_requests
    from ${charges} c
    left join reversed r on r.transfer_id = c.transfer_id
    left join (${countedQuery()}) u on u.counted_for = c.id
    where ${during(sql`c.as_of`, filter)}
      and ${userId === undefined ? sql`true` : sql`c.user_id = ${userId}`}
      and ${clientId === undefined ? sql`true` : sql`c.client_id = ${clientId}`}
      and ${visible(filter, sql`c`)}
    group by c.id, r.utok`;
}

/**
 * The reports that count, each with its charge. One that lowered what its job was charged for decided no charge of its
 * own: it stands with the charge that was given back in part.
 */
export function countedQuery(): SQL {
  return sql`
    select u.*, u.charge_id as counted_for from ${usageEvents} u
    where u.charge_id is not null and u.is_counted
    union all
    select u.*, job.charge_id from ${usageEvents} u join ${trackJobs} job on job.id = u.job_id
    where u.charge_id is null and u.is_counted and job.charge_id is not null`;
}

/** Spends of the ledger that no charge stands behind: nobody's track, nobody's client. */
function unchargedQuery(filter: WorkFilter): SQL {
  const { userId, clientId } = filter;
  const nothing = sql`0`;
  return sql`
    select t.id, t.kind, t.user_id, null, t.as_of,
      e.utok, e.utok, ${nothing}, ${nothing}, coalesce(r.utok, 0),
      null, null, ${nothing}, null, ${nothing}, ${nothing}, ${nothing}, ${nothing}, ${nothing}, ${nothing}, ${nothing}
    from ${transfers} t
    join lateral (
      select -sum(e.amount)::bigint as utok from ${entries} e
      join ${accounts} a on a.id = e.account_id and a.user_id is not null
      where e.transfer_id = t.id) e on e.utok is not null
    left join reversed r on r.transfer_id = t.id
    where t.kind in ('spend', 'hold_capture') and t.charge_id is null
      and not exists (select 1 from ${charges} c where c.transfer_id = t.id)
      and ${clientId === undefined ? sql`true` : sql`false`}
      and ${during(sql`t.as_of`, filter)}
      and ${userId === undefined ? sql`true` : sql`t.user_id = ${userId}`}
      and ${visible(filter, sql`t`)}`;
}

function during(instant: SQL, { span }: WorkFilter): SQL {
  return sql`${instant} >= ${at(span.from)} and ${instant} < ${at(span.to)}`;
}

function visible({ isForPerson }: WorkFilter, table: SQL): SQL {
  return isForPerson ? isVisible(sql`${table}.user_id`, sql`${table}.as_of`) : sql`true`;
}
