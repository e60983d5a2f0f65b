import type { BillingSettings } from '../../src/domain/billing/settings';
import { newPlan, type PlanWish } from '../support/plans';
import {
  asWorkflow,
  balance,
  checkBooks,
  NOON,
  openBooks,
  SETTINGS,
  versionOf,
  type Activities,
  type Books,
} from './support/books';
import { freezeMoney } from './support/orders';
import {
  courseAt,
  feesOf,
  liveUntil,
  noticesOf,
  periodsOf,
  subscribed,
  subscriptionRow,
  takeStep,
  topUp,
  triesOf,
} from './support/subscription-life';

let books: Books;
let made = 0;

beforeAll(async () => {
  books = await openBooks({ adminChatId: -100 });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const under = (settings: Partial<BillingSettings>): Activities =>
  books.activities({ settings: { ...SETTINGS, ...settings } });

/** One hundred tokens, of which the fee takes all: the first renewal fails. */
async function broke(change: { slug?: string; amountMinor?: number } = {}) {
  const subscriber = await subscribed(books, { amountMinor: 20_000, ...change });
  await books.sql`update subscriptions set is_muted = true where id = ${subscriber.subscriptionId}`;
  return subscriber;
}

/** In a plan of its own; pays so many tokens and keeps what the first fee leaves. */
async function inPlan(wish: Omit<PlanWish, 'slug'>, tokens: number) {
  made += 1;
  const slug = `plan-${made}`;
  await newPlan(books.sql, { slug, ...wish });
  return subscribed(books, { slug, amountMinor: tokens * 100 });
}

const failures = async (userId: number) =>
  (await noticesOf(books, userId)).filter(({ template }) => template === 'sub.failed');

// 200 tokens pay for March and April; the renewal of 10 May is the first to fail.
const UNPAID_SINCE = '2026-05-10T12:00:00.000Z';

test('without enough a try is recorded, its owner told what is missing, and access stays', async () => {
  const { subscriptionId, userId } = await broke();
  await liveUntil(books, { subscriptionId, until: UNPAID_SINCE });
  expect(await subscriptionRow(books, subscriptionId)).toMatchObject({
    ...{ state: 'past_due', access: 'full', periodN: 1 },
  });
  expect(await triesOf(books, subscriptionId)).toEqual([
    'p1:renew:a0 succeeded',
    'p2:renew:a0 failed_soft',
  ]);
  expect((await failures(userId)).map(({ params }) => params)).toEqual([
    {
      ...{ subscriptionId, reason: 'insufficient', access: 'full', missingUtok: 100_000_000 },
      next: '2026-05-11T12:00:00.000Z',
    },
  ]);
});

test('it is tried on each day of dunning with one notice for each, and then it is over', async () => {
  const { subscriptionId, userId } = await broke();
  const from = UNPAID_SINCE;
  await liveUntil(books, { subscriptionId, until: UNPAID_SINCE });
  const steps = await liveUntil(books, { subscriptionId, from, until: '2026-07-01T00:00:00.000Z' });
  expect(steps).toEqual([
    'renew:1 2026-05-11',
    'renew:2 2026-05-13',
    'restrict 2026-05-13',
    'renew:3 2026-05-15',
    'renew:4 2026-05-17',
    'expire 2026-05-18',
  ]);
  expect(await failures(userId)).toHaveLength(5);
  expect((await failures(userId)).at(-1)?.params).not.toHaveProperty('next');
  expect(await feesOf(books, subscriptionId)).toEqual(['p0 × 1', 'p1 × 1']);
});

test('notices of failed tries keep twelve hours from each other', async () => {
  const act = under({ dunningDays: '0,0.25,0.5,1' });
  const { subscriptionId, userId } = await broke();
  await liveUntil(books, { subscriptionId, until: '2026-05-11T12:00:00.000Z' }, act);
  expect(await triesOf(books, subscriptionId)).toHaveLength(5);
  expect((await failures(userId)).map(({ key }) => key.split(':').slice(3).join(':'))).toEqual([
    'failed:renew:0',
    'failed:renew:2',
    'failed:renew:3',
  ]);
});

test('money that comes is taken at once for the period from the old end', async () => {
  const { subscriptionId, userId } = await broke();
  await liveUntil(books, { subscriptionId, until: '2026-05-13T13:00:00.000Z' });
  const asOf = '2026-05-14T09:00:00.000Z';
  const outcome = await topUp(books, userId, { tokens: 250, asOf });
  expect(outcome).toMatchObject({ subscription: { subscriptionId, change: 'funded' } });
  expect((await courseAt(books, { subscriptionId, asOf })).steps[0]).toMatchObject({
    name: 'renew:funds',
    at: asOf,
  });
  await liveUntil(books, { subscriptionId, from: asOf, until: asOf });
  expect(await subscriptionRow(books, subscriptionId)).toMatchObject({
    ...{ state: 'active', access: 'full', periodN: 2 },
    ...{ periodStart: UNPAID_SINCE, periodEnd: '2026-06-10T12:00:00.000Z' },
  });
  expect(await balance(books.sql, userId)).toBe(150);
});

test('DUNNING_RECOVERY=payment begins the period with the payment', async () => {
  const act = under({ dunningRecovery: 'payment' });
  const { subscriptionId, userId } = await broke();
  await liveUntil(books, { subscriptionId, until: '2026-05-13T13:00:00.000Z' }, act);
  const asOf = '2026-05-14T09:00:00.000Z';
  await topUp(books, userId, { tokens: 250, asOf });
  await liveUntil(books, { subscriptionId, from: asOf, until: asOf }, act);
  expect(await periodsOf(books, subscriptionId)).toEqual([
    '0 2026-03-10 2026-04-10 wallet',
    '1 2026-04-10 2026-05-10 wallet',
    '2 2026-05-14 2026-06-14 wallet',
  ]);
});

test('a period that is over before it is paid begins with the payment whatever the setting', async () => {
  const { subscriptionId, userId } = await inPlan({ period: [1, 'day'], feeTokens: 100 }, 100);
  await liveUntil(books, { subscriptionId, until: '2026-03-14T13:00:00.000Z' });
  const asOf = '2026-03-14T18:00:00.000Z';
  await topUp(books, userId, { tokens: 200, asOf });
  await liveUntil(books, { subscriptionId, from: asOf, until: asOf });
  expect(await subscriptionRow(books, subscriptionId)).toMatchObject({
    ...{ state: 'active', periodStart: asOf, periodEnd: '2026-03-15T18:00:00.000Z' },
  });
});

test.each([
  [
    'blocked',
    (userId: number) => books.sql`update users set is_blocked = true where id = ${userId}`,
  ],
  ['frozen by a dispute', (userId: number) => freezeMoney(books, userId)],
])('nothing is taken from somebody %s, and nothing is tried in a loop', async (_name, stop) => {
  const { subscriptionId, userId } = await subscribed(books, { amountMinor: 100_000 });
  await stop(userId);
  const steps = await liveUntil(books, { subscriptionId, until: '2026-05-01T00:00:00.000Z' });
  expect(steps.filter((step) => step.startsWith('renew'))).toHaveLength(5);
  expect(await feesOf(books, subscriptionId)).toEqual(['p0 × 1']);
  expect((await failures(userId))[0]?.params).toMatchObject({ reason: 'stopped' });
  expect(await subscriptionRow(books, subscriptionId)).toMatchObject({ state: 'expired' });
});

test('periods that passed whole in an outage are free and told to operators; the one that runs is paid', async () => {
  const { subscriptionId, userId } = await inPlan({ period: [1, 'hour'], feeTokens: 10 }, 100);
  const asOf = '2026-03-10T16:30:00.000Z';
  const steps = await liveUntil(books, { subscriptionId, from: asOf, until: asOf });
  expect(steps).toEqual(['renew:0 2026-03-10', 'renew:0 2026-03-10']);
  expect((await periodsOf(books, subscriptionId)).map((period) => period.split(' ')[3])).toEqual([
    ...['wallet', 'operator', 'operator', 'operator', 'wallet'],
  ]);
  expect(await subscriptionRow(books, subscriptionId)).toMatchObject({
    periodStart: '2026-03-10T16:00:00.000Z',
    periodEnd: '2026-03-10T17:00:00.000Z',
  });
  expect(await balance(books.sql, userId)).toBe(80);
  const [ops] = await books.sql`
    select params from outbox_messages where template = 'ops.free_periods' and params->>'subscriptionId' = ${subscriptionId}`;
  expect(ops?.['params']).toEqual({ subscriptionId, userId, count: 3 });
});

test('an outage is no second reason to be told of a failure', async () => {
  const { subscriptionId, userId } = await inPlan({ period: [1, 'hour'], feeTokens: 100 }, 100);
  const asOf = '2026-03-10T16:30:00.000Z';
  await liveUntil(books, { subscriptionId, from: asOf, until: asOf });
  expect(await failures(userId)).toHaveLength(1);
  expect(await triesOf(books, subscriptionId)).toEqual(['p4:renew:a0 failed_soft']);
});

test('tokens of a period are given once with it', async () => {
  const plan = { period: [1, 'month'], grantTokens: 30 } as const;
  const { subscriptionId, userId } = await inPlan(plan, 300);
  await liveUntil(books, { subscriptionId, until: '2026-05-10T12:00:00.000Z' });
  const grants = await books.sql`
    select key from transfers where subscription_id = ${subscriptionId} and kind = 'grant' order by id`;
  expect(grants.map(({ key }) => String(key).split(':').slice(2).join(':'))).toEqual([
    'p0:grant',
    'p1:grant',
    'p2:grant',
  ]);
  const renew = { subscriptionId, name: 'renew:0', asOf: '2026-05-10T12:00:00.000Z' };
  expect(await takeStep(books, renew)).toEqual({ kind: 'moved' });
  expect(await balance(books.sql, userId)).toBe(90);
});

test('a plan chosen for the next period begins with it, at its own fee, from the old end', async () => {
  const { subscriptionId, userId } = await subscribed(books, { amountMinor: 50_000 });
  made += 1;
  const slug = `plan-${made}`;
  await newPlan(books.sql, { slug, period: [1, 'week'], feeTokens: 30 });
  const tariffVersionId = await versionOf(books.sql, slug);
  await books.sql`
    update subscriptions set next_tariff_version_id = ${tariffVersionId} where id = ${subscriptionId}`;
  await liveUntil(books, { subscriptionId, until: '2026-04-17T12:00:00.000Z' });
  expect(await periodsOf(books, subscriptionId)).toEqual([
    '0 2026-03-10 2026-04-10 wallet',
    '1 2026-04-10 2026-04-17 wallet',
    '2 2026-04-17 2026-04-24 wallet',
  ]);
  expect(await balance(books.sql, userId)).toBe(340);
});

test('muted is told of failures, but reminded of nothing', async () => {
  const { subscriptionId, userId } = await subscribed(books);
  const wished = { actor: { kind: 'user', id: String(userId) }, isMuted: true } as const;
  const order = { subscriptionId, updateId: 'tap', kind: 'mute', wished, asOf: NOON } as const;
  await asWorkflow(`sub:${subscriptionId}`, () => books.act.grantWish(order));
  await liveUntil(books, { subscriptionId, until: UNPAID_SINCE });
  const templates = (await noticesOf(books, userId)).map(({ template }) => template);
  expect(templates).toEqual(['sub.renewed', 'sub.failed']);
});
