import { sql, type SQL } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import {
  accounts,
  entries,
  inboxEvents,
  openItems,
  payments,
  refunds,
  transfers,
  users,
} from '../../../drizzle/schema';
import { assert, safeInteger } from '../../../src/domain/assert';
import { instantOf, localTimeOf } from '../../../src/domain/calendar';
import type { DailyDigest, DigestRevenue } from '../../../src/domain/billing/digest';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { exponentOf } from '../../../src/domain/money';
import type { DigestProgress } from '../../../workflows/billing/keeper/contract';
import type { ActivityDeps } from '../../deps';
import { promiseToOperators } from '../../outbox';
import { inTransaction, readSettings } from '../../transactions';
import { reconciledOn } from '../reconciliation/digest';

/** When operators read of the day before, in their zone (NT-7). */
const TOLD_AT = '10:00:00.000';
/** Days that are made up for after a standstill; whoever was away longer reads /stats. */
const MOST_DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * Promises the operators the digest of each day that is over and that they were not told of, and says when the next
 * one is due. A repeat, or another keeper, promises none of them twice. Nobody is told of days before the first person
 * came.
 */
export async function promiseDigest(
  { db, settings: defaults }: ActivityDeps,
  { asOf, toldOf }: { readonly asOf: string; readonly toldOf?: string },
): Promise<DigestProgress> {
  return inTransaction(db, async (tx) => {
    const settings = await readSettings(tx, defaults);
    const { displayTimeZone: zone } = settings;
    const local = localTimeOf(Date.parse(asOf), zone);
    const today = local.slice(0, 10);
    const isTime = local.slice(11) >= TOLD_AT;
    const last = dayAfter(today, isTime ? -1 : -2);
    for (const day of missingDays(toldOf, last)) {
      await tellOf(tx, { day, asOf: new Date(asOf), settings });
    }
    const next = isTime ? dayAfter(today, 1) : today;
    return { toldOf: last, nextAt: new Date(instantOf(`${next}T${TOLD_AT}`, zone)).toISOString() };
  });
}

function missingDays(toldOf: string | undefined, last: string): readonly string[] {
  const days = Array.from({ length: MOST_DAYS }, (_, ago) => dayAfter(last, -ago)).reverse();
  return toldOf === undefined ? [last] : days.filter((day) => day > toldOf);
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

interface Telling {
  readonly day: string;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

async function tellOf(tx: Transaction, { day, asOf, settings }: Telling): Promise<void> {
  const startOf = (each: string) =>
    new Date(instantOf(`${each}T00:00:00.000`, settings.displayTimeZone)).toISOString();
  const span = { from: startOf(day), to: startOf(dayAfter(day, 1)) };
  if (!(await isAnybodyThere(tx, span.to))) return;
  const digest: DailyDigest = {
    revenue: await revenueOf(tx, span),
    ...(await countsOf(tx, span, { asOf, settings })),
    reconciled: await reconciledOn(tx, span),
  };
  await promiseToOperators(tx, settings, {
    key: `ops:digest:${day}`,
    template: 'ops.digest',
    params: { day, digest: JSON.stringify(digest) },
    asOf,
  });
}

async function isAnybodyThere(tx: Transaction, before: string): Promise<boolean> {
  const rows = await tx.execute(
    sql`select 1 from ${users} where recorded_at < ${before}::timestamptz limit 1`,
  );
  return rows.length > 0;
}

interface DaySpan {
  readonly from: string;
  readonly to: string;
}

type RevenueRow = Readonly<Record<'provider' | 'currency', string>> &
  Readonly<Record<'received' | 'returned', string>> &
  Readonly<Record<'payments' | 'returns', number>>;

/** Money through the clearing accounts by business time, as /stats counts it. */
async function revenueOf(tx: Transaction, span: DaySpan): Promise<readonly DigestRevenue[]> {
  const isReturn = sql`e.amount > 0
    and t.kind in ('refund', 'reversal', 'dispute', 'quarantine_release')`;
  const rows = await tx.execute<RevenueRow & Record<string, unknown>>(sql`
    select split_part(a.code, ':', 2) as provider, split_part(a.code, ':', 3) as currency,
      coalesce(-sum(e.amount) filter (where e.amount < 0), 0)::text as received,
      count(distinct t.payment_id) filter (where e.amount < 0)::int as payments,
      coalesce(sum(e.amount) filter (where ${isReturn}), 0)::text as returned,
      count(distinct t.id) filter (where ${isReturn})::int as returns
    from ${transfers} t join ${entries} e on e.transfer_id = t.id
    join ${accounts} a on a.id = e.account_id
    where ${within('t.as_of', span)} and a.code like 'clearing:%'
    group by 1, 2 order by 1, 2`);
  return rows.map(({ provider, currency, payments, returns, ...sums }) => ({
    ...{ provider, payments, returns },
    received: moneyOf(sums.received, currency),
    returned: moneyOf(sums.returned, currency),
  }));
}

function moneyOf(minor: string, currency: string) {
  return { minor: safeInteger(BigInt(minor)), currency, exponent: exponentOf(currency) ?? 0 };
}

type Counts = Omit<DailyDigest, 'revenue' | 'reconciled'>;

async function countsOf(
  tx: Transaction,
  span: DaySpan,
  { asOf, settings }: Omit<Telling, 'day'>,
): Promise<Counts> {
  const now = sql`${asOf.toISOString()}::timestamptz`;
  const [row] = await tx.execute<Counts & Record<string, unknown>>(sql`
    select (${newPayers(span)}) as "newPayers",
      (select coalesce(json_agg(line), '[]') from (
        select kind, count(*)::int as count, (count(*) filter (where due_at < ${now}))::int as overdue
        from ${openItems} where state = 'open' group by kind order by kind) line) as "openItems",
      (select count(*)::int from ${payments} where state = 'unknown'
        and recorded_at < ${now} - ${settings.unknownAlertMinutes} * interval '1 minute') as "unknownPayments",
      (select count(*)::int from ${refunds} where state in ('sent', 'unknown')) as "unconfirmedRefunds",
      (select count(*)::int from ${inboxEvents} where verified = 'no'
        and ${within('recorded_at', span)}) as unverified`);
  assert(row, 'a query of aggregates gives one row');
  return { ...row };
}

/** People whose first money of all came on that day. */
function newPayers(span: DaySpan): SQL {
  const incoming = sql`
    ${transfers} t join ${entries} e on e.transfer_id = t.id
    join ${accounts} a on a.id = e.account_id
    where a.code like 'clearing:%' and e.amount < 0`;
  return sql`
    select count(*)::int from (
      select distinct t.user_id from ${incoming} and ${within('t.as_of', span)}) payer
    where payer.user_id is not null and not exists (
      select 1 from ${incoming} and t.user_id = payer.user_id
        and t.as_of < ${span.from}::timestamptz)`;
}

function within(instant: 't.as_of' | 'recorded_at', { from, to }: DaySpan): SQL {
  const column = sql.raw(instant);
  return sql`${column} >= ${from}::timestamptz and ${column} < ${to}::timestamptz`;
}
