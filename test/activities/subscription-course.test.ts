import { asWorkflow, atOnce, checkBooks, NOON, openBooks, type Books } from './support/books';
import { auditOf, templatesOf } from './support/orders';
import {
  courseAt,
  feesOf,
  liveUntil,
  noticesOf,
  periodsOf,
  subscribed,
  subscriptionRow,
  takeStep,
  triesOf,
} from './support/subscription-life';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const END = '2026-04-10T12:00:00.000Z';
const NOBODY = '0195f000-0000-7000-8000-0000000000ff';

/** The step done four times at once: it happens once, and the others see that the rows moved on. */
async function raced(due: { subscriptionId: string; name: string; asOf: string }) {
  const answers = await atOnce(4, () => takeStep(books, due));
  return answers.map(({ kind }) => kind).sort();
}
const ONCE = ['done', 'moved', 'moved', 'moved'];

test('loadCourse tells where a subscription stands and what comes next, with the price of the renewal', async () => {
  const { subscriptionId, userId } = await subscribed(books);
  expect(await courseAt(books, { subscriptionId, asOf: NOON })).toEqual({
    ...{ subscriptionId, userId, state: 'active', access: 'full', driver: 'wallet' },
    ...{ isRenewing: true, periodN: 0, periodStart: NOON, periodEnd: END },
    allowedRepairs: ['skipPeriod', 'editTimeline', 'cancel', 'forceExpire'],
    steps: [
      { kind: 'remind', name: 'remind:3', at: '2026-04-07T12:00:00.000Z' },
      { kind: 'remind', name: 'remind:1', at: '2026-04-09T12:00:00.000Z' },
      { kind: 'remind', name: 'remind:0', at: '2026-04-10T09:00:00.000Z' },
      {
        ...{ kind: 'renew', name: 'renew:0', at: END, driver: 'wallet' },
        price: { kind: 'tokens', feeUtok: 100_000_000 },
      },
    ],
  });
});

test('loadCourse of nothing is null, and of what is over has no steps', async () => {
  const nothing = { subscriptionId: NOBODY, asOf: NOON };
  expect(await asWorkflow('sub:x', () => books.act.loadCourse(nothing))).toBeNull();
  expect(await takeStep(books, { ...nothing, name: 'renew:0' })).toEqual({ kind: 'moved' });
  const { subscriptionId } = await subscribed(books, { amountMinor: 10_000_00 });
  await books.sql`update subscriptions set state = 'ended' where id = ${subscriptionId}`;
  const over = await courseAt(books, { subscriptionId, asOf: NOON });
  expect(over).toMatchObject({ state: 'ended', steps: [] });
});

test('a step that is not due, not the next or unknown changes nothing', async () => {
  const { subscriptionId, userId } = await subscribed(books);
  const early = new Date(Date.parse('2026-04-07T12:00:00.000Z') - 1).toISOString();
  for (const due of [
    { name: 'remind:3', asOf: early },
    { name: 'renew:0', asOf: END },
    { name: 'dance', asOf: END },
  ]) {
    expect(await takeStep(books, { subscriptionId, ...due })).toEqual({ kind: 'moved' });
  }
  expect(await templatesOf(books, userId)).toEqual(['pay.ok.activated']);
});

test('a reminder is given, and given once, with what will be taken and whether it is there', async () => {
  const { subscriptionId, userId } = await subscribed(books);
  const asOf = '2026-04-07T12:00:00.000Z';
  expect(await raced({ subscriptionId, name: 'remind:3', asOf })).toEqual(ONCE);
  expect(await noticesOf(books, userId)).toEqual([
    {
      template: 'sub.reminder',
      key: `sub:${subscriptionId}:p0:remind:3`,
      params: {
        ...{ subscriptionId, until: END, driver: 'wallet' },
        ...{ balanceUtok: 100_000_000, feeUtok: 100_000_000 },
      },
    },
  ]);
});

test('a reminder that comes late says so, and one whose time is over gives way', async () => {
  const { subscriptionId, userId } = await subscribed(books);
  const asOf = '2026-04-09T18:00:00.000Z';
  await takeStep(books, { subscriptionId, name: 'remind:3', asOf });
  await takeStep(books, { subscriptionId, name: 'remind:1', asOf });
  const notices = await noticesOf(books, userId);
  expect(notices.map(({ key }) => key)).toEqual([`sub:${subscriptionId}:p0:remind:1`]);
  expect(notices[0]?.params).toMatchObject({ isLate: 1 });
});

test('a reminder is not worth sending once the next one is due', async () => {
  const { subscriptionId } = await subscribed(books);
  await takeStep(books, { subscriptionId, name: 'remind:3', asOf: '2026-04-07T12:00:00.000Z' });
  const [row] = await books.sql`
    select drop_after as until from outbox_messages where key = ${`sub:${subscriptionId}:p0:remind:3`}`;
  expect(row?.['until']).toEqual(new Date('2026-04-09T12:00:00.000Z'));
});

test('a reminder says how much is missing', async () => {
  const { subscriptionId, userId } = await subscribed(books);
  await liveUntil(books, { subscriptionId, until: '2026-05-07T12:00:00.000Z' });
  const last = (await noticesOf(books, userId)).at(-1);
  expect(last).toMatchObject({ template: 'sub.reminder', params: { missingUtok: 100_000_000 } });
});

test('a renewal takes one fee and begins the next period at the old end', async () => {
  const { subscriptionId, userId } = await subscribed(books);
  await liveUntil(books, { subscriptionId, until: '2026-04-10T11:00:00.000Z' });
  const asOf = '2026-04-10T12:00:07.000Z';
  expect(await raced({ subscriptionId, name: 'renew:0', asOf })).toEqual(ONCE);
  expect(await feesOf(books, subscriptionId)).toEqual(['p0 × 1', 'p1 × 1']);
  expect(await triesOf(books, subscriptionId)).toEqual(['p1:renew:a0 succeeded']);
  expect(await periodsOf(books, subscriptionId)).toEqual([
    '0 2026-03-10 2026-04-10 wallet',
    '1 2026-04-10 2026-05-10 wallet',
  ]);
  expect(await subscriptionRow(books, subscriptionId)).toEqual({
    ...{ state: 'active', access: 'full', driver: 'wallet', periodN: 1 },
    ...{ periodStart: END, periodEnd: '2026-05-10T12:00:00.000Z' },
  });
  const renewed = (await noticesOf(books, userId)).filter(
    ({ template }) => template === 'sub.renewed',
  );
  expect(renewed.map(({ params }) => params)).toEqual([
    { until: '2026-05-10T12:00:00.000Z', feeUtok: 100_000_000, balanceUtok: 0 },
  ]);
});

test('a renewal consumes a quote of the version that was sold', async () => {
  const { subscriptionId } = await subscribed(books);
  await liveUntil(books, { subscriptionId, until: END });
  const quoted = await books.sql`
    select purpose, fee_utok::int as fee, consumed_by as "consumedBy" from quotes
    where subscription_id = ${subscriptionId} and purpose = 'renewal'`;
  expect([...quoted]).toEqual([
    { purpose: 'renewal', fee: 100_000_000, consumedBy: `sub:${subscriptionId}:p1:renew:a0` },
  ]);
});

test('restriction takes the access and tells it, once', async () => {
  const { subscriptionId, userId } = await subscribed(books, { amountMinor: 20_000 });
  await liveUntil(books, { subscriptionId, until: '2026-05-13T11:00:00.000Z' });
  await takeStep(books, { subscriptionId, name: 'renew:2', asOf: '2026-05-13T12:00:00.000Z' });
  expect(
    await raced({ subscriptionId, name: 'restrict', asOf: '2026-05-13T12:00:00.000Z' }),
  ).toEqual(ONCE);
  expect(await subscriptionRow(books, subscriptionId)).toMatchObject({
    state: 'past_due',
    access: 'restricted',
  });
  const told = (await noticesOf(books, userId)).filter(
    ({ template }) => template === 'sub.restricted',
  );
  expect(told.map(({ params }) => params)).toEqual([
    { subscriptionId, until: '2026-05-18T12:00:00.000Z' },
  ]);
});

test('the end comes a day after the last try, once, and leaves the balance', async () => {
  const { subscriptionId, userId } = await subscribed(books, { amountMinor: 25_000 });
  await liveUntil(books, { subscriptionId, until: '2026-05-18T11:00:00.000Z' });
  const asOf = '2026-05-18T12:00:00.000Z';
  expect(await raced({ subscriptionId, name: 'expire', asOf })).toEqual(ONCE);
  expect(await subscriptionRow(books, subscriptionId)).toMatchObject({
    state: 'expired',
    access: 'none',
  });
  const ended = (await noticesOf(books, userId)).filter(
    ({ template }) => template === 'sub.expired',
  );
  expect(ended.map(({ params }) => params)).toEqual([{ balanceUtok: 50_000_000 }]);
  expect((await auditOf(books, subscriptionId)).at(-1)).toBe('subscription.expired');
});

test('a year of a subscription that can pay is thirteen fees and three reminders a month', async () => {
  const { subscriptionId, userId } = await subscribed(books, { amountMinor: 200_000 });
  const steps = await liveUntil(books, { subscriptionId, until: '2027-03-10T12:00:00.000Z' });
  expect(steps.slice(0, 5)).toEqual([
    'remind:3 2026-04-07',
    'remind:1 2026-04-09',
    'remind:0 2026-04-10',
    'renew:0 2026-04-10',
    'remind:3 2026-05-07',
  ]);
  expect(steps).toHaveLength(12 * 4);
  expect(await feesOf(books, subscriptionId)).toEqual(
    Array.from({ length: 13 }, (_, n) => `p${n} × 1`),
  );
  const notices = await noticesOf(books, userId);
  expect(notices.filter(({ template }) => template === 'sub.reminder')).toHaveLength(36);
});
