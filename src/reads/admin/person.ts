import { sql } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import {
  accounts,
  entries,
  invoices,
  lots,
  openItems,
  payments,
  roles,
  transfers,
  users,
} from '../../../drizzle/schema';
import { safeInteger } from '../../domain/assert';
import { exponentOf, type Money } from '../../domain/money';
import { subscriptionQuery, toSubscription, type SubscriptionRow } from '../subscriptions';
import type { OpenItemLine, OrderLine, PersonCard } from './contract';
import { nameOf } from './names';

const MOST_LOTS = 8;
const MOST_LINES = 5;

type CardRow = {
  readonly [column: string]: unknown;
  readonly id: string | number;
  readonly username: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly locale: string;
  readonly time_zone: string;
  readonly recorded_at: string;
  readonly is_blocked: boolean;
  readonly money_frozen_by: string | null;
  readonly unreachable_since: string | null;
  readonly roles: readonly string[];
  readonly balance_utok: string | number;
  readonly held_utok: string | number;
  readonly lots: PersonCard['lots'];
  readonly lot_count: number;
  readonly subscription: SubscriptionRow | null;
  readonly transfers: PersonCard['recentTransfers'];
  readonly invoices: readonly OrderLine[];
  readonly open_items: readonly ItemJson[];
  readonly paid: readonly Money[];
};

/** An item as JSON of PostgreSQL gives it. */
interface ItemJson extends Omit<OpenItemLine, 'amount'> {
  readonly amountMinor: number | null;
  readonly currency: string | null;
}

/** One query by indexes; the history stays where it is but for its last lines (DM-7). */
export async function personCard(db: Database, userId: number): Promise<PersonCard | undefined> {
  const rows = await db.execute<CardRow>(cardQuery(userId));
  const row = rows[0];
  if (!row) return undefined;
  const balanceUtok = safeInteger(BigInt(row.balance_utok));
  return {
    userId: Number(row.id),
    username: row.username,
    name: nameOf(row),
    locale: row.locale,
    timeZone: row.time_zone,
    registeredAt: isoOf(row.recorded_at),
    isBlocked: row.is_blocked,
    isMoneyFrozen: row.money_frozen_by !== null,
    unreachableSince: row.unreachable_since && isoOf(row.unreachable_since),
    roles: row.roles,
    balanceUtok,
    heldUtok: safeInteger(BigInt(row.held_utok)),
    debtUtok: balanceUtok < 0 ? -balanceUtok : 0,
    lots: row.lots.map((lot) => ({ ...lot, expiresAt: lot.expiresAt && isoOf(lot.expiresAt) })),
    lotCount: row.lot_count,
    subscription: row.subscription ? toSubscription(row.subscription) : undefined,
    recentTransfers: row.transfers.map((line) => ({ ...line, asOf: isoOf(line.asOf) })),
    openInvoices: row.invoices,
    openItems: row.open_items.map(toLine),
    paid: row.paid,
  };
}

function toLine({ amountMinor, currency, ...item }: ItemJson): OpenItemLine {
  return { ...item, amount: amountOf(amountMinor, currency), dueAt: isoOf(item.dueAt) };
}

/** Money of an item, which keeps no exponent of its own; undefined where none could be read. */
export function amountOf(minor: number | null, currency: string | null): Money | undefined {
  if (minor === null || currency === null) return undefined;
  return { minor: safeInteger(minor), currency, exponent: exponentOf(currency) ?? 0 };
}

function cardQuery(userId: number) {
  return sql`
    with wallet as (
      select id, balance, held from ${accounts} where code = ${`wallet:${userId}:TOK`}
    )
    select u.id, u.username, u.first_name, u.last_name, u.locale, u.time_zone, u.recorded_at,
      u.is_blocked, u.money_frozen_by, u.unreachable_since,
      coalesce((select json_agg(role order by role) from ${roles} where user_id = u.id), '[]') as roles,
      coalesce((select balance from wallet), 0) as balance_utok,
      coalesce((select held from wallet), 0) as held_utok,
      (${lotsQuery()}) as lots,
      (select count(*)::int from ${lots} l join wallet w on w.id = l.account_id
       where l.remaining_utok > 0) as lot_count,
      (${subscriptionQuery(userId)}) as subscription,
      (${transfersQuery()}) as transfers,
      (${invoicesQuery(userId)}) as invoices,
      (${itemsQuery(userId)}) as open_items,
      (${paidQuery(userId)}) as paid
    from ${users} u where u.id = ${userId}`;
}

function lotsQuery() {
  return sql`
    select coalesce(json_agg(lot), '[]') from (
      select l.origin, l.remaining_utok as "remainingUtok", l.held_utok as "heldUtok",
        l.expires_at as "expiresAt"
      from ${lots} l join wallet w on w.id = l.account_id
      where l.remaining_utok > 0
      order by l.priority, l.expires_at nulls last, l.id limit ${MOST_LOTS}
    ) lot`;
}

function transfersQuery() {
  return sql`
    select coalesce(json_agg(line), '[]') from (
      select t.id as "transferId", t.kind, e.amount as "amountUtok",
        coalesce(e.balance_after, 0) as "balanceAfterUtok", t.as_of as "asOf"
      from ${entries} e join wallet w on w.id = e.account_id
      join ${transfers} t on t.id = e.transfer_id
      order by e.id desc limit ${MOST_LINES}
    ) line`;
}

function invoicesQuery(userId: number) {
  return sql`
    select coalesce(json_agg(line), '[]') from (
      select i.id as "invoiceId", i.no, i.state, i.provider, json_build_object(
        'minor', i.pay_amount_minor, 'currency', i.currency, 'exponent', i.exponent) as amount
      from ${invoices} i where i.user_id = ${userId} and i.state in ('draft', 'pending')
      order by i.no desc limit ${MOST_LINES}
    ) line`;
}

function itemsQuery(userId: number) {
  return sql`
    select coalesce(json_agg(line), '[]') from (
      select o.id as "openItemId", o.kind, o.user_id as "userId", o.amount_minor as "amountMinor",
        o.currency, o.due_at as "dueAt"
      from ${openItems} o where o.user_id = ${userId} and o.state = 'open'
      order by o.due_at, o.id limit ${MOST_LINES}
    ) line`;
}

function paidQuery(userId: number) {
  return sql`
    select coalesce(json_agg(total), '[]') from (
      select sum(p.amount_minor)::bigint as minor, p.currency, p.exponent
      from ${payments} p join ${invoices} i on i.id = p.invoice_id
      where i.user_id = ${userId} and p.state = 'paid'
      group by p.currency, p.exponent order by p.currency
    ) total`;
}

/** JSON made by PostgreSQL writes `+00:00`; instants travel as JavaScript writes them. */
function isoOf(instant: string): string {
  return new Date(instant).toISOString();
}
