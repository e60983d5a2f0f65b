import { tokens } from '../../src/domain/tokens';
import { holdTokens, releaseHold } from '../../activities/billing/holds';
import { inTransaction } from '../../activities/transactions';
import {
  after,
  asWorkflow,
  balance,
  checkBooks,
  count,
  NOON,
  openBooks,
  type Books,
} from './support/books';
import { grant, spend, transfer, WORK } from './support/transfers';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const DAYS = 24;

/** A person with so many tokens that end after so many days. */
async function owner(days: number, count = 10): Promise<number> {
  const userId = await books.newUser();
  await transfer(books, grant(userId, count, { expiresAt: new Date(after(days * DAYS)) }));
  return userId;
}

const lotsOf = (userId: number, asOf = NOON) => books.act.expiringLots({ userId, asOf });

async function settle(userId: number, asOf: string): Promise<void> {
  const lotIds = (await lotsOf(userId)).map(({ lotId }) => lotId);
  await asWorkflow(`wallet:${userId}`, () => books.act.settleExpiry({ userId, lotIds, asOf }));
}

async function messages(userId: number): Promise<[template: string, params: unknown][]> {
  const rows = await books.sql`
    select template, params from outbox_messages where user_id = ${userId} order by id`;
  return rows.map((row) => [String(row['template']), row['params']]);
}

describe('which lots end', () => {
  test('the soonest first, with what is left and what is held', async () => {
    const userId = await owner(20);
    await transfer(books, grant(userId, 5, { expiresAt: new Date(after(10 * DAYS)) }));
    await transfer(books, grant(userId, 7));
    await transfer(books, spend(userId, 2));
    expect(await lotsOf(userId)).toMatchObject([
      { remainingUtok: tokens(3), heldUtok: 0, creditedAt: NOON, expiresAt: after(10 * DAYS) },
      { remainingUtok: tokens(10), expiresAt: after(20 * DAYS) },
    ]);
  });

  test('not one that is spent, nor one that is over and wholly held', async () => {
    const userId = await owner(10);
    const wish = { key: 'held', userId, ...WORK, amountUtok: tokens(10) } as const;
    await asWorkflow('test', () =>
      inTransaction(books.db, (tx) => holdTokens(tx, { ...wish, asOf: new Date(NOON) })),
    );
    expect(await lotsOf(userId, after(9 * DAYS))).toHaveLength(1);
    expect(await lotsOf(userId, after(10 * DAYS))).toEqual([]);
  });
});

describe('settling', () => {
  test('tells three days before the end, once, and books nothing yet', async () => {
    const userId = await owner(10);
    await settle(userId, after(7 * DAYS - 1));
    expect(await messages(userId)).toEqual([]);
    await settle(userId, after(7 * DAYS));
    await settle(userId, after(8 * DAYS));
    expect(await messages(userId)).toEqual([
      ['lot.expiring', { tokensUtok: tokens(10), until: after(10 * DAYS) }],
    ]);
    expect(await balance(books.sql, userId)).toBe(10);
  });

  test('books the unheld rest to breakage at the end, once, and says so', async () => {
    const userId = await owner(2);
    await transfer(books, grant(userId, 5));
    await transfer(books, spend(userId, 4));
    await settle(userId, after(2 * DAYS));
    const transfers = await count(books.sql, 'transfers');
    await settle(userId, after(2 * DAYS));
    expect(await count(books.sql, 'transfers')).toBe(transfers);
    expect(await messages(userId)).toEqual([
      ['lot.expired', { tokensUtok: tokens(6), balanceUtok: tokens(5) }],
    ]);
    const [row] = await books.sql`
      select sum(e.amount)::float8 as utok from entries e join accounts a on a.id = e.account_id
      join transfers t on t.id = e.transfer_id
      where a.code = 'sys:breakage:TOK' and t.user_id = ${userId}`;
    expect(row?.['utok']).toBe(tokens(6));
  });

  test('tells of a lot whose rest a debit booked a moment earlier', async () => {
    const userId = await owner(2);
    await transfer(books, grant(userId, 5));
    const [lot] = await lotsOf(userId);
    await transfer(books, spend(userId, 1, { asOf: new Date(after(2 * DAYS)) }));
    const due = { userId, lotIds: [lot?.lotId ?? ''], asOf: after(2 * DAYS) };
    await asWorkflow(`wallet:${userId}`, () => books.act.settleExpiry(due));
    expect(await messages(userId)).toEqual([
      ['lot.expired', { tokensUtok: tokens(10), balanceUtok: tokens(4) }],
    ]);
  });

  test('leaves held tokens to their hold, whose release books them', async () => {
    const userId = await owner(2);
    const wish = { key: `h:${userId}`, userId, ...WORK, amountUtok: tokens(4) } as const;
    const { holdId } = await asWorkflow('test', () =>
      inTransaction(books.db, (tx) => holdTokens(tx, { ...wish, asOf: new Date(NOON) })),
    );
    await settle(userId, after(2 * DAYS));
    expect(await balance(books.sql, userId)).toBe(4);
    await asWorkflow('test', () =>
      inTransaction(books.db, (tx) =>
        releaseHold(tx, { holdId, key: `${holdId}:end`, asOf: new Date(after(3 * DAYS)) }),
      ),
    );
    expect(await balance(books.sql, userId)).toBe(0);
  });
});
