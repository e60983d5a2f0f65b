import { tokenAccount } from '../../activities/billing/accounts';
import {
  captureHold,
  holdTokens,
  placeHold,
  releaseHold,
  type HoldCapture,
} from '../../activities/billing/holds';
import { InsufficientBalanceError } from '../../activities/billing/ledger';
import { inTransaction } from '../../activities/transactions';
import type { Transaction } from '../../drizzle/client';
import { tokens } from '../../src/domain/tokens';
import {
  after,
  asWorkflow,
  atOnce,
  balance,
  checkBooks,
  count,
  NOON,
  openBooks,
  type Books,
} from './support/books';
import { grant, spend, transfer, WORK } from './support/transfers';

let books: Books;
let made = 0;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const run = <T>(body: (tx: Transaction) => Promise<T>) =>
  asWorkflow('test', () => inTransaction(books.db, body));
const asOf = new Date(NOON);

function key(): string {
  made += 1;
  return `hold:${made}`;
}

/** Holds so many tokens for work in progress. */
function hold(userId: number, count: number, change: { key?: string; asOf?: Date } = {}) {
  const terms = { key: key(), ...WORK, asOf, ...change } as const;
  return run((tx) => holdTokens(tx, { ...terms, userId, amountUtok: tokens(count) }));
}

function capture(holdId: string, change: Partial<HoldCapture> = {}) {
  const order = {
    holdId,
    key: `${holdId}:capture`,
    kind: 'hold_capture',
    counter: tokenAccount('spend'),
    asOf,
    meta: {},
    ...change,
  } as const;
  return run((tx) => captureHold(tx, order));
}

function release(holdId: string, at = asOf) {
  return run((tx) => releaseHold(tx, { holdId, key: `${holdId}:release`, asOf: at }));
}

/** Remaining and held tokens of a person's lots, in order of creation. */
async function lotsOf(userId: number): Promise<[remaining: number, held: number][]> {
  const rows = await books.sql`
    select l.remaining_utok::float8 as remaining, l.held_utok::float8 as held, l.id
    from lots l join accounts a on a.id = l.account_id
    where a.user_id = ${userId} order by l.recorded_at, l.id`;
  return rows.map((row) => [Number(row['remaining']) / 1e6, Number(row['held']) / 1e6]);
}

async function lotIds(userId: number): Promise<string[]> {
  const rows = await books.sql`
    select l.id from lots l join accounts a on a.id = l.account_id
    where a.user_id = ${userId} order by l.recorded_at, l.id`;
  return rows.map((row) => String(row['id']));
}

async function booked(kind: string, userId: number): Promise<number> {
  const [row] = await books.sql`
    select coalesce(-sum(e.amount), 0)::float8 as utok from entries e
    join transfers t on t.id = e.transfer_id join accounts a on a.id = e.account_id
    where t.kind = ${kind} and a.user_id = ${userId}`;
  return Number(row?.['utok']) / 1e6;
}

describe('placing', () => {
  test('lies on the lots it names and leaves the balance', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    await transfer(books, grant(userId, 20));
    const [, second = ''] = await lotIds(userId);
    const wish = { key: key(), userId, ...WORK, asOf } as const;
    const lots = [{ lotId: second, amountUtok: tokens(15) }];
    const first = await run((tx) => placeHold(tx, { ...wish, lots }));
    const repeat = await run((tx) => placeHold(tx, { ...wish, lots }));
    expect(repeat).toEqual({ holdId: first.holdId, isRepeat: true });
    expect(await lotsOf(userId)).toEqual([
      [10, 0],
      [20, 15],
    ]);
    expect(await balance(books.sql, userId)).toBe(30);
  });

  test('refuses more than a lot has free and writes nothing', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    await transfer(books, grant(userId, 10));
    const ids = await lotIds(userId);
    await hold(userId, 5);
    const lots = ids.map((lotId) => ({ lotId, amountUtok: tokens(10) }));
    const wish = { key: key(), userId, ...WORK, asOf, lots } as const;
    const before = await count(books.sql, 'holds');
    await expect(run((tx) => placeHold(tx, wish))).rejects.toThrow(InsufficientBalanceError);
    expect(await count(books.sql, 'holds')).toBe(before);
  });

  test('chooses lots in the order they burn', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10, { origin: 'topup' }));
    await transfer(books, grant(userId, 10, { origin: 'trial' }));
    await hold(userId, 15);
    expect(await lotsOf(userId)).toEqual([
      [10, 5],
      [10, 10],
    ]);
  });

  test('of three holds of 50 on 100 tokens exactly two succeed (LG-7)', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 100));
    const results = await atOnce(3, () => hold(userId, 50).catch((refusal: unknown) => refusal));
    const refused = results.filter((result) => result instanceof InsufficientBalanceError);
    expect(refused).toHaveLength(1);
  });

  test('what is held can neither be spent nor held again', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    await hold(userId, 6);
    await expect(transfer(books, spend(userId, 5))).rejects.toThrow(InsufficientBalanceError);
    await expect(hold(userId, 5)).rejects.toThrow(InsufficientBalanceError);
    await transfer(books, spend(userId, 4));
  });
});

describe('releasing', () => {
  test('gives the same lots their tokens back, once', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    const { holdId } = await hold(userId, 6);
    expect(await release(holdId)).toEqual({ state: 'released', isRepeat: false });
    expect(await release(holdId)).toEqual({ state: 'released', isRepeat: true });
    expect(await lotsOf(userId)).toEqual([[10, 0]]);
  });

  test('what comes free on an expired lot goes to breakage (LG-6)', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10, { expiresAt: new Date(after(24)) }));
    await transfer(books, grant(userId, 10));
    const { holdId } = await hold(userId, 15);
    await release(holdId, new Date(after(24)));
    expect(await lotsOf(userId)).toEqual([
      [0, 0],
      [10, 0],
    ]);
    expect(await booked('breakage', userId)).toBe(10);
  });

  test('first covers a debt that was made beside the hold', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    const { holdId } = await hold(userId, 10);
    await transfer(books, spend(userId, 3, { lowestUtok: tokens(-1000) }));
    await transfer(books, spend(userId, 4, { lowestUtok: tokens(-1000) }));
    await checkBooks(books);
    await release(holdId);
    expect(await lotsOf(userId)).toEqual([[3, 0]]);
    expect(await balance(books.sql, userId)).toBe(3);
  });
});

describe('capturing', () => {
  test('debits exactly the held lots, once', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10, { origin: 'topup' }));
    const [lotId = ''] = await lotIds(userId);
    const lots = [{ lotId, amountUtok: tokens(10) }];
    const { holdId } = await run((tx) =>
      placeHold(tx, { key: key(), userId, ...WORK, asOf, lots }),
    );
    await transfer(books, grant(userId, 10, { origin: 'trial' }));
    const first = await capture(holdId);
    expect(first).toMatchObject({ kind: 'captured', isRepeat: false, capturedUtok: tokens(10) });
    expect(await capture(holdId)).toEqual({ ...first, isRepeat: true });
    expect(await lotsOf(userId)).toEqual([
      [0, 0],
      [10, 0],
    ]);
  });

  test('of a part releases the rest', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10, { origin: 'trial', expiresAt: new Date(after(24)) }));
    await transfer(books, grant(userId, 10));
    const { holdId } = await hold(userId, 20);
    await capture(holdId, { amountUtok: tokens(4), asOf: new Date(after(48)) });
    expect(await lotsOf(userId)).toEqual([
      [0, 0],
      [10, 0],
    ]);
    expect([await booked('hold_capture', userId), await booked('breakage', userId)]).toEqual([
      4, 6,
    ]);
  });

  test('of more than is held takes other lots and then makes debt', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    await transfer(books, grant(userId, 5));
    const { holdId } = await hold(userId, 10);
    await expect(capture(holdId, { amountUtok: tokens(16) })).rejects.toThrow(
      InsufficientBalanceError,
    );
    await capture(holdId, { amountUtok: tokens(20), lowestUtok: tokens(-5) });
    expect(await balance(books.sql, userId)).toBe(-5);
  });

  test('of nothing is a release that is remembered as a capture (LG-9)', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    const { holdId } = await hold(userId, 10);
    expect(await capture(holdId, { amountUtok: 0 })).toEqual({
      kind: 'captured',
      transferId: undefined,
      isRepeat: false,
      capturedUtok: 0,
    });
    expect(await lotsOf(userId)).toEqual([[10, 0]]);
  });

  test('fits whatever debt was made meanwhile: its tokens were promised before', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    const { holdId } = await hold(userId, 10);
    await transfer(books, spend(userId, 7, { lowestUtok: tokens(-1000) }));
    await capture(holdId, { amountUtok: tokens(8) });
    expect(await balance(books.sql, userId)).toBe(-5);
    expect(await lotsOf(userId)).toEqual([[0, 0]]);
  });

  test('after a release is answered as closed', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    const { holdId } = await hold(userId, 10);
    await release(holdId);
    expect(await capture(holdId)).toEqual({ kind: 'closed', state: 'released' });
  });

  test('racing a release gives one settlement (SP-6)', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    const { holdId } = await hold(userId, 10);
    await Promise.all([capture(holdId), release(holdId), capture(holdId), release(holdId)]);
    const [row] = await books.sql`select state from holds where id = ${holdId}`;
    const left = row?.['state'] === 'captured' ? 0 : 10;
    expect(await balance(books.sql, userId)).toBe(left);
  });
});

describe('expired lots', () => {
  test('are no longer spendable although nobody has booked them yet', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10, { expiresAt: new Date(after(24)) }));
    await transfer(books, grant(userId, 5));
    const late = new Date(after(24));
    await expect(transfer(books, spend(userId, 6, { asOf: late }))).rejects.toMatchObject({
      availableUtok: tokens(5),
    });
    await expect(hold(userId, 6, { asOf: late })).rejects.toMatchObject({
      availableUtok: tokens(5),
    });
    await transfer(books, spend(userId, 5, { asOf: late }));
    expect([await booked('breakage', userId), await balance(books.sql, userId)]).toEqual([10, 0]);
  });

  test('burn in full at one millisecond before their end', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10, { expiresAt: new Date(after(24)) }));
    const justBefore = new Date(Date.parse(after(24)) - 1);
    await transfer(books, spend(userId, 10, { asOf: justBefore }));
    expect(await booked('breakage', userId)).toBe(0);
  });
});
