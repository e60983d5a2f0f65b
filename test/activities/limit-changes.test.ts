import { v7 } from 'uuid';
import type { LimitWish } from '../../workflows/billing/limit-change/contract';
import { asWorkflow, checkBooks, NOON, openBooks, type Books } from './support/books';
import { grant, transfer } from './support/transfers';

let books: Books;

beforeAll(async () => {
  books = await openBooks({ spendRequiresSubscription: false });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const TOKEN = 1_000_000;

const set = (wish: LimitWish) =>
  asWorkflow(`limits:${wish.scope}:${wish.scopeId}`, () =>
    books.act.setLimits({ wishes: [wish], actor: { kind: 'system', id: 'api:test' }, asOf: NOON }),
  );

const rowsOf = async (scopeId: string) =>
  (
    await books.sql`
      select "window", limit_utok::float8 / 1000000 as tokens from spend_limits
      where scope_id = ${scopeId} order by "window"`
  ).map((row) => [row['window'], row['tokens']]);

const auditsOf = async (entityId: string) =>
  (await books.sql`select 1 from audit_log where entity = 'limit' and entity_id = ${entityId}`)
    .length;

test('setLimits sets, changes and removes limits, audited once for each change', async () => {
  const scopeId = String(await books.newUser());
  const wish: LimitWish = { scope: 'user', scopeId, dayUtok: 10 * TOKEN, monthUtok: 50 * TOKEN };
  expect(await set(wish)).toEqual({ kind: 'set' });
  await set(wish);
  expect(await rowsOf(scopeId)).toEqual([
    ['day', 10],
    ['month', 50],
  ]);
  expect(await auditsOf(`user:${scopeId}`)).toBe(1);
  await set({ ...wish, dayUtok: null });
  expect(await rowsOf(scopeId)).toEqual([['month', 50]]);
  expect(await auditsOf(`user:${scopeId}`)).toBe(2);
});

test('setLimits knows nobody by a strange id', async () => {
  const wish: LimitWish = { scope: 'user', scopeId: '424242', dayUtok: 1, monthUtok: null };
  expect(await set(wish)).toEqual({ kind: 'refused', reason: 'user_not_found' });
});

test('a limit that begins within its window counts what was spent in it before', async () => {
  const userId = await books.newUser();
  const client = v7();
  await books.sql`insert into api_clients (id, name) values (${client}, ${client})`;
  await transfer(books, grant(userId, 100));
  const spend = {
    ...{ key: v7(), clientId: client, userId, amountUtok: 30 * TOKEN, isPostPaid: true },
    ...{ kind: 'track' as const, description: 'a job', asOf: NOON },
  };
  await asWorkflow(`spend:${spend.key}`, () => books.act.applySpends({ spends: [spend] }));
  const scopeId = String(userId);
  await set({ scope: 'user', scopeId, dayUtok: 40 * TOKEN, monthUtok: null });
  await set({ scope: 'client', scopeId: client, dayUtok: null, monthUtok: 90 * TOKEN });
  const rows = await books.sql`
    select scope, used_utok::float8 / 1000000 as used from limit_counters
    where scope_id in (${scopeId}, ${client}) order by scope`;
  expect(rows.map((row) => [row['scope'], row['used']])).toEqual([
    ['client', 30],
    ['user', 30],
  ]);
});
