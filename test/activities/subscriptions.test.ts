import { asWorkflow, atOnce, checkBooks, openBooks, type Books } from './support/books';
import { auditOf, pending, templatesOf } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const END = '2026-04-09T13:00:00.000Z';

/** Thirty days of access, bought at `NOON` and an hour. */
async function subscribed() {
  const order = await pending(books, { slug: 'access-30' });
  const outcome = await post(books, paidFact(order, { amount: rub(19_900) }));
  if (outcome.kind !== 'fulfilled' || !outcome.subscription) throw new Error('no period began');
  return { ...order, subscriptionId: outcome.subscription.subscriptionId };
}

const expire = (subscriptionId: string, asOf: string) =>
  asWorkflow(`sub:${subscriptionId}`, () => books.act.expireSubscription({ subscriptionId, asOf }));

test('loadSubscription tells where it stands', async () => {
  const { subscriptionId, userId } = await subscribed();
  const snapshot = {
    subscriptionId,
    userId,
    state: 'active',
    isLive: true,
    periodN: 0,
    periodEnd: END,
  };
  expect(await books.act.loadSubscription({ subscriptionId })).toEqual(snapshot);
  expect(await books.act.loadSubscription({ subscriptionId })).toEqual(snapshot);
});

test('loadSubscription of nothing is null', async () => {
  const subscriptionId = '0195f000-0000-7000-8000-0000000000ff';
  expect(await books.act.loadSubscription({ subscriptionId })).toBeNull();
  expect(await expire(subscriptionId, END)).toBeNull();
});

test('expireSubscription ends it at its last millisecond and tells once', async () => {
  const { subscriptionId, userId } = await subscribed();
  const before = new Date(Date.parse(END) - 1).toISOString();
  expect(await expire(subscriptionId, before)).toMatchObject({ isLive: true });
  const answers = await atOnce(4, () => expire(subscriptionId, END));
  for (const answer of answers) expect(answer).toMatchObject({ state: 'expired', isLive: false });
  const [row] = await books.sql`select access from subscriptions where id = ${subscriptionId}`;
  expect(row?.['access']).toBe('none');
  expect(await templatesOf(books, userId)).toEqual(['pay.ok.order', 'sub.expired']);
  expect(await auditOf(books, subscriptionId)).toEqual([
    'subscription.started',
    'subscription.expired',
  ]);
});

test('expireSubscription leaves one that a payment extended meanwhile', async () => {
  const { subscriptionId, userId } = await subscribed();
  const next = await pending(books, { slug: 'access-30', userId });
  await post(books, paidFact(next, { amount: rub(19_900) }));
  expect(await expire(subscriptionId, END)).toMatchObject({
    isLive: true,
    periodN: 1,
    periodEnd: '2026-05-09T13:00:00.000Z',
  });
});

test('a payment and the end at once give one outcome', async () => {
  const { subscriptionId, userId } = await subscribed();
  const next = await pending(books, { slug: 'access-30', userId });
  const [, outcome] = await Promise.all([
    expire(subscriptionId, END),
    post(books, paidFact(next, { amount: rub(19_900) }), { asOf: END }),
  ]);
  const rows = await books.sql`
    select count(*)::int as live from subscriptions
    where user_id = ${userId} and state not in ('expired', 'ended')`;
  expect(rows[0]?.['live']).toBe(1);
  expect(outcome).toMatchObject({ kind: 'fulfilled' });
});

test('a payment after the end starts anew, with a new anchor', async () => {
  const first = await subscribed();
  await expire(first.subscriptionId, END);
  const next = await pending(books, { slug: 'access-30', userId: first.userId });
  const paidAt = '2026-04-20T08:00:00.000Z';
  const outcome = await post(books, paidFact(next, { amount: rub(19_900) }), { asOf: paidAt });
  expect(outcome).toMatchObject({ subscription: { change: 'started' } });
  const [row] = await books.sql`
    select period_n::int as n, period_start as "from" from subscriptions
    where user_id = ${first.userId} and state = 'active'`;
  expect(row).toEqual({ n: 0, from: new Date(paidAt) });
});
