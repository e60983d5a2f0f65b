import {
  after,
  asWorkflow,
  checkBooks,
  openBooks,
  SETTINGS,
  type Activities,
  type Books,
} from './support/books';
import { pending, templatesOf } from './support/orders';
import { openItemsOf, paidFact, post, suspense, workflowOf } from './support/payments';
import {
  cardSubscriber,
  END_HOURS,
  moneyOf,
  PRICE,
  renewalSteps,
  subscriptionRow,
  testBank,
  triesOf,
  type Subscriber,
  type TestBank,
} from './support/renewals';

let books: Books;
let bank: TestBank;
let act: Activities;
const { next, take, send, cancel } = renewalSteps(() => act);

beforeAll(async () => {
  books = await openBooks();
});
beforeEach(() => {
  bank = testBank();
  act = books.activities({ providers: new Map([['mock', bank.provider]]) });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** Somebody whose period has ended and whose charge is ordered. */
async function ordered(): Promise<Subscriber> {
  const who = await cardSubscriber(books, act);
  await take(who, 'renew:0');
  return who;
}

describe('the money of a renewal', () => {
  test('begins the next period at the old end, once', async () => {
    const who = await ordered();
    await send(who);
    const fact = await moneyOf(books, who);
    const first = await post(books, fact, { asOf: after(END_HOURS + 3) });
    expect(first).toMatchObject({ kind: 'fulfilled', isRenewal: true });
    expect(await post(books, fact, { asOf: after(END_HOURS + 4) })).toEqual(first);
    expect(await subscriptionRow(books, who)).toMatchObject({ state: 'active', n: 1 });
    const periods = await books.sql`
      select n, paid_by, starts_at from subscription_periods
      where subscription_id = ${who.subscriptionId} order by n`;
    expect(periods).toMatchObject([
      { n: 0, paid_by: 'invoice' },
      { n: 1, paid_by: 'saved_method', starts_at: new Date(after(END_HOURS)) },
    ]);
    expect(await triesOf(books, who)).toEqual(['succeeded']);
    expect(await templatesOf(books, who.userId)).toContain('sub.paid');
  });

  test('that comes after a refusal is the period all the same, and visible', async () => {
    const who = await ordered();
    const fact = await moneyOf(books, who);
    bank.charge = { kind: 'refused', code: 'insufficient_funds', isHard: false };
    await send(who);
    const outcome = await post(books, fact, { asOf: after(END_HOURS + 3) });
    expect(outcome).toMatchObject({ kind: 'fulfilled', isLate: true });
    expect(await openItemsOf(books, fact)).toEqual(['late_credit']);
    expect(await subscriptionRow(books, who)).toMatchObject({ state: 'active', n: 1 });
  });

  test('T-P2 for a period that was paid otherwise becomes credit, with a note', async () => {
    const who = await ordered();
    await send(who);
    const fact = await moneyOf(books, who);
    const other = await pending(books, {
      userId: who.userId,
      slug: 'access-30',
      asOf: after(END_HOURS),
    });
    await post(books, paidFact(other, { amount: PRICE }), { asOf: after(END_HOURS + 1) });
    expect(await subscriptionRow(books, who)).toMatchObject({ state: 'active', n: 1 });
    const outcome = await post(books, fact, { asOf: after(END_HOURS + 3) });
    expect(outcome).toMatchObject({ kind: 'fulfilled', as: 'wallet_credit' });
    expect(await openItemsOf(books, fact)).toEqual(['duplicate_paid']);
    expect(await subscriptionRow(books, who)).toMatchObject({ n: 1 });
    expect(await triesOf(books, who)).toEqual(['succeeded']);
  });

  test('of a subscription that is over becomes credit', async () => {
    const who = await ordered();
    await send(who);
    const fact = await moneyOf(books, who);
    await books.sql`update subscriptions set state = 'ended', access = 'none'
      where id = ${who.subscriptionId}`;
    expect(await next(who)).toMatchObject({ kind: 'ask' });
    const outcome = await post(books, fact, { asOf: after(END_HOURS + 3) });
    expect(outcome).toMatchObject({ as: 'wallet_credit' });
    expect(await openItemsOf(books, fact)).toEqual(['late_credit']);
  });

  test('that was in flight when its owner cancelled waits to go back, and the access ends', async () => {
    const who = await ordered();
    await send(who);
    expect(await cancel(who)).toMatchObject({ effect: 'waits_for_charge' });
    const before = await suspense(books);
    const outcome = await post(books, await moneyOf(books, who), { asOf: after(END_HOURS + 3) });
    expect(outcome).toMatchObject({ kind: 'duplicate', policy: 'refund' });
    expect((await suspense(books)) - before).toBe(PRICE.minor);
    expect(await subscriptionRow(books, who)).toMatchObject({ state: 'expired', access: 'none' });
    expect(await templatesOf(books, who.userId)).toContain('sub.cancelled_refund');
  });

  test('is kept by the setting until the end of what it paid', async () => {
    const who = await ordered();
    await send(who);
    await cancel(who);
    const keeping = books.activities({
      settings: { ...SETTINGS, dunningCancelInflight: 'keep' },
    });
    const fact = await moneyOf(books, who);
    const asOf = after(END_HOURS + 3);
    const outcome = await asWorkflow(workflowOf(fact), () =>
      keeping.postPayment({ provider: 'mock', fact, evidence: 'asked', asOf }),
    );
    expect(outcome).toMatchObject({ kind: 'fulfilled' });
    expect(await subscriptionRow(books, who)).toMatchObject({ state: 'cancelling', n: 1 });
    expect(await next(who, END_HOURS + 3)).toMatchObject({ kind: 'expire' });
  });
});
