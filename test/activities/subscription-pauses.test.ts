import { after, asWorkflow, atOnce, balance, checkBooks, NOON, openBooks } from './support/books';
import type { Books } from './support/books';
import { auditOf, templatesOf } from './support/orders';
import {
  ask,
  lifeOf,
  live,
  standing,
  subscribedByPlan,
  subscribedByTopup,
  type Owner,
} from './support/subscriptions';
import { spend, transfer } from './support/transfers';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** The first period of everybody here ends then. */
const END = '2026-04-10T13:00:00.000Z';

const day = (n: number, hours = 0) => after(24 * n + hours);
const endPlus = (days: number) => new Date(Date.parse(END) + days * 86_400_000).toISOString();

const pause = (owner: Owner, days: number, from: 'end' | 'now', asOf: string) =>
  ask(books, owner, { kind: 'pause', days, from, asOf });
const resume = (owner: Owner, asOf: string) => ask(books, owner, { kind: 'resume', asOf });

async function pausesOf({ subscriptionId }: Owner) {
  const rows = await books.sql`
    select begins_at as "beginsAt", until, ended_at as "endedAt" from subscription_pauses
    where subscription_id = ${subscriptionId} order by begins_at`;
  return rows.map(({ beginsAt, until, endedAt }) =>
    [beginsAt, until, endedAt].map((at) => (at as Date | null)?.toISOString() ?? null),
  );
}

test('a pause at once keeps the rest: nothing until it ends, then the end lies later by its days', async () => {
  const owner = await subscribedByTopup(books);
  expect(await pause(owner, 14, 'now', day(10))).toEqual({
    kind: 'done',
    effect: 'paused',
    at: day(24),
  });
  expect(await standing(books, owner)).toMatchObject({
    state: 'paused',
    access: 'none',
    pausedUntil: day(24),
  });
  expect(await live(books, owner, day(24, -1))).toEqual([]);
  expect(await live(books, owner, day(24))).toEqual(['resume']);
  expect(await standing(books, owner)).toMatchObject({
    state: 'active',
    access: 'full',
    periodEnd: endPlus(14),
    shiftDays: 14,
    pausedUntil: null,
  });
  expect(await pausesOf(owner)).toEqual([[day(10), day(24), day(24)]]);
  expect(await templatesOf(books, owner.userId)).toEqual(
    expect.arrayContaining(['sub.paused', 'sub.resumed']),
  );
});

test('a pause ended early moves the end by the days begun, and the charge with it', async () => {
  const owner = await subscribedByTopup(books, 30_000);
  await pause(owner, 30, 'now', day(10));
  expect(await resume(owner, day(13, 5))).toEqual({
    kind: 'done',
    effect: 'resumed',
    at: endPlus(4),
  });
  expect(await live(books, owner, endPlus(4))).toEqual([
    'remind:3',
    'remind:1',
    'remind:0',
    'renew:0',
  ]);
  expect(await standing(books, owner)).toMatchObject({ periodN: 1, periodStart: endPlus(4) });
  expect(await balance(books.sql, owner.userId)).toBe(100);
});

test('a pause from the end begins with it, and the charge waits for the pause to be over', async () => {
  const owner = await subscribedByTopup(books);
  expect(await pause(owner, 20, 'end', day(10))).toEqual({
    kind: 'done',
    effect: 'pause_planned',
    at: END,
  });
  expect((await live(books, owner, END)).at(-1)).toBe('pause');
  expect(await standing(books, owner)).toMatchObject({ state: 'paused', access: 'none' });
  expect(await live(books, owner, endPlus(19))).toEqual([]);
  expect(await balance(books.sql, owner.userId)).toBe(100);
  expect(await live(books, owner, endPlus(20))).toEqual(['resume', 'renew:0']);
  expect(await standing(books, owner)).toMatchObject({
    state: 'active',
    periodN: 1,
    periodStart: endPlus(20),
  });
  expect(await balance(books.sql, owner.userId)).toBe(0);
});

test('a pause that ends by itself lasts as agreed, though its end is processed late', async () => {
  const owner = await subscribedByTopup(books);
  await pause(owner, 4, 'end', day(10));
  await live(books, owner, END);
  const { subscriptionId } = owner;
  const resumed = (asOf: string) =>
    asWorkflow(`sub:${subscriptionId}`, () =>
      lifeOf(books).takeSubscriptionStep({ subscriptionId, name: 'resume', asOf }),
    );
  expect(await resumed(endPlus(4.01))).toMatchObject({ kind: 'done' });
  expect(await standing(books, owner)).toMatchObject({ periodEnd: endPlus(4), state: 'active' });
  expect(await live(books, owner, endPlus(4.01))).toEqual(['renew:0']);
});

test('a pause that was agreed can be taken back', async () => {
  const owner = await subscribedByTopup(books);
  await pause(owner, 20, 'end', day(10));
  expect(await resume(owner, day(11))).toMatchObject({ effect: 'pause_withdrawn', at: END });
  expect((await live(books, owner, END)).at(-1)).toBe('renew:0');
});

test('pausing twice and resuming twice are refused with the states named', async () => {
  const owner = await subscribedByTopup(books);
  const states = { kind: 'refused', reason: 'wrong_state' };
  expect(await resume(owner, day(9))).toEqual({ ...states, allowedIn: ['paused'] });
  await pause(owner, 14, 'now', day(10));
  const again = { ...states, allowedIn: ['active', 'past_due'] };
  expect(await pause(owner, 14, 'now', day(11))).toEqual(again);
  await resume(owner, day(12));
  expect(await resume(owner, day(12))).toEqual({ ...states, allowedIn: ['paused'] });
  await pause(owner, 14, 'end', day(13));
  expect(await pause(owner, 14, 'now', day(13))).toEqual(again);
});

test('a pause wished once is one pause, whoever repeats the wish', async () => {
  const owner = await subscribedByTopup(books);
  const wish = { kind: 'pause', days: 5, from: 'now', asOf: day(10), updateId: 'tap' } as const;
  const answers = await atOnce(4, () => ask(books, owner, wish));
  for (const answer of answers) expect(answer).toMatchObject({ kind: 'done', effect: 'paused' });
  expect(await pausesOf(owner)).toHaveLength(1);
  const back = { kind: 'resume', asOf: day(11), updateId: 'tap' } as const;
  const resumed = await atOnce(4, () => ask(books, owner, back));
  for (const answer of resumed) expect(answer).toEqual(resumed[0]);
  expect(await standing(books, owner)).toMatchObject({ shiftDays: 1 });
});

test('the step of a pause and of its end are taken once', async () => {
  const owner = await subscribedByTopup(books);
  await pause(owner, 5, 'end', day(10));
  await live(books, owner, new Date(Date.parse(END) - 1).toISOString());
  const { subscriptionId } = owner;
  const take = (name: string, asOf: string) =>
    atOnce(3, () =>
      asWorkflow(`sub:${subscriptionId}`, () =>
        lifeOf(books).takeSubscriptionStep({ subscriptionId, name, asOf }),
      ),
    );
  const kinds = (taken: { kind: string }[]) => taken.map(({ kind }) => kind).sort();
  expect(kinds(await take('pause', END))).toEqual(['done', 'moved', 'moved']);
  expect(kinds(await take('resume', endPlus(5)))).toEqual(['done', 'moved', 'moved']);
  expect(await standing(books, owner)).toMatchObject({ shiftDays: 5 });
  const actions = await auditOf(books, subscriptionId);
  expect(actions.filter((action) => action === 'subscription.paused')).toHaveLength(1);
  expect(actions.filter((action) => action === 'subscription.resumed')).toHaveLength(1);
});

test('a pause is not longer than the policy, and there are two in any 365 days', async () => {
  const owner = await subscribedByTopup(books, 500_000);
  expect(await pause(owner, 91, 'now', day(1))).toMatchObject({ reason: 'pause_too_long' });
  for (const n of [1, 5]) {
    expect(await pause(owner, 90, 'now', day(n))).toMatchObject({ kind: 'done' });
    await resume(owner, day(n + 2));
  }
  expect(await pause(owner, 2, 'now', day(20))).toMatchObject({ reason: 'pauses_used_up' });
  expect(await pause(owner, 2, 'end', day(20))).toMatchObject({ reason: 'pauses_used_up' });
  await live(books, owner, day(365));
  expect(await pause(owner, 2, 'now', day(365))).toMatchObject({ reason: 'pauses_used_up' });
  expect(await pause(owner, 2, 'now', day(366, 1))).toMatchObject({ kind: 'done' });
});

test('a period that nobody renews has nothing to wait for at its end', async () => {
  const owner = await subscribedByPlan(books);
  expect(await pause(owner, 5, 'end', day(3))).toMatchObject({ reason: 'not_renewable' });
  expect(await pause(owner, 5, 'now', day(3))).toMatchObject({ kind: 'done' });
});

test('a cancelled pause ends the subscription at once, and its row', async () => {
  const owner = await subscribedByTopup(books);
  await pause(owner, 14, 'now', day(10));
  const cancelled = await ask(books, owner, { kind: 'cancel', asOf: day(12) });
  expect(cancelled).toMatchObject({ effect: 'expired' });
  expect(await standing(books, owner)).toMatchObject({ state: 'expired', pausedUntil: null });
  expect(await pausesOf(owner)).toEqual([[day(10), day(24), day(12)]]);
});

/** Unpaid since `END`, with a wallet too poor for the fee. */
async function unpaid(): Promise<Owner> {
  const owner = await subscribedByTopup(books);
  await transfer(books, spend(owner.userId, 100));
  await live(books, owner, endPlus(2));
  expect(await standing(books, owner)).toMatchObject({ state: 'past_due', access: 'full' });
  return owner;
}

test('a pause of unpaid time stops the clock of dunning and gives no time beyond grace', async () => {
  const owner = await unpaid();
  expect(await pause(owner, 10, 'end', endPlus(2))).toMatchObject({
    effect: 'paused',
    at: endPlus(12),
  });
  expect(await standing(books, owner)).toMatchObject({ state: 'paused', access: 'none' });
  expect(await live(books, owner, endPlus(11.9))).toEqual([]);
  expect(await live(books, owner, endPlus(12))).toEqual(['resume']);
  expect(await standing(books, owner)).toMatchObject({
    state: 'past_due',
    access: 'full',
    periodEnd: endPlus(10),
  });
  // One day of grace is left, as before the pause; the tries of before do not come again.
  expect(await live(books, owner, endPlus(18))).toEqual([
    'renew:2',
    'restrict',
    'renew:3',
    'renew:4',
    'expire',
  ]);
});

test('a pause of unpaid time for less than a day moves nothing', async () => {
  const owner = await unpaid();
  await pause(owner, 10, 'now', endPlus(2));
  await resume(owner, endPlus(2.9));
  expect(await standing(books, owner)).toMatchObject({ state: 'past_due', periodEnd: END });
});

test('nobody pauses what is not theirs, or is over', async () => {
  const owner = await subscribedByTopup(books);
  const stranger = { ...owner, userId: 1 };
  expect(await pause(stranger, 5, 'now', NOON)).toEqual({ kind: 'refused', reason: 'not_owner' });
  await ask(books, owner, { kind: 'setDriver', driver: 'none', asOf: NOON });
  await live(books, owner, endPlus(1));
  expect(await pause(owner, 5, 'now', endPlus(1))).toEqual({ kind: 'refused', reason: 'not_live' });
});
