import { and, desc, eq, gt, sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { selectExpiringLots } from '../../drizzle/expiring-lots';
import {
  attempts,
  lots,
  paymentMethods,
  subscriptionPeriods,
  subscriptions,
  tariffPrices,
  tariffVersions,
  users,
} from '../../drizzle/schema';
import type { ExpiringLot } from '../domain/billing/lot-expiry';
import type { SubscriptionView } from './billing';

/** One try to renew a subscription, as operators see it. */
export interface RenewalTry {
  readonly periodN: number;
  readonly driver: string;
  readonly state: string;
  readonly declineCode: string | null;
  readonly asOf: string;
}

/** Unpaid subscriptions that stand at the same step: how many tries each has had. */
export interface UnpaidStep {
  readonly tries: number;
  readonly access: string;
  readonly count: number;
}

export interface SubscriptionReads {
  /** The live subscription, else the one that ended last. */
  subscription(userId: number): Promise<SubscriptionView | undefined>;
  /** Tokens of a person that end some day, the soonest first. */
  endingLots(userId: number, asOf: Date): Promise<readonly ExpiringLot[]>;
  /** The last tries to renew it, newest first; three at most. */
  renewalTries(subscriptionId: string): Promise<readonly RenewalTry[]>;
  /** Where the unpaid subscriptions stand. */
  unpaidSteps(): Promise<readonly UnpaidStep[]>;
}

const SHOWN_TRIES = 3;

export function subscriptionReads(db: Database): SubscriptionReads {
  return {
    subscription: (userId) => subscription(db, userId),
    endingLots: (userId, asOf) => endingLots(db, userId, asOf),
    renewalTries: (subscriptionId) => renewalTries(db, subscriptionId),
    unpaidSteps: () => unpaidSteps(db),
  };
}

/** A subscription as JSON of PostgreSQL gives it. */
export type SubscriptionRow = SubscriptionView;

async function subscription(db: Database, userId: number): Promise<SubscriptionView | undefined> {
  const rows = await db.execute<{ subscription: SubscriptionRow | null }>(
    sql`select (${subscriptionQuery(userId)}) as subscription`,
  );
  const row = rows[0]?.subscription;
  return row ? toSubscription(row) : undefined;
}

/** The live subscription of a person as one JSON value, for a query that reads more beside it. */
export function subscriptionQuery(userId: number) {
  return sql`
    select json_build_object(
      'subscriptionId', s.id, 'state', s.state, 'access', s.access, 'planName', v.name_i18n,
      'periodN', s.period_n, 'periodStart', s.period_start, 'periodEnd', s.period_end,
      'feeUtok', v.fee_utok, 'tariffVersionId', v.id, 'tariffId', v.tariff_id, 'productCode', s.product_code,
      'driver', s.driver, 'isRenewing', s.auto_renew and not s.cancel_at_end and s.driver <> 'none',
      'isCancelled', s.cancel_at_end, 'isMuted', s.is_muted,
      'pausedUntil', s.paused_until, 'pauseDays', s.pause_days,
      'cardLabel', (
        select m.label from ${paymentMethods} m
        where m.id = s.method_id and s.driver = 'saved_method'),
      'isConfirming', exists (
        select from ${attempts} a
        where a.subscription_id = s.id and a.period_n = s.period_n + 1
          and a.state in ('created', 'sent', 'unknown')),
      'roublePrice', (
        select json_build_object(
          'minor', p.amount_minor, 'currency', p.currency, 'exponent', p.exponent)
        from ${tariffPrices} p
        where p.tariff_version_id = coalesce(next.id, v.id) and p.currency = 'RUB'),
      'nextPlanName', next.name_i18n, 'nextTariffVersionId', next.id,
      'isNewPrice', coalesce(next.tariff_id = v.tariff_id, false), 'paidIn', (
        select p.value_currency from ${subscriptionPeriods} p
        where p.subscription_id = s.id and p.value_currency is not null
        order by p.n desc limit 1))
    from ${subscriptions} s join ${tariffVersions} v on v.id = s.tariff_version_id
    left join ${tariffVersions} next on next.id = s.next_tariff_version_id
    join ${users} person on person.id = s.user_id
    where s.user_id = ${userId}
      and (s.state not in ('expired', 'ended')
        or s.period_start >= coalesce(person.visible_from, '-infinity'))
    order by s.state in ('expired', 'ended'), s.period_end desc
    limit 1`;
}

export function toSubscription(row: SubscriptionRow): SubscriptionView {
  const { periodStart, periodEnd, pausedUntil } = row;
  return {
    ...row,
    periodStart: isoOf(periodStart),
    periodEnd: isoOf(periodEnd),
    pausedUntil: pausedUntil && isoOf(pausedUntil),
  };
}

/** JSON made by PostgreSQL writes `+00:00`; instants travel as JavaScript writes them. */
function isoOf(instant: string): string {
  return new Date(instant).toISOString();
}

/** Those that hold something nobody reserved. */
function endingLots(db: Database, userId: number, asOf: Date): Promise<readonly ExpiringLot[]> {
  const isUnheld = gt(lots.remainingUtok, lots.heldUtok);
  return selectExpiringLots(db, userId, and(isUnheld, gt(lots.expiresAt, asOf)));
}

async function renewalTries(db: Database, subscriptionId: string): Promise<readonly RenewalTry[]> {
  const rows = await db
    .select()
    .from(attempts)
    .where(eq(attempts.subscriptionId, subscriptionId))
    .orderBy(desc(attempts.asOf), desc(attempts.id))
    .limit(SHOWN_TRIES);
  return rows.map(({ periodN, driver, state, declineCode, asOf }) => ({
    periodN: periodN ?? 0,
    ...{ driver, state, declineCode },
    asOf: asOf.toISOString(),
  }));
}

async function unpaidSteps(db: Database): Promise<readonly UnpaidStep[]> {
  const rows = await db.execute<UnpaidStep & Readonly<Record<string, unknown>>>(sql`
    select tries, access, count(*)::int as count from (
      select s.access, (
        select count(*)::int from ${attempts} a
        where a.subscription_id = s.id and a.period_n = s.period_n + 1) as tries
      from ${subscriptions} s where s.state = 'past_due') unpaid
    group by tries, access order by tries, access`);
  return rows.map(({ tries, access, count }) => ({ tries, access, count }));
}
