import { clearing, moneyAccount, wallet } from '../../activities/billing/accounts';
import { holdTokens } from '../../activities/billing/holds';
import {
  InsufficientBalanceError,
  postTransfer,
  type TransferOrder,
} from '../../activities/billing/ledger';
import { inTransaction } from '../../activities/transactions';
import { tokens } from '../../src/domain/tokens';
import {
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

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const post = (order: TransferOrder) => transfer(books, order);

describe('a transfer', () => {
  test('moves tokens and writes what the balance became', async () => {
    const userId = await books.newUser();
    await post(grant(userId, 30));
    await post(spend(userId, 12));
    const rows = await books.sql`
      select e.amount::float8 as amount, e.balance_after::float8 as after
      from entries e join accounts a on a.id = e.account_id where a.user_id = ${userId} order by e.id`;
    expect(rows.map((row) => [row['amount'], row['after']])).toEqual([
      [tokens(30), tokens(30)],
      [-tokens(12), tokens(18)],
    ]);
  });

  test('is posted once however often its key comes, one after another', async () => {
    const userId = await books.newUser();
    const order = grant(userId, 5);
    const first = await post(order);
    const second = await post(order);
    expect([first.isRepeat, second.isRepeat]).toEqual([false, true]);
    expect(second.transferId).toBe(first.transferId);
    expect(await balance(books.sql, userId)).toBe(5);
  });

  test('is posted once however often its key comes, all at once', async () => {
    const userId = await books.newUser();
    const order = grant(userId, 5);
    const posted = await atOnce(10, () => post(order));
    expect(posted.filter((one) => !one.isRepeat)).toHaveLength(1);
    expect(new Set(posted.map((one) => one.transferId)).size).toBe(1);
    expect(await balance(books.sql, userId)).toBe(5);
  });

  test('between accounts of the system alone is posted once all at once, too', async () => {
    const order: TransferOrder = {
      key: 'quarantine:once',
      kind: 'quarantine',
      legs: [
        { account: clearing('mock', 'RUB'), amount: -100 },
        { account: moneyAccount('suspense', 'RUB'), amount: 100 },
      ],
      asOf: new Date(NOON),
    };
    const posted = await atOnce(8, () => post(order));
    expect(posted.filter((one) => !one.isRepeat)).toHaveLength(1);
  });

  test('refuses to name one account twice', async () => {
    const userId = await books.newUser();
    await post(grant(userId, 10));
    const twice = spend(userId, 6);
    const [debit] = twice.legs;
    const legs = debit ? [...twice.legs, debit] : [];
    await expect(post({ ...twice, legs })).rejects.toThrow(/once/);
    expect(await balance(books.sql, userId)).toBe(10);
  });

  test('leaves nothing behind when it does not balance', async () => {
    const userId = await books.newUser();
    const before = await count(books.sql, 'transfers');
    const order = grant(userId, 5);
    await expect(post({ ...order, legs: order.legs.slice(1) })).rejects.toThrow();
    expect(await count(books.sql, 'transfers')).toBe(before);
    expect(await balance(books.sql, userId)).toBe(0);
  });
});

describe('a debit that does not fit', () => {
  test('is refused with what it needs and what there is', async () => {
    const userId = await books.newUser();
    await post(grant(userId, 10));
    const refusal = await post(spend(userId, 11)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InsufficientBalanceError);
    expect(refusal).toMatchObject({ requiredUtok: tokens(11), availableUtok: tokens(10) });
    expect(await balance(books.sql, userId)).toBe(10);
  });

  test('leaves nothing behind even when its caller goes on and commits', async () => {
    const userId = await books.newUser();
    await post(grant(userId, 10));
    const order = spend(userId, 11);
    const legs = [...order.legs].reverse();
    await inTransaction(books.db, (tx) => postTransfer(tx, { ...order, legs }).catch(() => null));
    expect((await post({ ...spend(userId, 10), key: order.key })).isRepeat).toBe(false);
  });

  test('is refused when only held tokens would cover it (LG-7)', async () => {
    const userId = await books.newUser();
    await post(grant(userId, 10));
    const reserved = { key: `hold:${userId}`, userId, ...WORK } as const;
    const wish = { ...reserved, amountUtok: tokens(4), asOf: new Date(NOON) };
    await asWorkflow('test', () => inTransaction(books.db, (tx) => holdTokens(tx, wish)));
    await expect(post(spend(userId, 7))).rejects.toThrow(InsufficientBalanceError);
    await post(spend(userId, 6));
    expect(await balance(books.sql, userId)).toBe(4);
  });

  test('of three at once of 50 on 100 exactly two pass', async () => {
    const userId = await books.newUser();
    await post(grant(userId, 100));
    const results = await Promise.allSettled([1, 2, 3].map(() => post(spend(userId, 50))));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(2);
    expect(await balance(books.sql, userId)).toBe(0);
  });
});

describe('many at once', () => {
  test('a transfer between two wallets in both directions never deadlocks (DM-3)', async () => {
    const [a, b] = [await books.newUser(), await books.newUser()];
    await post(grant(a, 1000));
    await post(grant(b, 1000));
    await atOnce(40, (index) => {
      const [from, to] = index % 2 === 0 ? [a, b] : [b, a];
      return post({
        key: `swap:${index}`,
        kind: 'gift_out',
        legs: [
          { account: wallet(from), amount: -tokens(10) },
          { account: wallet(to), amount: tokens(10) },
        ],
        asOf: new Date(NOON),
        lot: { origin: 'gift' },
      });
    });
    expect([await balance(books.sql, a), await balance(books.sql, b)]).toEqual([1000, 1000]);
  });

  test('200 mixed credits and debits lose no update and leave the exact sum (T-P14)', async () => {
    const userId = await books.newUser();
    await post(grant(userId, 1000));
    await atOnce(200, (index) =>
      post(index % 2 === 0 ? grant(userId, 3) : spend(userId, 2)).then(() => undefined),
    );
    expect(await balance(books.sql, userId)).toBe(1000 + 100 * 3 - 100 * 2);
  });

  test('first postings to new accounts at once create each account once', async () => {
    const people = await atOnce(6, () => books.newUser());
    await Promise.all(
      people.map((userId, index) =>
        post({
          ...grant(userId, 1),
          legs: [
            { account: clearing(`new-${index % 2}`, 'EUR'), amount: -5 },
            { account: moneyAccount('deferred', 'EUR'), amount: 5 },
            ...grant(userId, 1).legs,
          ],
        }),
      ),
    );
    const rows = await books.sql`select code from accounts where code like 'clearing:new-%'`;
    expect(rows).toHaveLength(2);
  });
});
