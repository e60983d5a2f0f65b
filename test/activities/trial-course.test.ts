import { createQuote } from '../../src/records/quotes';
import { newTrial, type TrialWish } from '../support/trials';
import {
  asWorkflow,
  atOnce,
  checkBooks,
  NOON,
  openBooks,
  SETTINGS,
  type Books,
} from './support/books';
import { auditOf, pending, templatesOf } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;
let made = 0;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** A week of trial from `NOON` on, unless the wish says otherwise. */
async function onTrial(wish: Partial<TrialWish> = {}, userId?: number) {
  made += 1;
  const owner = userId ?? (await books.newUser());
  const { tariffVersionId, code } = await newTrial(books.sql, { slug: `course-${made}`, ...wish });
  const quote = await createQuote(books.db, SETTINGS, {
    ...{ userId: owner, tariffVersionId, currency: 'RUB', purpose: 'trial', promo: code },
    asOf: new Date(NOON),
  });
  if (quote.kind !== 'quoted') throw new Error(quote.reason);
  const order = { quoteId: quote.quoteId, userId: owner, asOf: NOON };
  const outcome = await asWorkflow(`free:${quote.quoteId}`, () =>
    books.act.completeFreeOrder(order),
  );
  if (outcome.kind !== 'fulfilled' || !outcome.subscription) throw new Error('no trial');
  return { userId: owner, subscriptionId: outcome.subscription.subscriptionId };
}

async function payOn(userId: number): Promise<void> {
  const order = await pending(books, { userId, slug: 'access-30' });
  await post(books, paidFact(order, { amount: rub(19_900) }));
}

const load = (subscriptionId: string) => books.act.loadSubscription({ subscriptionId });
const step = (name: 'remindTrial' | 'endTrial', subscriptionId: string, asOf: string) =>
  asWorkflow(`sub:${subscriptionId}`, () => books.act[name]({ subscriptionId, asOf }));

const END = '2026-03-17T12:00:00.000Z';
const DAY_BEFORE = '2026-03-16T12:00:00.000Z';

test('loadSubscription tells when a trial ends and when its owner is asked to stay', async () => {
  const { subscriptionId, userId } = await onTrial();
  expect(await load(subscriptionId)).toMatchObject({
    state: 'trialing',
    trial: { endsAt: END, remindAt: DAY_BEFORE },
  });
  await payOn(userId);
  const snapshot = await load(subscriptionId);
  expect(snapshot).toMatchObject({ state: 'trialing', trial: { endsAt: END } });
  expect(snapshot?.trial).not.toHaveProperty('remindAt');
});

test('a short trial is reminded hours before its end, a very short one never', async () => {
  const short = await onTrial({ period: [1, 'day'] });
  expect((await load(short.subscriptionId))?.trial?.remindAt).toBe('2026-03-11T09:00:00.000Z');
  const hours = await onTrial({ period: [2, 'hour'] });
  expect((await load(hours.subscriptionId))?.trial).toEqual({ endsAt: '2026-03-10T14:00:00.000Z' });
});

test('trials in a row are one trial', async () => {
  const { userId, subscriptionId } = await onTrial();
  await onTrial({ period: [3, 'day'] }, userId);
  expect((await load(subscriptionId))?.trial).toEqual({
    endsAt: '2026-03-20T12:00:00.000Z',
    remindAt: '2026-03-19T12:00:00.000Z',
  });
});

test('remindTrial asks once, and nobody who has paid on', async () => {
  const { subscriptionId, userId } = await onTrial();
  await atOnce(4, () => step('remindTrial', subscriptionId, DAY_BEFORE));
  expect(await templatesOf(books, userId)).toEqual(['trial.started', 'trial.ending']);
  const [row] = await books.sql`
    select key from outbox_messages where user_id = ${userId} and template = 'trial.ending'`;
  expect(row?.['key']).toBe(`sub:${subscriptionId}:p0:convert`);
  const paid = await onTrial();
  await payOn(paid.userId);
  await step('remindTrial', paid.subscriptionId, DAY_BEFORE);
  expect(await templatesOf(books, paid.userId)).not.toContain('trial.ending');
});

test('remindTrial says nothing after the end, and nothing about what does not exist', async () => {
  const { subscriptionId, userId } = await onTrial();
  await step('remindTrial', subscriptionId, END);
  await step('remindTrial', '0195f000-0000-7000-8000-0000000000ff', END);
  expect(await templatesOf(books, userId)).toEqual(['trial.started']);
});

test('endTrial turns a trial that was paid on into an active subscription, at its end and once', async () => {
  const { subscriptionId, userId } = await onTrial();
  await payOn(userId);
  await step('endTrial', subscriptionId, DAY_BEFORE);
  expect((await load(subscriptionId))?.state).toBe('trialing');
  await atOnce(4, () => step('endTrial', subscriptionId, END));
  expect(await load(subscriptionId)).toMatchObject({ state: 'active', periodN: 1 });
  const steps = await auditOf(books, subscriptionId);
  expect(steps.filter((action) => action === 'trial.ended')).toHaveLength(1);
});

test('endTrial leaves a trial that nothing follows to its expiry', async () => {
  const { subscriptionId } = await onTrial();
  await step('endTrial', subscriptionId, END);
  expect((await load(subscriptionId))?.state).toBe('trialing');
  const ended = await asWorkflow(`sub:${subscriptionId}`, () =>
    books.act.expireSubscription({ subscriptionId, asOf: END }),
  );
  expect(ended).toMatchObject({ state: 'expired' });
});
