import { availableOf } from '../../activities/billing/ledger';
import { holdTokens } from '../../activities/billing/holds';
import { spendTokens, type SpendOutcome, type Spending } from '../../activities/billing/spending';
import { inTransaction } from '../../activities/transactions';
import { tokens } from '../../src/domain/tokens';
import {
  after,
  asWorkflow,
  atOnce,
  balance,
  checkBooks,
  NOON,
  openBooks,
  SETTINGS,
  type Books,
} from './support/books';
import { grant, transfer, WORK } from './support/transfers';

let books: Books;
let made = 0;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** Asks for so many tokens of a person's wallet. */
function spend(userId: number, count: number, change: Partial<Spending> = {}) {
  made += 1;
  const spending: Spending = {
    key: `spend:test:${made}`,
    userId,
    requestedUtok: Math.round(count * 1e6),
    kind: 'spend',
    description: 'a picture of a cat',
    meta: {},
    asOf: new Date(NOON),
    settings: SETTINGS,
    ...change,
  };
  return asWorkflow('test', () => inTransaction(books.db, (tx) => spendTokens(tx, spending)));
}

async function owner(count: number): Promise<number> {
  const userId = await books.newUser();
  await transfer(books, grant(userId, count));
  return userId;
}

async function charge(outcome: SpendOutcome) {
  const id = outcome.kind === 'charged' ? outcome.chargeId : '';
  const [row] = await books.sql`
    select requested_utok::float8 as asked, charged_utok::float8 as taken,
      uncollected_utok::float8 as missing, transfer_id from charges where id = ${id}`;
  return row;
}

/** Post-paid work may leave this (LG-8). */
const POST_PAID = { kind: 'track', lowestUtok: tokens(-1000) } as const;

test('a spend takes tokens, names its lots and remembers its charge', async () => {
  const userId = await owner(10);
  await transfer(books, grant(userId, 5, { origin: 'trial' }));
  const outcome = await spend(userId, 7, { track: 'cats' });
  expect(outcome).toMatchObject({
    kind: 'charged',
    chargedUtok: tokens(7),
    uncollectedUtok: 0,
    balanceBeforeUtok: tokens(15),
    balanceAfterUtok: tokens(8),
    lots: [
      { origin: 'trial', amountUtok: tokens(5) },
      { origin: 'grant', amountUtok: tokens(2) },
    ],
    isRepeat: false,
  });
  expect(await charge(outcome)).toMatchObject({ asked: tokens(7), taken: tokens(7), missing: 0 });
});

test('the same key is charged once and hears the same again', async () => {
  const userId = await owner(10);
  const first = await spend(userId, 7, { key: 'spend:once' });
  await spend(userId, 1);
  const repeats = await atOnce(3, () => spend(userId, 7, { key: 'spend:once' }));
  for (const repeat of repeats) expect(repeat).toEqual({ ...first, isRepeat: true });
  expect(await balance(books.sql, userId)).toBe(2);
});

test('a zero charge is legal and moves nothing (LG-9)', async () => {
  const userId = await books.newUser();
  const outcome = await spend(userId, 0);
  expect(outcome).toMatchObject({
    kind: 'charged',
    chargedUtok: 0,
    transferId: undefined,
    lots: [],
  });
  expect(await charge(outcome)).toMatchObject({ asked: 0, taken: 0, transfer_id: null });
});

test('of three at once of 50 on 100 exactly two pass (LG-7)', async () => {
  const userId = await owner(100);
  const outcomes = await atOnce(3, () => spend(userId, 50));
  const refused = outcomes.filter(({ kind }) => kind === 'insufficient_balance');
  expect(refused).toEqual([
    { kind: 'insufficient_balance', requiredUtok: tokens(50), availableUtok: 0 },
  ]);
});

test('a refusal leaves no charge: the same key may succeed later', async () => {
  const userId = await owner(10);
  expect(await spend(userId, 11, { key: 'spend:later' })).toMatchObject({
    kind: 'insufficient_balance',
  });
  await transfer(books, grant(userId, 1));
  expect(await spend(userId, 11, { key: 'spend:later' })).toMatchObject({
    kind: 'charged',
    isRepeat: false,
  });
});

test('held and expired tokens are not available', async () => {
  const userId = await owner(10);
  await transfer(books, grant(userId, 5, { expiresAt: new Date(after(1)) }));
  const hold = { key: `h:${userId}`, userId, ...WORK, amountUtok: tokens(6) } as const;
  await asWorkflow('test', () =>
    inTransaction(books.db, (tx) => holdTokens(tx, { ...hold, asOf: new Date(NOON) })),
  );
  const asOf = new Date(after(1));
  const available = await asWorkflow('test', () =>
    inTransaction(books.db, (tx) => availableOf(tx, { userId, asOf })),
  );
  expect(await spend(userId, 10, { asOf })).toMatchObject({ availableUtok: available });
  expect(await spend(userId, available / 1e6, { asOf })).toMatchObject({ kind: 'charged' });
});

test('a hundred charges of 0.01 at once are exactly one token', async () => {
  const userId = await owner(1);
  const asked = Array.from({ length: 100 }, () => spend(userId, 0.01));
  await Promise.all(asked);
  expect(await balance(books.sql, userId)).toBe(0);
});

describe('post-paid work (LG-8)', () => {
  test('may go below zero', async () => {
    const userId = await owner(10);
    await spend(userId, 30, POST_PAID);
    expect(await balance(books.sql, userId)).toBe(-20);
  });

  test('takes what fits above the floor and shows the rest to operators', async () => {
    const userId = await owner(10);
    const outcome = await spend(userId, 5_000, POST_PAID);
    expect(outcome).toMatchObject({
      chargedUtok: tokens(1_010),
      uncollectedUtok: tokens(3_990),
      balanceAfterUtok: tokens(-1_000),
    });
    const items = await books.sql`select reason from open_items where user_id = ${userId}`;
    expect(items.map((item) => item['reason'])).toEqual([
      '3990 of 5000 tokens could not be collected: a picture of a cat',
    ]);
  });

  test('at the floor is a charge of nothing with all of it uncollected', async () => {
    const userId = await owner(10);
    await spend(userId, 1_010, POST_PAID);
    const outcome = await spend(userId, 2, POST_PAID);
    expect(outcome).toMatchObject({ chargedUtok: 0, uncollectedUtok: tokens(2) });
    expect(await charge(outcome)).toMatchObject({ transfer_id: null, missing: tokens(2) });
  });

  test('leaves a wallet in which paid work starts nothing', async () => {
    const userId = await owner(10);
    await spend(userId, 30, POST_PAID);
    expect(await spend(userId, 1)).toMatchObject({
      kind: 'insufficient_balance',
      availableUtok: tokens(-20),
    });
  });
});
