import postgres from 'postgres';
import { v7 } from 'uuid';
import { issueKey } from '../src/http/api/keys';
import { SPEND_UTOK } from './systems/ledger';

export interface SeedPlan {
  /** A superuser's address: history is written without the row-wise proofs that guard live writes. */
  readonly adminUrl: string;
  readonly users: number;
  /** Spends that lie in the ledger before: two entries each. */
  readonly earlierSpends: number;
  readonly pepper: string;
}

export interface Seeded {
  readonly clientId: string;
  readonly apiKey: string;
}

/** Telegram ids of the benchmark's people begin here. */
export const FIRST_USER = 1_000_001;
const BALANCE_UTOK = 1_000_000_000_000;

/** Writes people with a subscription, a full wallet and a past, and one client of the API; set-based. */
export async function seed(plan: SeedPlan): Promise<Seeded> {
  const sql = postgres(plan.adminUrl, { max: 1, onnotice: () => undefined });
  try {
    await sql`set session_replication_role = replica`;
    const client = await addClient(sql, plan.pepper);
    await addPeople(sql, plan.users);
    await addWallets(sql);
    if (plan.earlierSpends > 0) await addPast(sql, plan, client.clientId);
    await sql`vacuum analyze`;
    return client;
  } finally {
    await sql.end();
  }
}

/** One client of the API in a database without people; its key may spend, read balances and call without limit. */
export async function seedClient(databaseUrl: string, pepper: string): Promise<Seeded> {
  const sql = postgres(databaseUrl, { max: 1 });
  try {
    return await addClient(sql, pepper);
  } finally {
    await sql.end();
  }
}

async function addClient(sql: postgres.Sql, pepper: string): Promise<Seeded> {
  const { key, prefix, hash } = issueKey(pepper);
  const clientId = v7();
  await sql`insert into api_clients (id, name) values (${clientId}, 'bench')`;
  await sql`
    insert into api_keys (id, client_id, prefix, hash, scopes, rate_limit)
    values (${v7()}, ${clientId}, ${prefix}, ${hash}, '{spend:write,balance:read}', 2000000000)`;
  return { clientId, apiKey: key };
}

async function addPeople(sql: postgres.Sql, users: number): Promise<void> {
  await sql`
    insert into users (id, time_zone)
    select ${FIRST_USER}::bigint + n, 'UTC' from generate_series(0, ${users - 1}::int) n`;
  await sql`
    insert into subscriptions (id, user_id, product_code, tariff_version_id, state, driver, anchor_local, anchor_day,
      billing_zone, period_n, period_start, period_end, access)
    select uuidv7(), u.id, 'main', (select id from tariff_versions limit 1), 'active', 'none', '2026-01-01', 1,
      'UTC', 0, '2026-01-01', '2100-01-01', 'full'
    from users u where u.id >= ${FIRST_USER}`;
}

/** One grant for everybody, on one lot without an end. */
async function addWallets(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into accounts (id, code, asset)
    select uuidv7(), code, 'TOK' from unnest(array['sys:issuance:TOK', 'sys:spend:TOK']) code
    on conflict do nothing`;
  await sql`
    insert into accounts (id, code, asset, user_id, balance)
    select uuidv7(), 'wallet:' || id || ':TOK', 'TOK', id, ${BALANCE_UTOK}::bigint from users where id >= ${FIRST_USER}`;
  await sql`
    insert into transfers (id, key, kind, user_id, as_of)
    select uuidv7(), 'bench:grant:' || user_id, 'grant', user_id, '2026-01-01'
    from accounts where user_id >= ${FIRST_USER}`;
  await sql`
    insert into entries (transfer_id, account_id, amount, balance_after)
    select t.id, a.id, ${BALANCE_UTOK}::bigint, ${BALANCE_UTOK}::bigint from transfers t join accounts a on a.user_id = t.user_id
    where t.kind = 'grant'
    union all
    select t.id, (select id from accounts where code = 'sys:issuance:TOK'), -${BALANCE_UTOK}::bigint, null
    from transfers t where t.kind = 'grant'`;
  await sql`
    insert into lots (id, account_id, origin, transfer_id, paid, original_utok, remaining_utok, priority)
    select uuidv7(), e.account_id, 'grant', e.transfer_id, false, e.amount, e.amount, 40 from entries e where e.amount > 0`;
  await sql`
    insert into lot_moves (entry_id, lot_id, amount_utok)
    select e.id, l.id, e.amount from entries e join lots l on l.transfer_id = e.transfer_id where e.amount > 0`;
}

/** Spends of random people, with all that a live one writes. */
async function addPast(sql: postgres.Sql, plan: SeedPlan, clientId: string): Promise<void> {
  await sql`
    create temporary table past as
    select uuidv7() as transfer_id, uuidv7() as charge_id, ${FIRST_USER}::bigint + floor(random() * ${plan.users})::bigint as user_id,
      gen_random_uuid() as key
    from generate_series(1, ${plan.earlierSpends}::int)`;
  await sql`
    insert into transfers (id, key, kind, user_id, charge_id, as_of)
    select transfer_id, 'charge:' || ${clientId}::text || ':' || key, 'spend', user_id, charge_id, '2026-02-01' from past`;
  await sql`
    insert into entries (transfer_id, account_id, amount, balance_after)
    select p.transfer_id, a.id, ${-SPEND_UTOK}::bigint, a.balance from past p join accounts a on a.user_id = p.user_id
    union all
    select transfer_id, (select id from accounts where code = 'sys:spend:TOK'), ${SPEND_UTOK}::bigint, null from past`;
  await sql`
    insert into lot_moves (entry_id, lot_id, amount_utok)
    select e.id, l.id, e.amount from entries e join transfers t on t.id = e.transfer_id
    join lots l on l.account_id = e.account_id where t.kind = 'spend'`;
  await sql`
    insert into charges (id, key, client_id, user_id, kind, requested_utok, charged_utok, transfer_id, description, meta, as_of)
    select charge_id, ${clientId}::text || ':' || key, ${clientId}::uuid, user_id, 'spend', ${SPEND_UTOK}::bigint, ${SPEND_UTOK}::bigint, transfer_id,
      'One request of a benchmark', '{}', '2026-02-01' from past`;
}
