import { InsufficientBalanceError, type TransferOrder } from '../../activities/billing/ledger';
import type { LotTerms } from '../../activities/billing/lots';
import { tokens } from '../../src/domain/tokens';
import { balance, checkBooks, openBooks, type Books } from './support/books';
import { grant, spend, transfer } from './support/transfers';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const post = (order: TransferOrder) => transfer(books, order);

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
