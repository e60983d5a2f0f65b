import { sql } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import {
  accounts,
  apiClients,
  charges,
  entries,
  invoices,
  payments,
  transfers,
  usageEvents,
  users,
} from '../../../drizzle/schema';
import { assertNever, safeInteger } from '../../domain/assert';
import { exponentOf, scaledText } from '../../domain/money';
import { tokenText } from '../../domain/tokens';
import type { ExportCursor, ExportKind, ExportPage } from './statistics';

/** Rows read at once; an export walks pages by keyset and never holds a cursor open. */
const PAGE_SIZE = 5_000;

type Row = Readonly<Record<string, string | number | boolean | null>>;

/** One page of what is exported, newest first. */
export async function exportPage(
  db: Database,
  kind: ExportKind,
  before: ExportCursor | undefined,
): Promise<ExportPage> {
  const below = typeof before === 'number' ? before : Number.MAX_SAFE_INTEGER;
  switch (kind) {
    case 'sales':
      return paged(SALES_COLUMNS, await salesRows(db, below), saleCells);
    case 'transfers':
      return paged(TRANSFER_COLUMNS, await transferRows(db, below), transferCells);
    case 'users':
      return paged(USER_COLUMNS, await userRows(db, below), userCells);
    case 'usage':
      return paged(USAGE_COLUMNS, await usageRows(db, before), usageCells);
    default:
      return assertNever(kind);
  }
}

type Cells = readonly (string | number | null)[];

function paged(
  columns: readonly string[],
  rows: readonly Row[],
  cells: (row: Row) => Cells,
): ExportPage {
  const shown = rows.slice(0, PAGE_SIZE);
  const last = shown.at(-1);
  const nextBefore = rows.length > PAGE_SIZE ? positionOf(last) : undefined;
  return { columns, rows: shown.map(cells), nextBefore };
}

/** Rows are numbered, but for charges, which are known by their UUIDs. */
function positionOf(row: Row | undefined): ExportCursor | undefined {
  const position = row?.['position'];
  if (position === undefined || position === null || typeof position === 'boolean')
    return undefined;
  return /^\d+$/.test(String(position)) ? Number(position) : String(position);
}

const SALES_COLUMNS = [
  ...['transfer_id', 'at', 'user_id', 'kind', 'provider', 'currency', 'amount'],
  ...['invoice_no', 'provider_payment_id'],
];

function salesRows(db: Database, below: number): Promise<readonly Row[]> {
  return db.execute<Row>(sql`
    select e.id as position, t.id as transfer_id, ${iso('t.as_of')} as at, t.user_id::text as user_id, t.kind,
      split_part(a.code, ':', 2) as provider, split_part(a.code, ':', 3) as currency,
      (-e.amount)::text as amount, i.no::text as invoice_no, p.provider_payment_id
    from ${entries} e join ${accounts} a on a.id = e.account_id
    join ${transfers} t on t.id = e.transfer_id
    left join ${invoices} i on i.id = t.invoice_id
    left join ${payments} p on p.id = t.payment_id
    where a.code like 'clearing:%' and e.id < ${below}
    order by e.id desc limit ${PAGE_SIZE + 1}`);
}

function saleCells(row: Row): Cells {
  const amount = safeInteger(BigInt(String(row['amount'])));
  const exponent = exponentOf(String(row['currency'])) ?? 0;
  return SALES_COLUMNS.map((name) =>
    name === 'amount' ? scaledText(amount, exponent) : cell(row[name]),
  );
}

const TRANSFER_COLUMNS = ['entry_id', 'transfer_id', 'at', 'user_id', 'kind', 'tokens', 'balance'];

function transferRows(db: Database, below: number): Promise<readonly Row[]> {
  return db.execute<Row>(sql`
    select e.id as position, e.id::text as entry_id, t.id as transfer_id, ${iso('t.as_of')} as at,
      a.user_id::text as user_id, t.kind, e.amount::text as tokens, e.balance_after::text as balance
    from ${entries} e join ${accounts} a on a.id = e.account_id
    join ${transfers} t on t.id = e.transfer_id
    where a.user_id is not null and e.id < ${below}
    order by e.id desc limit ${PAGE_SIZE + 1}`);
}

function transferCells(row: Row): Cells {
  return TRANSFER_COLUMNS.map((name) =>
    name === 'tokens' || name === 'balance' ? tokensOf(row[name]) : cell(row[name]),
  );
}

const USER_COLUMNS = [
  ...['id', 'username', 'first_name', 'last_name', 'locale', 'time_zone', 'registered_at'],
  ...['is_blocked', 'balance', 'held', 'subscription_state', 'subscription_until'],
];

function userRows(db: Database, below: number): Promise<readonly Row[]> {
  return db.execute<Row>(sql`
    select u.id as position, u.id::text as id, u.username, u.first_name, u.last_name, u.locale,
      u.time_zone, ${iso('u.recorded_at')} as registered_at, u.is_blocked::text as is_blocked,
      coalesce(a.balance, 0)::text as balance, coalesce(a.held, 0)::text as held,
      s.state as subscription_state, ${iso('s.period_end')} as subscription_until
    from ${users} u
    left join ${accounts} a on a.code = 'wallet:' || u.id || ':TOK'
    left join lateral (
      select state, period_end from subscriptions where user_id = u.id
      order by state in ('expired', 'ended'), period_end desc limit 1
    ) s on true
    where u.id < ${below}
    order by u.id desc limit ${PAGE_SIZE + 1}`);
}

function userCells(row: Row): Cells {
  return USER_COLUMNS.map((name) =>
    name === 'balance' || name === 'held' ? tokensOf(row[name]) : cell(row[name]),
  );
}

const USAGE_COLUMNS = [
  ...['charge_id', 'at', 'user_id', 'client', 'kind', 'track', 'model', 'requested', 'charged'],
  ...['uncollected', 'raw_cost', 'currency', 'prompt_tokens', 'completion_tokens', 'total_tokens'],
  ...['api_calls', 'free_requests'],
];
const USAGE_TOKENS: readonly string[] = ['requested', 'charged', 'uncollected'];

function usageRows(db: Database, before: ExportCursor | undefined): Promise<readonly Row[]> {
  const below = typeof before === 'string' ? sql`c.id < ${before}` : sql`true`;
  return db.execute<Row>(sql`
    select c.id as position, c.id as charge_id, ${iso('c.as_of')} as at, c.user_id::text as user_id,
      client.name as client, c.kind, coalesce(c.track, u.track) as track, u.model,
      c.requested_utok::text as requested, c.charged_utok::text as charged,
      c.uncollected_utok::text as uncollected, trim_scale(u.raw_cost)::text as raw_cost, u.currency,
      u.prompt_tokens::text as prompt_tokens, u.completion_tokens::text as completion_tokens,
      u.total_tokens::text as total_tokens, u.api_calls::text as api_calls,
      u.free_requests::text as free_requests
    from ${charges} c left join ${apiClients} client on client.id = c.client_id
    left join lateral (
      select * from ${usageEvents} u where u.charge_id = c.id and u.is_counted
      order by u.raw_cost desc, u.id desc limit 1) u on true
    where ${below} order by c.id desc limit ${PAGE_SIZE + 1}`);
}

function usageCells(row: Row): Cells {
  return USAGE_COLUMNS.map((name) =>
    USAGE_TOKENS.includes(name) ? tokensOf(row[name]) : cell(row[name]),
  );
}

function tokensOf(utok: Row[string] | undefined): string | null {
  return utok === null || utok === undefined ? null : tokenText(safeInteger(BigInt(utok)));
}

function cell(value: Row[string] | undefined): string | number | null {
  return typeof value === 'boolean' ? String(value) : (value ?? null);
}

/** An instant as spreadsheets and people read it, in UTC. */
function iso(column: 't.as_of' | 'c.as_of' | 'u.recorded_at' | 's.period_end') {
  return sql.raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')`);
}
