import { issueReceipt, issueRefundReceipt } from '../../activities/billing/receipts';
import { inTransaction } from '../../activities/transactions';
import { refunds } from '../../drizzle/schema';
import type { ReceiptContent } from '../../src/domain/billing/fiscal';
import type { WireFact } from '../../src/domain/billing/payment';
import { createReads } from '../../src/reads/reads';
import { TEST_SECRETS } from '../support/secrets';
import {
  after,
  asWorkflow,
  atOnce,
  checkBooks,
  openBooks,
  SETTINGS,
  type Books,
} from './support/books';
import { close, pending } from './support/orders';
import { paidFact, post, rub, workflowOf } from './support/payments';

let books: Books;
let patient: Books;

beforeAll(async () => {
  [books, patient] = await Promise.all([
    openBooks(),
    openBooks({ partialPayment: 'accumulate', duplicatePayment: 'wallet' }),
  ]);
});
afterEach(async () => {
  await checkBooks(books);
  await checkBooks(patient);
});
afterAll(() => Promise.all([books.close(), patient.close()]));

interface Row {
  readonly id: string;
  readonly paymentId: string;
  readonly no: number;
  readonly userId: number;
  readonly content: ReceiptContent;
}

/** Receipts of a payment, its refunds' after its own. */
async function receiptsOf(of: Books, fact: WireFact): Promise<Row[]> {
  const rows = await of.sql`
    select r.id, r.payment_id as "paymentId", r.no::int as no, r.user_id::int as "userId", r.content
    from receipts r join payments p on p.id = r.payment_id
    where p.provider_payment_id = ${fact.providerPaymentId} order by r.no`;
  return rows as unknown as Row[];
}

function decide(name: 'creditQuarantined' | 'completeQuarantined', fact: WireFact) {
  const openItemKey = `${workflowOf(fact)}:underpaid`;
  const { providerPaymentId } = fact;
  return asWorkflow<unknown>(workflowOf(fact), () =>
    books.act[name]({
      ...{ provider: 'mock', providerPaymentId, fact, openItemKey, asOf: after(5) },
      ...{ operatorId: 'anna', reason: 'the customer called us' },
    }),
  );
}

async function messageParams(of: Books, userId: number): Promise<Record<string, unknown>[]> {
  const rows = await of.sql`
    select params from outbox_messages where user_id = ${userId} and category = 'money' order by id`;
  return rows.map((row) => row['params'] as Record<string, unknown>);
}

describe('a payment has one receipt', () => {
  test('when it fulfils its order, ten times at once and once more', async () => {
    const order = await pending(books);
    const fact = paidFact(order);
    await atOnce(10, () => post(books, fact));
    await post(books, fact);
    const issued = await receiptsOf(books, fact);
    expect(issued).toHaveLength(1);
    expect(issued[0]).toMatchObject({
      userId: order.userId,
      content: {
        ...{ kind: 'payment', provider: 'mock', providerPaymentId: fact.providerPaymentId },
        ...{ invoiceNo: order.no, total: rub(20_000), sno: 'usn_income' },
        lines: [{ name: { ru: 'Пополнение баланса, токены: 200' }, sumMinor: 20_000, tax: 'none' }],
      },
    });
    const [told] = await messageParams(books, order.userId);
    expect(told).toMatchObject({ receiptId: issued[0]?.id, receiptNo: issued[0]?.no });
  });

  test('that is not shown to who came back after an erasure', async () => {
    const order = await pending(books);
    const fact = paidFact(order);
    await post(books, fact);
    const [issued] = await receiptsOf(books, fact);
    const reads = createReads(books.db, TEST_SECRETS);
    expect(await reads.receipt(issued?.id ?? '')).toMatchObject({ no: issued?.no });
    await books.sql`update users set visible_from = ${after(2)} where id = ${order.userId}`;
    expect(await reads.receipt(issued?.id ?? '')).toBeUndefined();
  });

  test('that names the plan', async () => {
    const order = await pending(books, { slug: 'premium' });
    const fact = paidFact(order, { amount: rub(49_900) });
    await post(books, fact);
    const [receipt] = await receiptsOf(books, fact);
    expect(receipt?.content.lines).toMatchObject([
      { name: { en: 'Premium' }, sumMinor: 49_900, method: 'full_payment', object: 'service' },
    ]);
  });

  test('when it is late and honoured, or late and credited', async () => {
    for (const [hours, told] of [
      [71, 'pay.ok.activated'],
      [73, 'pay.late.wallet'],
    ] as const) {
      const order = await pending(books);
      await close(books, order, 'expired');
      const fact = paidFact(order);
      await post(books, fact, { asOf: after(hours) });
      const [receipt] = await receiptsOf(books, fact);
      expect(receipt?.content.total).toEqual(rub(20_000));
      const [message] = await books.sql`
        select params from outbox_messages where user_id = ${order.userId} and template = ${told}`;
      expect(message?.['params']).toMatchObject({ receiptNo: receipt?.no });
    }
  });

  test('when the order was paid already and it became credit', async () => {
    const order = await pending(books);
    const [first, second] = [paidFact(order), paidFact(order)];
    await post(books, first);
    await post(books, second);
    const numbers = [...(await receiptsOf(books, first)), ...(await receiptsOf(books, second))];
    expect(new Set(numbers.map(({ no }) => no)).size).toBe(2);
    expect((await messageParams(books, order.userId)).at(-1)).toMatchObject({
      receiptNo: numbers[1]?.no,
    });
  });

  test('when an operator credits it or lets it complete the order, and none while it waits', async () => {
    for (const name of ['creditQuarantined', 'completeQuarantined'] as const) {
      const order = await pending(books);
      const fact = paidFact(order, { amount: rub(12_345) });
      await post(books, fact);
      expect(await receiptsOf(books, fact)).toEqual([]);
      await decide(name, fact);
      await decide(name, fact);
      const issued = await receiptsOf(books, fact);
      expect(issued.map(({ content }) => content.total)).toEqual([rub(12_345)]);
    }
  });

  test('of its own sum when several make an order whole', async () => {
    const order = await pending(patient);
    const parts = [5_000, 7_000, 8_000].map((minor) => paidFact(order, { amount: rub(minor) }));
    for (const part of parts) await post(patient, part);
    const issued = await Promise.all(parts.map((part) => receiptsOf(patient, part)));
    expect(
      issued.flat().map(({ content }) => [content.total.minor, content.lines[0]?.method]),
    ).toEqual([
      [5_000, 'prepayment'],
      [7_000, 'prepayment'],
      [8_000, 'full_payment'],
    ]);
  });
});

describe('a refund', () => {
  async function refundOf(paymentId: string, amountMinor: number, key: string): Promise<string> {
    const [row] = await books.db
      .insert(refunds)
      .values({
        key,
        paymentId,
        amountMinor,
        state: 'done',
        policy: 'unspent_only',
        reason: 'test',
      })
      .returning({ id: refunds.id });
    return row?.id ?? '';
  }

  const issue = (refundId: string) =>
    inTransaction(books.db, (tx) => issueRefundReceipt(tx, { refundId, asOf: new Date(after(9)) }));

  test('has one receipt of its own, beside that of the payment', async () => {
    const fact = paidFact(await pending(books));
    await post(books, fact);
    const [paid] = await receiptsOf(books, fact);
    const refundId = await refundOf(paid?.paymentId ?? '', 7_001, 'refund:1');
    const first = await issue(refundId);
    expect(await issue(refundId)).toEqual(first);
    const [, returned, ...others] = await receiptsOf(books, fact);
    expect(others).toEqual([]);
    expect(returned).toMatchObject({
      no: first?.receiptNo,
      content: { kind: 'refund', total: rub(7_001), lines: [{ sumMinor: 7_001 }] },
    });
    const second = await issue(await refundOf(paid?.paymentId ?? '', 1, 'refund:2'));
    expect(second?.receiptNo).not.toBe(first?.receiptNo);
  });

  test('of money that never had a receipt has none', async () => {
    const fact = paidFact(undefined);
    await post(books, fact);
    const [payment] = await books.sql`
      select id from payments where provider_payment_id = ${fact.providerPaymentId}`;
    expect(await issue(await refundOf(String(payment?.['id']), 100, 'refund:3'))).toBeUndefined();
  });
});

test('a receipt is never rewritten', async () => {
  const fact = paidFact(await pending(books));
  await post(books, fact);
  const [receipt] = await receiptsOf(books, fact);
  const change = books.sql`update receipts set no = no + 1 where id = ${receipt?.id ?? ''}`;
  await expect(change).rejects.toThrow();
  const paid = {
    ...{ paymentId: receipt?.paymentId ?? '', userId: 1, total: rub(1), settings: SETTINGS },
    ...{ sold: { kind: 'tokens', tokensUtok: 1 } as const, asOf: new Date(after(2)) },
  };
  const again = await inTransaction(books.db, (tx) => issueReceipt(tx, paid));
  expect(again.receiptNo).toBe(receipt?.no);
});
