import { clearing, moneyAccount, tokenAccount, wallet } from '../../activities/billing/accounts';
import {
  InsufficientBalanceError,
  postTransfer,
  type TransferOrder,
} from '../../activities/billing/ledger';
import type { LotTerms } from '../../activities/billing/lots';
import { inTransaction } from '../../activities/transactions';
import { tokens } from '../../src/domain/tokens';
import { atOnce, balance, checkBooks, count, NOON, openBooks, type Books } from './support/books';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

let made = 0;

/** Gives tokens from nowhere; the books only care that both sides are written. */
function grant(userId: number, count: number, lot: Partial<LotTerms> = {}): TransferOrder {
  made += 1;
  return {
    key: `grant:${made}`,
    kind: 'grant',
    legs: [
      { account: tokenAccount('issuance'), amount: -tokens(count) },
      { account: wallet(userId), amount: tokens(count) },
    ],
    userId,
    asOf: new Date(NOON),
    lot: { origin: 'grant', ...lot },
  };
}

function spend(userId: number, count: number, change: Partial<TransferOrder> = {}): TransferOrder {
  made += 1;
  return {
    key: `spend:${made}`,
    kind: 'spend',
    legs: [
      { account: wallet(userId), amount: -tokens(count) },
      { account: tokenAccount('spend'), amount: tokens(count) },
    ],
    userId,
    asOf: new Date(NOON),
    ...change,
  };
}

const post = (order: TransferOrder) => inTransaction(books.db, (tx) => postTransfer(tx, order));

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

describe('lots burn by priority, then expiry, then age (LG-4)', () => {
  const SOON = new Date('2026-04-01T00:00:00Z');
  const LATER = new Date('2026-05-01T00:00:00Z');
  const cases: readonly [name: string, lots: readonly LotTerms[], order: readonly number[]][] = [
    [
      'priority beats age',
      [{ origin: 'topup' }, { origin: 'grant' }, { origin: 'trial' }],
      [2, 1, 0],
    ],
    [
      'every origin has its place',
      [
        { origin: 'pack' },
        { origin: 'grant' },
        { origin: 'gift' },
        { origin: 'promo' },
        { origin: 'trial' },
      ],
      [4, 3, 2, 1, 0],
    ],
    [
      'what expires sooner goes first, never comes last',
      [
        { origin: 'topup' },
        { origin: 'topup', expiresAt: LATER },
        { origin: 'topup', expiresAt: SOON },
      ],
      [2, 1, 0],
    ],
    [
      'of equals the older goes first',
      [{ origin: 'topup' }, { origin: 'pack' }, { origin: 'refund' }],
      [0, 1, 2],
    ],
    [
      'priority beats expiry',
      [
        { origin: 'topup', expiresAt: SOON },
        { origin: 'promo', expiresAt: LATER },
      ],
      [1, 0],
    ],
  ];

  test.each(cases)('%s', async (_name, lots, order) => {
    const userId = await books.newUser();
    for (const lot of lots) await post(grant(userId, 10, lot));
    const burnt: number[] = [];
    for (let step = 0; step < lots.length; step += 1) {
      await post(spend(userId, 10));
      const emptied = await emptyLots(userId);
      burnt.push(...emptied.filter((index) => !burnt.includes(index)));
    }
    expect(burnt).toEqual(order);
  });

  test('one debit crosses lots and says so in its moves', async () => {
    const userId = await books.newUser();
    await post(grant(userId, 10, { origin: 'trial' }));
    await post(grant(userId, 10, { origin: 'topup' }));
    const { transferId } = await post(spend(userId, 15));
    const moves = await books.sql`
      select m.amount_utok::float8 as amount, l.origin from lot_moves m
      join lots l on l.id = m.lot_id join entries e on e.id = m.entry_id
      where e.transfer_id = ${transferId} order by m.id`;
    expect(moves.map((move) => [move['origin'], move['amount']])).toEqual([
      ['trial', -tokens(10)],
      ['topup', -tokens(5)],
    ]);
  });
});

/** Indexes, in order of creation, of the lots with nothing left. */
async function emptyLots(userId: number): Promise<number[]> {
  const rows = await books.sql`
    select l.remaining_utok::float8 as left from lots l join accounts a on a.id = l.account_id
    where a.user_id = ${userId} order by l.recorded_at, l.id`;
  return rows.flatMap((row, index) => (Number(row['left']) === 0 ? [index] : []));
}

describe('debt', () => {
  const postPaid = { lowestUtok: tokens(-1000) };
  const cases: readonly [name: string, debt: number, credit: number, left: number, lot: number][] =
    [
      ['a credit larger than the debt leaves the rest to spend', 150, 200, 50, 50],
      ['a credit equal to the debt leaves nothing', 150, 150, 0, 0],
      ['a credit smaller than the debt only shrinks it', 150, 100, -50, 0],
    ];

  test.each(cases)('%s (LG-5)', async (_name, debt, credit, left, lot) => {
    const userId = await books.newUser();
    await post(spend(userId, debt, postPaid));
    expect(await balance(books.sql, userId)).toBe(-debt);
    const { transferId } = await post(grant(userId, credit));
    expect(await balance(books.sql, userId)).toBe(left);
    const [row] = await books.sql`
      select remaining_utok::float8 as remaining, original_utok::float8 as original
      from lots where transfer_id = ${transferId}`;
    expect([row?.['original'], row?.['remaining']]).toEqual([tokens(credit), tokens(lot)]);
    const moves = await books.sql`
      select m.amount_utok::float8 as amount from lot_moves m join lots l on l.id = m.lot_id
      where l.transfer_id = ${transferId} order by m.id`;
    const repaid = -tokens(Math.min(debt, credit));
    expect(moves.map((move) => move['amount'])).toEqual([tokens(credit), repaid]);
  });

  test('burns what there is first and owes only the rest', async () => {
    const userId = await books.newUser();
    await post(grant(userId, 30));
    await post(spend(userId, 100, postPaid));
    expect(await balance(books.sql, userId)).toBe(-70);
    expect(await emptyLots(userId)).toEqual([0]);
  });

  test('stops at the floor that the caller gives', async () => {
    const userId = await books.newUser();
    await post(spend(userId, 1000, postPaid));
    await expect(post(spend(userId, 1, postPaid))).rejects.toThrow(InsufficientBalanceError);
    expect(await balance(books.sql, userId)).toBe(-1000);
  });

  test('stops at the floor of the database even when the caller forgets', async () => {
    const userId = await books.newUser();
    const careless = spend(userId, 1001, { lowestUtok: tokens(-5000) });
    await expect(post(careless)).rejects.toMatchObject({ cause: { code: '23514' } });
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

  test('is refused when only held tokens would cover it (LG-7)', async () => {
    const userId = await books.newUser();
    await post(grant(userId, 10));
    const held = tokens(4);
    await books.sql`update accounts set held = ${held} where user_id = ${userId}`;
    await books.sql`update lots set held_utok = ${held} where account_id = (select id from accounts where user_id = ${userId})`;
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

  test('T-P14 200 mixed credits and debits lose no update and leave the exact sum', async () => {
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
