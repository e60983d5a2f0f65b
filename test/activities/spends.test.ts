import { v7 } from 'uuid';
import type { SpendAnswer, SpendRequest } from '../../workflows/billing/token-spend/contract';
import { asWorkflow, atOnce, checkBooks, NOON, openBooks, type Books } from './support/books';
import { pending } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;
let clientId: string;

beforeAll(async () => {
  books = await openBooks();
  clientId = v7();
  await books.sql`insert into api_clients (id, name) values (${clientId}, 'test')`;
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** Somebody with thirty days of access and so many tokens, in steps of a rouble. */
async function spender(tokens: number): Promise<number> {
  const order = await pending(books, { amountMinor: (tokens + 100) * 100 });
  await post(books, paidFact(order, { amount: rub((tokens + 100) * 100) }));
  return order.userId;
}

const request = (userId: number, change: Partial<SpendRequest> = {}): SpendRequest => ({
  key: v7(),
  clientId,
  userId,
  amountUtok: 50_000_000,
  kind: 'spend',
  description: 'a job',
  asOf: NOON,
  ...change,
});

const apply = (spends: readonly SpendRequest[]): Promise<SpendAnswer[]> =>
  asWorkflow(`spends:test:${spends[0]?.key}`, () => books.act.applySpends({ spends }));

const codes = (answers: readonly SpendAnswer[]) =>
  answers.map((one) => {
    if (one.kind === 'charged') return one.chargedUtok / 1_000_000;
    return one.kind === 'refused' ? one.code : one.kind;
  });

test('applySpends charges what fits and tells the rest what is missing', async () => {
  const userId = await spender(100);
  const answers = await apply([
    request(userId),
    request(userId),
    request(userId),
    request(999_999),
  ]);
  expect(codes(answers)).toEqual([50, 50, 'insufficient_balance', 'user_not_found']);
  expect(answers[1]).toMatchObject({
    isReplay: false,
    balanceBeforeUtok: 50_000_000,
    balanceAfterUtok: 0,
  });
});

test('applySpends charges a key once, alone, again and a hundred times at once', async () => {
  const userId = await spender(100);
  const one = request(userId);
  const [first] = await apply([one]);
  const again = await apply([request(userId, { amountUtok: 1 }), one]);
  expect(again[1]).toEqual({ ...first, isReplay: true });
  const many = await atOnce(100, () => apply([one]));
  for (const [answer] of many) expect(answer).toEqual({ ...first, isReplay: true });
});

test('applySpends takes a charge of nothing for what it is', async () => {
  const [answer] = await apply([request(await spender(100), { amountUtok: 0 })]);
  expect(answer).toMatchObject({ kind: 'charged', transferId: null, chargedUtok: 0, lots: [] });
});

test('applySpends asks for a subscription, but charges work that was delivered', async () => {
  const userId = await books.newUser();
  const delivered = request(userId, { kind: 'track', isPostPaid: true, amountUtok: 2_000_000_000 });
  const answers = await apply([request(userId), delivered]);
  expect(codes(answers)).toEqual(['subscription_required', 1_000]);
  expect(answers[1]).toMatchObject({ uncollectedUtok: 1_000_000_000 });
});

test('applySpends keeps limits across batches that run at once', async () => {
  const userId = await spender(1_000);
  await books.sql`
    insert into spend_limits (scope, scope_id, "window", limit_utok) values ('user', ${String(userId)}, 'day', 120000000)`;
  const answers = await atOnce(20, () => apply([request(userId)]));
  const charged = answers.flat().filter(({ kind }) => kind === 'charged');
  expect(charged).toHaveLength(2);
});

test('applySpends of two hundred people takes one transaction and far less than one each', async () => {
  const people = await Promise.all(Array.from({ length: 20 }, () => spender(1_000)));
  const batch = () =>
    Array.from({ length: 200 }, (_, index) =>
      request(people[index % people.length] ?? 0, { amountUtok: 10_000 }),
    );
  await apply(batch());
  const startedMs = performance.now();
  await apply(batch());
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
