import { atOnce, checkBooks, openBooks, type Books } from './support/books';
import { failingAt } from './support/failing-database';
import {
  feesOf,
  liveUntil,
  noticesOf,
  periodsOf,
  subscribed,
  takeStep,
  triesOf,
  type Subscriber,
} from './support/subscription-life';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** Everything a renewal may leave behind. */
async function traces({ subscriptionId, userId }: Subscriber) {
  return {
    fees: await feesOf(books, subscriptionId),
    periods: (await periodsOf(books, subscriptionId)).map((period) => period.split(' ')[0]),
    tries: await triesOf(books, subscriptionId),
    told: (await noticesOf(books, userId)).map(({ template }) => template),
  };
}

/** Breaks the connection at each statement in turn; gives after how many the step held. */
async function brokenEverywhere(one: Subscriber, due: { name: string; asOf: string }) {
  const { subscriptionId } = one;
  const before = await traces(one);
  for (let statement = 1; statement < 200; statement += 1) {
    const act = books.activities({ db: failingAt(books.db, statement) });
    const taken = await takeStep(books, { subscriptionId, ...due }, act).catch(() => undefined);
    if (taken) return statement - 1;
    expect(await traces(one)).toEqual(before);
  }
  throw new Error('the step never held');
}

test('T-V20 a renewal that dies at any of its statements leaves nothing, and at last one fee and one period', async () => {
  const one = await subscribed(books, { amountMinor: 40_000 });
  const { subscriptionId } = one;
  await books.sql`update subscriptions set is_muted = true where id = ${subscriptionId}`;
  const renewal = { name: 'renew:0', asOf: '2026-04-10T12:00:00.000Z' };
  const statements = await brokenEverywhere(one, renewal);
  expect(statements).toBeGreaterThan(15);
  const answers = await atOnce(4, () => takeStep(books, { subscriptionId, ...renewal }));
  expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['moved']));
  expect(await traces(one)).toEqual({
    fees: ['p0 × 1', 'p1 × 1'],
    periods: ['0', '1'],
    tries: ['p1:renew:a0 succeeded'],
    told: ['sub.renewed'],
  });
}, 60_000);

test('T-V20 a failed try that dies at any of its statements is told once', async () => {
  const one = await subscribed(books);
  const { subscriptionId } = one;
  await books.sql`update subscriptions set is_muted = true where id = ${subscriptionId}`;
  await liveUntil(books, { subscriptionId, until: '2026-04-10T12:00:00.000Z' });
  await brokenEverywhere(one, { name: 'renew:0', asOf: '2026-05-10T12:00:00.000Z' });
  expect(await traces(one)).toMatchObject({
    tries: ['p1:renew:a0 succeeded', 'p2:renew:a0 failed_soft'],
    told: ['sub.renewed', 'sub.failed'],
  });
}, 60_000);

test('an end that dies at any of its statements is told once', async () => {
  const one = await subscribed(books, { slug: 'topup-main' });
  const { subscriptionId } = one;
  await books.sql`update subscriptions set is_muted = true, auto_renew = false where id = ${subscriptionId}`;
  await brokenEverywhere(one, { name: 'expire', asOf: '2026-04-10T12:00:00.000Z' });
  expect((await traces(one)).told).toEqual(['sub.expired']);
}, 60_000);
