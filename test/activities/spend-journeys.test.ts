import { v7 } from 'uuid';
import { connect, type Connection } from '../../drizzle/client';
import type { SpendRequest } from '../../workflows/billing/token-spend/contract';
import { asWorkflow, checkBooks, NOON, openBooks, type Books } from './support/books';
import { countJourneys, type CountedJourneys } from './support/journeys';
import { pending } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;
let journeys: CountedJourneys;
let connection: Connection;
let clientId: string;

beforeAll(async () => {
  books = await openBooks();
  journeys = await countJourneys(books.url);
  // One connection that keeps its statements, like those of a server's spends.
  connection = connect(journeys.url, { poolSize: 1, keepsStatements: true });
  clientId = v7();
  await books.sql`insert into api_clients (id, name) values (${clientId}, 'test')`;
});
afterEach(() => checkBooks(books));
afterAll(async () => {
  await connection.close();
  await journeys.close();
  await books.close();
});

const TOPUP = { amountMinor: 60_000, paid: rub(60_000) };

/** Five hundred tokens. */
async function spender(): Promise<number> {
  const order = await pending(books, { amountMinor: TOPUP.amountMinor });
  await post(books, paidFact(order, { amount: TOPUP.paid }));
  return order.userId;
}

/** A spend as the door of the API makes it: named by its client. */
function request(userId: number, amountUtok = 1_000_000): SpendRequest {
  const key = v7();
  const name = { key, method: 'POST', path: '/spend', bodyHash: '00' };
  return {
    key: `${clientId}:${key}`,
    ...{ clientId, userId, amountUtok, name },
    kind: 'spend',
    description: 'a job',
    asOf: NOON,
  };
}

async function journeysOf(spends: readonly SpendRequest[]): Promise<number> {
  const { applySpends } = books.activities({ db: connection.db });
  journeys.take();
  const answers = await asWorkflow(`spends:${spends[0]?.key}`, () => applySpends({ spends }));
  const counted = journeys.take();
  for (const { kind } of answers) expect(kind).not.toBe('mismatch');
  return counted;
}

/** The statements are parsed by the first; the second is what a server's next thousand cost. */
async function settledJourneysOf(spends: () => readonly SpendRequest[]): Promise<number> {
  await journeysOf(spends());
  return journeysOf(spends());
}

/** Begin; locks, lots, settings, standings, names, charges and limits; everything that is written; commit. */
const JOURNEYS = 4;

test('a spend alone is four journeys to the database', async () => {
  const userId = await spender();
  expect(await settledJourneysOf(() => [request(userId)])).toBe(JOURNEYS);
});

test('a batch of a hundred people makes no more of them than one spend', async () => {
  const people = await Promise.all(Array.from({ length: 10 }, spender));
  const batch = () => Array.from({ length: 100 }, (_, n) => request(people[n % 10] ?? 0));
  expect(await settledJourneysOf(batch)).toBe(JOURNEYS);
});

test('counters of limits are one journey more', async () => {
  const userId = await spender();
  await books.sql`
    insert into spend_limits (scope, scope_id, "window", limit_utok)
    values ('user', ${String(userId)}, 'day', 400000000)`;
  expect(await settledJourneysOf(() => [request(userId)])).toBe(JOURNEYS + 1);
});

test('a spend that is refused writes nothing and makes no journey for it', async () => {
  const userId = await spender();
  const tooMuch = () => [request(userId, 9_000_000_000)];
  expect(await settledJourneysOf(tooMuch)).toBe(JOURNEYS - 1);
});

test('a spend looks its person up, however many others there are', async () => {
  const userId = await spender();
  await books.sql`
    insert into users (id, time_zone) select 170000000000 + n, 'UTC' from generate_series(1, 20000) n
    on conflict do nothing`;
  await books.sql`
    insert into accounts (id, code, asset, user_id, balance)
    select gen_random_uuid(), 'wallet:' || id || ':TOK', 'TOK', id, 0 from users
    where id > 170000000000 on conflict do nothing`;
  await books.sql`analyze users, accounts`;
  const before = await wholeReadings();
  // A plan is kept from the sixth time on.
  const times = 40;
  for (let n = 0; n < times; n += 1) await journeysOf([request(userId)]);
  const after = await wholeReadings();
  // Other sessions tell late of what the proof of the books has read before.
  for (const table of ['users', 'accounts']) {
    expect((after[table] ?? 0) - (before[table] ?? 0)).toBeLessThan(times / 4);
  }
});

/** How often tables of people were read from end to end so far. */
async function wholeReadings(): Promise<Record<string, number>> {
  // A session tells at most once a second, unless it is asked.
  await connection.sql`select pg_stat_force_next_flush()`;
  await connection.sql`select 1`;
  const rows = await books.sql`
    select relname, seq_scan::int as scans from pg_stat_user_tables
    where relname in ('users', 'accounts')`;
  return Object.fromEntries(rows.map((row) => [String(row['relname']), Number(row['scans'])]));
}
