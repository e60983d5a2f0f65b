import type { WireFact } from '../../src/domain/billing/payment';
import {
  after,
  asWorkflow,
  atOnce,
  balance,
  checkBooks,
  openBooks,
  type Books,
} from './support/books';
import { close, invoiceRow, pending, templatesOf } from './support/orders';
import {
  openItemsOf,
  paidFact,
  paymentRow,
  post,
  rub,
  suspense,
  workflowOf,
} from './support/payments';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** An operator's word about a quarantined payment. */
function repair(fact: WireFact, item: string) {
  return {
    provider: 'mock',
    providerPaymentId: fact.providerPaymentId,
    fact,
    openItemKey: `${workflowOf(fact)}:${item}`,
    operatorId: 'anna',
    reason: 'the customer called us',
    asOf: after(5),
  };
}

type Name =
  | 'creditQuarantined'
  | 'completeQuarantined'
  | 'openRefund'
  | 'refuseRefund'
  | 'writeOffQuarantined';

function decide(name: Name, fact: WireFact, item = 'underpaid') {
  const order = { ...repair(fact, item), refusal: 'too old' };
  return asWorkflow<unknown>(workflowOf(fact), () => books.act[name](order));
}

const book = (fact: WireFact, item = 'underpaid') =>
  asWorkflow(workflowOf(fact), () =>
    books.act.bookRefund({ ...repair(fact, item), providerRef: 'r-1' }),
  );

/** Half of what was ordered, in suspense. */
async function underpaid() {
  const order = await pending(books);
  const fact = paidFact(order, { amount: rub(10_000) });
  await post(books, fact);
  return { order, fact };
}

async function itemState(fact: WireFact): Promise<Record<string, unknown> | undefined> {
  const [row] = await books.sql`
    select state, resolution, resolved_by as "by" from open_items
    where key like ${`${workflowOf(fact)}:%`} order by id limit 1`;
  return row;
}

describe('creditQuarantined', () => {
  test('credits exactly what came, once, however often it is decided', async () => {
    const { order, fact } = await underpaid();
    const before = await suspense(books);
    const answers = await atOnce(4, () => decide('creditQuarantined', fact));
    for (const answer of answers) expect(answer).toMatchObject({ kind: 'done' });
    expect(await balance(books.sql, order.userId)).toBe(100);
    expect(await suspense(books)).toBe(before - 10_000);
    expect(await itemState(fact)).toEqual({
      state: 'resolved',
      resolution: 'credited to the wallet',
      by: 'anna',
    });
    const audit = await books.sql`
      select actor_id, reason from audit_log where action = 'payment.resolved'`;
    expect([...audit]).toEqual([{ actor_id: 'anna', reason: 'the customer called us' }]);
  });

  test('refuses money of nobody and money without a rate', async () => {
    const stray = paidFact(undefined);
    await post(books, stray);
    expect(await decide('creditQuarantined', stray, 'unmatched')).toEqual({
      kind: 'refused',
      reason: 'nobody is known to own it',
    });
    const order = await pending(books);
    const dollars = paidFact(order, { amount: { minor: 500, currency: 'USD', exponent: 2 } });
    await post(books, dollars);
    expect(await decide('creditQuarantined', dollars, 'wrong_currency')).toEqual({
      kind: 'refused',
      reason: 'USD has no top-up rate',
    });
  });
});

describe('completeQuarantined', () => {
  test('completes the order once, and prices its tokens by what was paid', async () => {
    const { order, fact } = await underpaid();
    await atOnce(4, () => decide('completeQuarantined', fact));
    expect(await balance(books.sql, order.userId)).toBe(100);
    expect(await invoiceRow(books, order)).toMatchObject({ state: 'paid', fulfilledAs: 'order' });
    const [lot] = await books.sql`
      select unit_price_minor_num::int as paid, unit_price_minor_den::float8 as tokens
      from lots where invoice_id = ${order.invoiceId}`;
    expect(lot).toEqual({ paid: 10_000, tokens: 200_000_000 });
    expect(await templatesOf(books, order.userId)).toEqual(['pay.quarantine', 'pay.ok.activated']);
  });

  test('completes a closed order, too', async () => {
    const { order, fact } = await underpaid();
    await close(books, order);
    expect(await decide('completeQuarantined', fact)).toMatchObject({ kind: 'done' });
  });

  test('refuses an order that was paid meanwhile, another currency, or no order', async () => {
    const { order, fact } = await underpaid();
    await post(books, paidFact(order));
    expect(await decide('completeQuarantined', fact)).toMatchObject({
      kind: 'refused',
      reason: 'the invoice is paid already',
    });
    const foreign = paidFact(await pending(books), {
      amount: { minor: 20_000, currency: 'EUR', exponent: 2 },
    });
    await post(books, foreign);
    expect(await decide('completeQuarantined', foreign, 'wrong_currency')).toMatchObject({
      reason: 'another currency',
    });
    const stray = paidFact(undefined);
    await post(books, stray);
    expect(await decide('completeQuarantined', stray, 'unmatched')).toMatchObject({
      kind: 'refused',
    });
  });
});

describe('a refund', () => {
  test('is recorded before it is sent, once', async () => {
    const { order, fact } = await underpaid();
    const answers = await atOnce(3, () => decide('openRefund', fact));
    expect(answers).toEqual(
      Array(3).fill({ kind: 'opened', amount: rub(10_000), userId: order.userId }),
    );
    const rows = await books.sql`
      select state, amount_minor::int as minor from refunds where key = ${`${workflowOf(fact)}:refund`}`;
    expect([...rows]).toEqual([{ state: 'sent', minor: 10_000 }]);
  });

  test('is booked on proof, once: suspense is empty of it, payer and item know', async () => {
    const { order, fact } = await underpaid();
    const before = await suspense(books);
    await decide('openRefund', fact);
    await atOnce(3, () => book(fact));
    expect(await suspense(books)).toBe(before - 10_000);
    expect(await paymentRow(books, fact)).toMatchObject({ state: 'refunded', rank: 60 });
    expect(await itemState(fact)).toMatchObject({ state: 'resolved', resolution: 'refunded' });
    expect(await templatesOf(books, order.userId)).toEqual(['pay.quarantine', 'pay.refunded']);
  });

  test('the provider’s own word about it afterwards is no news', async () => {
    const { fact } = await underpaid();
    await decide('openRefund', fact);
    await book(fact);
    await asWorkflow(workflowOf(fact), () =>
      books.act.recordFact({
        provider: 'mock',
        fact: { ...fact, state: 'refunded' },
        evidence: 'asked',
        asOf: after(6),
      }),
    );
    expect(await openItemsOf(books, fact)).toEqual([]);
  });

  test('of money that left suspense meanwhile is refused', async () => {
    const { fact } = await underpaid();
    await decide('creditQuarantined', fact);
    expect(await decide('openRefund', fact)).toEqual({
      kind: 'refused',
      reason: 'its item is closed',
    });
  });

  test('of an amount nobody could read is refused', async () => {
    const fact = paidFact(await pending(books), { amount: undefined });
    await post(books, fact);
    expect(await decide('openRefund', fact, 'wrong_currency')).toEqual({
      kind: 'refused',
      reason: 'no amount of it could be read',
    });
  });

  test('the provider refuses stays visible, once, and the money stays where it is', async () => {
    const { fact } = await underpaid();
    const before = await suspense(books);
    await decide('openRefund', fact);
    await atOnce(3, () => decide('refuseRefund', fact));
    expect(await openItemsOf(books, fact)).toEqual(['refund_stuck', 'underpaid']);
    expect(await suspense(books)).toBe(before);
  });
});

describe('writeOffQuarantined', () => {
  test('closes the item once and leaves the money in suspense', async () => {
    const { fact } = await underpaid();
    const before = await suspense(books);
    await atOnce(3, () => decide('writeOffQuarantined', fact));
    expect(await itemState(fact)).toMatchObject({ state: 'written_off', by: 'anna' });
    expect(await suspense(books)).toBe(before);
    const rows = await books.sql`
      select 1 from audit_log a join open_items i on i.id::text = a.entity_id
      where i.key = ${`${workflowOf(fact)}:underpaid`}`;
    expect(rows).toHaveLength(1);
  });
});
