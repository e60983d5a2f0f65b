import { newCode, slotsOf } from '../support/campaigns';
import {
  atOnce,
  balance,
  checkBooks,
  openBooks,
  asWorkflow,
  after,
  type Books,
} from './support/books';
import { auditOf, invoiceRow, templatesOf } from './support/orders';
import { openItemsOf, paymentRow } from './support/payments';
import {
  ledgerChanges,
  refund,
  refunding,
  refundOf,
  refundRow,
  sell,
  subscriptionOf,
  wishFor,
} from './support/refunds';
import { spend, transfer } from './support/transfers';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

async function heldOf(userId: number): Promise<number> {
  const [row] =
    await books.sql`select held::float8 as held from accounts where user_id = ${userId}`;
  return Number(row?.['held']) / 1_000_000;
}

describe('previewRefund', () => {
  test('plans and writes nothing', async () => {
    const sold = await sell(books);
    const preview = await asWorkflow('refund:x:1', () =>
      refunding(books).previewRefund(wishFor(sold)),
    );
    expect(preview).toMatchObject({
      kind: 'proposed',
      approvals: 0,
      plan: { paidMinor: 20_000, refundMinor: 10_000, spentUtok: 100_000_000 },
    });
    expect(await refundRow(books, sold)).toEqual({});
  });

  test('is refused to anybody but the payer', async () => {
    const sold = await sell(books);
    const wish = wishFor(sold, { origin: 'user', requestedBy: { kind: 'user', id: '7' } });
    const refused = await asWorkflow('refund:x:2', () => refunding(books).previewRefund(wish));
    expect(refused).toEqual({ kind: 'refused', reason: 'not_yours', mostMinor: 0 });
  });

  test('of a payment that nothing was given for is refused', async () => {
    const sold = await sell(books);
    await books.sql`
      update payments set outcome = '{"kind":"superseded","state":"refunded"}' where id = ${sold.paymentId}`;
    const refused = await asWorkflow('refund:x:3', () =>
      refunding(books).previewRefund(wishFor(sold)),
    );
    expect(refused).toMatchObject({ reason: 'never_granted' });
  });

  test('lets people choose no policy', async () => {
    const sold = await sell(books);
    const requestedBy = { kind: 'user', id: String(sold.userId) } as const;
    const wish = wishFor(sold, { origin: 'user', requestedBy, policy: 'goodwill' });
    const preview = await asWorkflow('refund:x:4', () => refunding(books).previewRefund(wish));
    expect(preview).toMatchObject({ plan: { policy: 'unspent_only', refundMinor: 10_000 } });
  });
});

describe('proposeRefund', () => {
  test('records the plan once, whoever repeats it', async () => {
    const sold = await sell(books);
    const answers = await atOnce(4, () => refundOf(books, sold).propose());
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await refundRow(books, sold)).toEqual({
      state: 'proposed',
      minor: 10_000,
      policy: 'unspent_only',
      ref: null,
      by: 'operator:anna',
    });
  });

  test('asks operators above the limit and after the term', async () => {
    const sold = await sell(books);
    const requestedBy = { kind: 'user', id: String(sold.userId) } as const;
    const late = refundOf(books, sold, { origin: 'user', requestedBy, asOf: after(24 * 20) });
    expect(await late.propose()).toMatchObject({ approvals: 1 });
    expect(await templatesOf(books, sold.userId)).toEqual([
      'pay.ok.activated',
      'refund.considered',
    ]);
  });
});

describe('freezeRefund', () => {
  test('holds exactly the tokens of the order, once an attempt', async () => {
    const sold = await sell(books);
    const steps = refundOf(books, sold);
    await steps.propose();
    await atOnce(4, () => steps.freeze());
    expect(await heldOf(sold.userId)).toBe(100);
    expect(await refundRow(books, sold)).toMatchObject({ state: 'frozen' });
  });

  test('gives less when tokens were spent since the plan, and nothing when all were', async () => {
    const sold = await sell(books);
    const steps = refundOf(books, sold);
    await steps.propose();
    await transfer(books, spend(sold.userId, 40));
    expect(await steps.freeze()).toMatchObject({ kind: 'frozen', plan: { refundMinor: 6_000 } });
    const other = await sell(books);
    const late = refundOf(books, other);
    await late.propose();
    await transfer(books, spend(other.userId, 100));
    expect(await late.freeze()).toEqual({ kind: 'refused', reason: 'nothing_unspent' });
    expect(await refundRow(books, other)).toMatchObject({ state: 'refused' });
  });

  test('lets two refunds of one payment never exceed it', async () => {
    const sold = await sell(books);
    const refunds = ['1', '2', '3'].map((n) =>
      refundOf(books, sold, { n, policy: 'full_with_debt', amountMinor: 15_000 }),
    );
    for (const steps of refunds) await steps.propose();
    const frozen = await Promise.all(refunds.map((steps) => steps.freeze()));
    const amounts = frozen.map((each) => (each.kind === 'frozen' ? each.plan.refundMinor : 0));
    expect(amounts.sort()).toEqual([0, 15_000, 5_000].sort());
    for (const [index, steps] of refunds.entries()) {
      if (frozen[index]?.kind === 'frozen') await steps.book();
    }
    expect(await balance(books.sql, sold.userId)).toBe(-100);
    expect(await paymentRow(books, sold.fact)).toMatchObject({ state: 'refunded', rank: 60 });
  });
});

describe('settleRefund', () => {
  test('books money and tokens back, once', async () => {
    const changes = await ledgerChanges(books);
    const sold = await sell(books);
    await transfer(books, spend(sold.userId, 60));
    const steps = refundOf(books, sold);
    await steps.propose();
    await steps.freeze();
    await steps.sent();
    await atOnce(4, () => steps.book());
    expect(await changes()).toEqual({
      'clearing:mock:RUB': -16_000,
      'sys:deferred:RUB': 16_000,
      'sys:fees:TOK': 100_000_000,
      'sys:issuance:TOK': -160_000_000,
      'sys:spend:TOK': 60_000_000,
    });
    expect(await balance(books.sql, sold.userId)).toBe(0);
    expect(await heldOf(sold.userId)).toBe(0);
    expect(await refundRow(books, sold)).toMatchObject({ state: 'done', minor: 4_000, ref: 'r-1' });
    expect(await paymentRow(books, sold.fact)).toMatchObject({ state: 'partially_refunded' });
    expect(await invoiceRow(books, sold)).toMatchObject({ state: 'partially_refunded' });
    expect(
      (await templatesOf(books, sold.userId)).filter((each) => each === 'refund.done'),
    ).toHaveLength(1);
  });

  test('ends the period that the order started when nothing of it stays', async () => {
    const sold = await sell(books);
    const booked = await refund(books, sold, { policy: 'full_with_debt' });
    expect(await balance(books.sql, sold.userId)).toBe(-100);
    expect(await subscriptionOf(books, sold.userId)).toMatchObject({
      id: booked.subscriptionId,
      state: 'ended',
      access: 'none',
      endsAt: new Date(after(2)),
    });
    expect(await invoiceRow(books, sold)).toMatchObject({ state: 'refunded' });
    expect(await auditOf(books, String(booked.subscriptionId))).toEqual([
      'subscription.started',
      'subscription.ended',
    ]);
  });

  test('leaves tokens and period to goodwill', async () => {
    const sold = await sell(books);
    await refund(books, sold, { policy: 'goodwill' });
    expect(await balance(books.sql, sold.userId)).toBe(100);
    expect(await subscriptionOf(books, sold.userId)).toMatchObject({ state: 'active' });
    expect(await paymentRow(books, sold.fact)).toMatchObject({ state: 'refunded' });
  });

  test('shows what lies below the floor as uncollected', async () => {
    const sold = await sell(books, { amountMinor: 300_000 });
    await transfer(books, spend(sold.userId, 2_900));
    const steps = refundOf(books, sold, { policy: 'full_with_debt' });
    expect(await steps.propose()).toMatchObject({ plan: { debtUtok: 1_000_000_000 } });
    await steps.freeze();
    // More post-paid work after the money was sent leaves no room for the debt.
    await transfer(books, spend(sold.userId, 400, { lowestUtok: -1_000_000_000 }));
    await steps.book();
    expect(await balance(books.sql, sold.userId)).toBe(-1_000);
    expect(await openItemsOf(books, sold.fact)).toEqual(['uncollected']);
  });

  test('takes only its own period out of a longer subscription', async () => {
    const userId = await books.newUser();
    const first = await sell(books, { userId, slug: 'access-30' });
    const second = await sell(books, { userId, slug: 'access-30' });
    const before = await subscriptionOf(books, userId);
    expect(before).toMatchObject({ n: 1 });
    await refund(books, second);
    expect(await subscriptionOf(books, userId)).toMatchObject({ state: 'active', n: 0 });
    const third = await sell(books, { userId, slug: 'access-30' });
    expect(await subscriptionOf(books, userId)).toEqual(before);
    await refund(books, first, { policy: 'full_with_debt' });
    const [row] = await books.sql`
      select state, period_end as "endsAt" from subscriptions where user_id = ${userId}`;
    expect(row?.['state']).toBe('active');
    expect((row?.['endsAt'] as Date).getTime()).toBeLessThan((before['endsAt'] as Date).getTime());
    await refund(books, third, { policy: 'full_with_debt' });
    expect(await subscriptionOf(books, userId)).toMatchObject({ state: 'active' });
  });
});

describe('the promo code of an order', () => {
  const code = (name: string) =>
    newCode(books.sql, { code: name, kind: 'bonus_tokens', value: 50_000_000, budget: 5 });
  const uses = async (name: string) => (await slotsOf(books.sql, name)).used;

  test('is used up after a part, free again after the whole, and its bonus goes with the money', async () => {
    await code('BACK');
    const sold = await sell(books, { promo: 'BACK', slug: 'standard' });
    expect(await balance(books.sql, sold.userId)).toBe(100);
    await refund(books, sold, { amountMinor: 12_450 });
    expect(await uses('BACK')).toBe(1);
    expect(await balance(books.sql, sold.userId)).toBe(50);
    const changes = await ledgerChanges(books);
    await refund(books, sold, { n: '2' });
    expect(await uses('BACK')).toBe(0);
    expect(await balance(books.sql, sold.userId)).toBe(0);
    expect(await changes()).toEqual({
      'clearing:mock:RUB': 12_450,
      'sys:deferred:RUB': -12_450,
      'sys:issuance:TOK': 25_000_000,
      'sys:promo:TOK': 25_000_000,
    });
  });
});

describe('releaseRefund', () => {
  test('frees the tokens and shows the refusal, and the next attempt freezes them again', async () => {
    const sold = await sell(books);
    const steps = refundOf(books, sold);
    await steps.propose();
    await steps.freeze();
    await atOnce(3, () => steps.refuse());
    expect(await heldOf(sold.userId)).toBe(0);
    expect(await openItemsOf(books, sold.fact)).toEqual(['refund_stuck']);
    expect(await steps.freeze(2)).toMatchObject({ kind: 'frozen' });
    await steps.book();
    expect(await openItemsOf(books, sold.fact)).toEqual([]);
    expect(await balance(books.sql, sold.userId)).toBe(0);
  });
});

describe('abandonRefund', () => {
  test('ends it once, with its tokens free and its owner told', async () => {
    const sold = await sell(books);
    const steps = refundOf(books, sold);
    await steps.propose();
    await steps.freeze();
    await steps.refuse();
    await atOnce(3, () => steps.abandon());
    expect(await refundRow(books, sold)).toMatchObject({ state: 'refused' });
    expect(await openItemsOf(books, sold.fact)).toEqual([]);
    expect(
      (await templatesOf(books, sold.userId)).filter((each) => each === 'refund.declined'),
    ).toHaveLength(1);
    expect(await balance(books.sql, sold.userId)).toBe(100);
  });
});
