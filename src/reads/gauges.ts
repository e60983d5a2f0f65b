import { sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';

/** One number that monitoring watches, by the labels that tell it from its siblings. */
export interface GaugeRow extends Record<string, unknown> {
  readonly name: GaugeName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What the database knows of the state of the business; ages are seconds, sums are minor units of the currency. */
export const GAUGES = {
  billing_payments_day: {
    help: 'Payments first seen in the last 24 hours',
    labels: ['provider', 'state'],
  },
  billing_sales_day_minor: {
    help: 'Money of the payments that came in during the last 24 hours and stayed, in minor units',
    labels: ['provider', 'currency'],
  },
  billing_charges_declined_day: {
    help: 'Charges of saved methods, wallets and Stars that were refused in the last 24 hours',
    labels: ['driver', 'state'],
  },
  billing_unknown_age_seconds: {
    help: 'Age of the oldest payment or charge whose outcome is unknown',
    labels: ['kind'],
  },
  billing_inbox_lag_seconds: {
    help: 'Age of the oldest genuine notification that no workflow has been told of',
    labels: [],
  },
  billing_outbox_lag_seconds: {
    help: 'How long the oldest message that is due has been waiting',
    labels: ['category'],
  },
  billing_verification_failures_5m: {
    help: 'Notifications of the last five minutes that could not be verified',
    labels: ['provider'],
  },
  billing_open_items: { help: 'What waits for an operator', labels: ['kind'] },
  billing_open_items_overdue: {
    help: 'What waits for an operator longer than agreed',
    labels: ['kind'],
  },
  billing_subscriptions: { help: 'Subscriptions by state', labels: ['state'] },
  billing_refunds_open: { help: 'Refunds under way', labels: ['state'] },
  billing_backup_copy_age_seconds: {
    help: 'Age of the newest verified copy of the whole cluster',
    labels: [],
  },
  billing_backup_period_seconds: { help: 'Time agreed between two copies', labels: [] },
  billing_backup_log_gap_seconds: {
    help: 'How long nobody has received the log for the backups',
    labels: [],
  },
  billing_ledger_imbalance: {
    help: 'Sum of all entries of an asset; anything but zero is a broken ledger',
    labels: ['asset'],
  },
} as const satisfies Record<string, { readonly help: string; readonly labels: readonly string[] }>;

export type GaugeName = keyof typeof GAUGES;

/** Reads all gauges but the sum of the ledger; each part is served by an index of its own. */
export async function stateGauges(db: Database): Promise<readonly GaugeRow[]> {
  return db.execute<GaugeRow>(sql`
    select 'billing_payments_day' as name,
      json_build_object('provider', provider, 'state', state) as labels, count(*)::float8 as value
    from payments where recorded_at > now() - interval '24 hours' group by provider, state
    union all
    select 'billing_sales_day_minor', json_build_object('provider', provider, 'currency', currency),
      sum(amount_minor)::float8
    from payments where recorded_at > now() - interval '24 hours' and state in ('paid', 'partially_refunded')
    group by provider, currency
    union all
    select 'billing_charges_declined_day', json_build_object('driver', driver, 'state', state), count(*)
    from attempts
    where updated_at > now() - interval '24 hours' and state in ('failed_soft', 'failed_hard')
    group by driver, state
    union all
    select 'billing_unknown_age_seconds', json_build_object('kind', kind),
      coalesce(extract(epoch from now() - min(since)), 0)
    from (
      select 'payment' as kind, recorded_at as since from payments where state = 'unknown'
      union all
      select 'charge', recorded_at from attempts where state = 'unknown'
      union all
      select * from (values ('payment', null::timestamptz), ('charge', null)) as none
    ) as unclear group by kind
    union all
    select 'billing_inbox_lag_seconds', '{}'::json, coalesce(extract(epoch from now() - min(recorded_at)), 0)
    from inbox_events where signalled_at is null and verified <> 'no'
    union all
    select 'billing_outbox_lag_seconds', json_build_object('category', category),
      coalesce(extract(epoch from now() - min(due)), 0)
    from (
      select category, greatest(recorded_at, coalesce(not_before, recorded_at)) as due
      from outbox_messages
      where state = 'queued' and coalesce(not_before, recorded_at) <= now()
      union all
      select * from (values ('money', null::timestamptz), ('service', null), ('ops', null)) as none
    ) as waiting group by category
    union all
    select 'billing_verification_failures_5m', json_build_object('provider', provider), sum(deliveries)
    from inbox_events
    where verified = 'no' and updated_at > now() - interval '5 minutes' group by provider
    union all
    select 'billing_open_items', json_build_object('kind', kind), count(*)
    from open_items where state = 'open' group by kind
    union all
    select 'billing_open_items_overdue', json_build_object('kind', kind), count(*)
    from open_items where state = 'open' and due_at < now() group by kind
    union all
    select 'billing_subscriptions', json_build_object('state', state), count(*)
    from subscriptions group by state
    union all
    select 'billing_refunds_open', json_build_object('state', state), count(*)
    from refunds where state in ('frozen', 'sent', 'unknown') group by state`);
}

/**
 * What deploy/backup tells of itself: the name that its role bears holds the instant of the newest copy and the hours to
 * the next, and its slot is in use while the log is received. Until there is a copy or a slot the age is that of the
 * cluster, whose identifier begins with its birth. Nothing where PostgreSQL is kept by others and has no such role.
 */
export async function backupGauges(db: Database): Promise<readonly GaugeRow[]> {
  return db.execute<GaugeRow>(sql`
    with kept as (
      select
        substring(told from 'copy (\\S+) ')::timestamptz as copied_at,
        coalesce(substring(told from 'every (\\d+) hours')::int, 24) * 3600 as period,
        coalesce(slot.active, false) as is_received,
        -- Servers before 17 do not say since when.
        (to_jsonb(slot) ->> 'inactive_since')::timestamptz as received_until,
        (select to_timestamp(system_identifier >> 32) from pg_control_system()) as born_at
      from pg_roles
      left join unnest(rolconfig) as told on told like 'application_name=copy %'
      left join pg_replication_slots as slot on slot_name = 'backup'
      where rolname = 'backup'
    )
    select 'billing_backup_copy_age_seconds' as name, '{}'::json as labels,
      extract(epoch from now() - coalesce(copied_at, born_at))::float8 as value
    from kept
    union all
    select 'billing_backup_period_seconds', '{}'::json, period from kept
    union all
    select 'billing_backup_log_gap_seconds', '{}'::json,
      case when is_received then 0 else extract(epoch from now() - coalesce(received_until, born_at)) end
    from kept`);
}

/** Adds up the whole ledger: exact, and slow once it is large. */
export async function ledgerGauges(db: Database): Promise<readonly GaugeRow[]> {
  return db.execute<GaugeRow>(sql`
    select 'billing_ledger_imbalance' as name, json_build_object('asset', a.asset) as labels,
      sum(e.amount)::float8 as value
    from entries e join accounts a on a.id = e.account_id group by a.asset`);
}
