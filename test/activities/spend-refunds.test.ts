import { v7 } from 'uuid';
import type { SpendRefundOutcome } from '../../workflows/billing/spend-refund/contract';
import {
  asWorkflow,
  atOnce,
  balance,
  checkBooks,
  NOON,
  openBooks,
  type Books,
} from './support/books';
import { grant, transfer } from './support/transfers';

let books: Books;
let clientId: string;

beforeAll(async () => {
  books = await openBooks({ spendRequiresSubscription: false });
  clientId = v7();
  await books.sql`insert into api_clients (id, name) values (${clientId}, 'test')`;
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const TOKEN = 1_000_000;

/** Charges somebody, like delivered work that may leave a debt. */
async function charge(userId: number, tokens: number): Promise<string> {
  const spend = {
    ...{ key: v7(), clientId, userId, amountUtok: tokens * TOKEN, isPostPaid: true },
    ...{ kind: 'track' as const, description: 'a job', asOf: NOON },
  };
  const [answer] = await asWorkflow(`spend:${spend.key}`, () =>
    books.act.applySpends({ spends: [spend] }),
  );
  if (answer?.kind !== 'charged') throw new Error('the work was not charged');
  return answer.chargeId;
}

interface Wish {
  readonly key?: string;
  readonly tokens?: number;
  readonly clientId?: string;
  readonly bodyHash?: string;
  readonly asOf?: string;
}

function refund(chargeId: string, wish: Wish = {}): Promise<SpendRefundOutcome> {
  const caller = wish.clientId ?? clientId;
  const key = wish.key ?? v7();
  return asWorkflow(`spend-refund:${caller}:${key}`, () =>
    books.act.refundSpend({
      request: {
        ...{ caller, key, method: 'POST', path: `/api/v1/charges/${chargeId}/refund` },
        bodyHash: wish.bodyHash ?? 'ab'.repeat(32),
      },
      ...{ chargeId, clientId: caller, clientName: 'test', reason: 'it did not work' },
      asOf: wish.asOf ?? NOON,
      ...(wish.tokens === undefined ? {} : { amountUtok: wish.tokens * TOKEN }),
    }),
  );
}

async function owner(...lots: Parameters<typeof grant>[2][]): Promise<number> {
  const userId = await books.newUser();
  for (const lot of lots) await transfer(books, grant(userId, 50, lot));
  return userId;
}

const lotsOf = async (userId: number) =>
  (
    await books.sql`
      select l.remaining_utok::float8 / 1000000 as left from lots l join accounts a on a.id = l.account_id
      where a.user_id = ${userId} order by l.recorded_at, l.id`
  ).map((row) => Number(row['left']));

test('refundSpend gives a charge back to the lots it came from, once for each name', async () => {
  const userId = await owner({}, {});
  const chargeId = await charge(userId, 80);
  expect(await lotsOf(userId)).toEqual([0, 20]);
  const again = v7();
  const first = await refund(chargeId, { key: again, tokens: 40 });
  expect(first).toMatchObject({
    kind: 'refunded',
    isReplay: false,
    returnedUtok: 40 * TOKEN,
    leftUtok: 40 * TOKEN,
  });
  expect(await lotsOf(userId)).toEqual([10, 50]);
  expect(await refund(chargeId, { key: again, tokens: 40 })).toEqual({
    ...first,
    isReplay: true,
  });
  expect(await refund(chargeId, { key: again, bodyHash: 'cd'.repeat(32) })).toMatchObject({
    reason: 'mismatch',
  });
  expect(await balance(books.sql, userId)).toBe(60);
  await refund(chargeId);
  expect(await lotsOf(userId)).toEqual([50, 50]);
});

test('refundSpend answers a repeat for ever, also when the kept answer is gone', async () => {
  const chargeId = await charge(await owner({}), 30);
  const kept = v7();
  const first = await refund(chargeId, { key: kept });
  await books.sql`delete from idempotency_keys`;
  expect(await refund(chargeId, { key: kept })).toEqual({ ...first, isReplay: true });
});

test('refundSpend gives nothing back for another client, and never more than was taken', async () => {
  const chargeId = await charge(await owner({}), 30);
  const stranger = v7();
  await books.sql`insert into api_clients (id, name) values (${stranger}, ${stranger})`;
  expect(await refund(chargeId, { clientId: stranger })).toMatchObject({ reason: 'not_found' });
  expect(await refund(v7())).toMatchObject({ reason: 'not_found' });
  expect(await refund(chargeId, { tokens: 31 })).toEqual({
    kind: 'refused',
    reason: 'too_much',
    mostUtok: 30 * TOKEN,
  });
});

test('fifty partial refunds at once give back exactly what was taken', async () => {
  const userId = await owner({});
  const chargeId = await charge(userId, 40);
  const answers = await atOnce(50, () => refund(chargeId, { tokens: 3 }));
  expect(answers.filter(({ kind }) => kind === 'refunded')).toHaveLength(13);
  expect(await balance(books.sql, userId)).toBe(49);
});

test('what comes back to a lot whose time is over lapses in the same transfer', async () => {
  const userId = await owner({ expiresAt: new Date('2026-03-11T00:00:00Z') });
  const chargeId = await charge(userId, 30);
  const later = '2026-03-12T00:00:00.000Z';
  const answer = await refund(chargeId, { tokens: 10, asOf: later });
  expect(answer).toMatchObject({ returnedUtok: 0, lapsedUtok: 10 * TOKEN, leftUtok: 20 * TOKEN });
  expect(await refund(chargeId, { asOf: later })).toMatchObject({ lapsedUtok: 20 * TOKEN });
});

test('what was never collected is waived first, then the debt is repaid, then lots get theirs', async () => {
  const userId = await owner({});
  const chargeId = await charge(userId, 1_100);
  expect(await balance(books.sql, userId)).toBe(-1_000);
  expect(await refund(chargeId, { tokens: 50 })).toMatchObject({
    waivedUtok: 50 * TOKEN,
    transferId: null,
  });
  expect(await refund(chargeId, { tokens: 400 })).toMatchObject({
    waivedUtok: 0,
    returnedUtok: 400 * TOKEN,
    lots: [],
  });
  expect(await balance(books.sql, userId)).toBe(-600);
  await refund(chargeId);
  expect(await balance(books.sql, userId)).toBe(50);
  expect((await lotsOf(userId))[0]).toBe(50);
});

test('a refund takes off the limits what it gives back, while their window is open', async () => {
  const userId = await owner({});
  await asWorkflow('limits:user', () =>
    books.act.setLimits({
      wishes: [
        { scope: 'user', scopeId: String(userId), dayUtok: 100 * TOKEN, monthUtok: 100 * TOKEN },
      ],
      actor: { kind: 'user', id: String(userId) },
      asOf: NOON,
    }),
  );
  const chargeId = await charge(userId, 40);
  await refund(chargeId, { tokens: 10 });
  await refund(chargeId, { tokens: 5, asOf: '2026-03-11T12:00:00.000Z' });
  const rows = await books.sql`
    select "window", used_utok::float8 / 1000000 as used from limit_counters
    where scope_id = ${String(userId)} order by "window"`;
  expect(rows.map((row) => [row['window'], row['used']])).toEqual([
    ['day', 30],
    ['month', 25],
  ]);
});
