import { startPaypalBench } from './support/paypal-bench';
import type { PaypalBench } from './support/paypal-bench';

let bench: PaypalBench;
beforeAll(async () => {
  bench = await startPaypalBench();
});
afterAll(() => bench.paypal.stop());

const told = async (type: string, resource: unknown) =>
  bench.provider.verify(bench.paypal.event(type, resource));

test('an approved order is a reason to ask about it, which captures it', async () => {
  const terms = bench.order();
  const { invoiceId, invoiceNo } = terms;
  await bench.open(terms);
  const order = bench.paypal.book.shownOrder(bench.paypal.approve(invoiceNo));
  expect(await told('CHECKOUT.ORDER.APPROVED', order)).toMatchObject({
    ...{ verified: 'other', about: { invoiceId, invoiceNo }, answer: { status: 200 } },
  });
  expect(await bench.ask(terms)).toMatchObject({ facts: [{ state: 'paid', invoiceId }] });
});

test.each([
  ['COMPLETED', 'COMPLETED', 'paid'],
  ['PENDING', 'PENDING', 'pending'],
  ['DECLINED', 'DECLINED', 'failed'],
  ['DENIED', 'DECLINED', 'failed'],
])('a capture that is %s is named by its own id', async (type, status, state) => {
  const terms = bench.order();
  const { invoiceId, invoiceNo, amount } = terms;
  const capture = { ...(await bench.paid(terms)), status };
  expect(await told(`PAYMENT.CAPTURE.${type}`, capture)).toMatchObject({
    ...{ verified: 'yes', providerPaymentId: capture.id },
    fact: { state, amount, invoiceId, invoiceNo, userId: 77 },
  });
});

test.each(['REFUNDED', 'REVERSED'])(
  'money that is %s names its capture in a link',
  async (type) => {
    const terms = bench.order();
    const { id: providerPaymentId } = await bench.paid(terms);
    const amount = { ...terms.amount, minor: 100 };
    const key = `refund:${providerPaymentId}`;
    await bench.provider.refund({ providerPaymentId, amount, userId: 77, key });
    const [refund] = bench.paypal.book.refundsOf(providerPaymentId);
    const verdict = await told(`PAYMENT.CAPTURE.${type}`, refund);
    // The refund carries a key of ours where an order carries its references: it is not taken for one.
    const fact = { state: 'paid', invoiceNo: terms.invoiceNo, invoiceId: undefined };
    expect(verdict).toMatchObject({ verified: 'yes', providerPaymentId, fact });
  },
);

test('a reversal that comes as the capture itself is understood as well', async () => {
  const capture = { ...(await bench.paid(bench.order())), status: 'REFUNDED' };
  expect(await told('PAYMENT.CAPTURE.REVERSED', capture)).toMatchObject({
    ...{ providerPaymentId: capture.id, fact: { state: 'refunded' } },
  });
});

test.each([
  ['CREATED', 'OPEN', undefined, 'disputed', 'opened'],
  ['UPDATED', 'UNDER_REVIEW', undefined, 'disputed', 'opened'],
  ['RESOLVED', 'RESOLVED', 'RESOLVED_BUYER_FAVOUR', 'disputed', 'lost'],
  ['RESOLVED', 'RESOLVED', 'RESOLVED_SELLER_FAVOUR', 'paid', 'won'],
])('a dispute that is %s names its capture', async (type, status, outcome, state, stage) => {
  const capture = await bench.paid(bench.order());
  const dispute = bench.paypal.dispute(capture);
  const ended = outcome ? { dispute_outcome: { outcome_code: outcome } } : {};
  expect(await told(`CUSTOMER.DISPUTE.${type}`, { ...dispute, status, ...ended })).toMatchObject({
    ...{ verified: 'yes', providerPaymentId: capture.id },
    fact: { state, dispute: { ref: dispute.dispute_id, stage } },
  });
});

test.each([
  ['of another kind', 'BILLING.PLAN.CREATED', { id: 'P-1' }],
  ['about a capture that cannot be read', 'PAYMENT.CAPTURE.COMPLETED', { id: 'X', amount: 1 }],
  ['about a capture in a new state', 'PAYMENT.CAPTURE.COMPLETED', { id: 'X', status: 'NEW' }],
  ['about a dispute without a transaction', 'CUSTOMER.DISPUTE.CREATED', { dispute_id: 'D' }],
  ['without anything inside', 'PAYMENT.CAPTURE.REFUNDED', undefined],
])('what is %s is acknowledged and changes nothing', async (_, type, resource) => {
  expect(await told(type, resource)).toMatchObject({ verified: 'other', answer: { status: 200 } });
});

test('a forgery lets the order it claims be asked about', async () => {
  const event = bench.paypal.event('PAYMENT.CAPTURE.COMPLETED', { invoice_id: '1007' });
  const headers = { ...event.headers, 'paypal-transmission-sig': 'AAAA' };
  expect(await bench.provider.verify({ ...event, headers })).toMatchObject({
    ...{ verified: 'no', claimedInvoiceNo: 1007 },
  });
});
