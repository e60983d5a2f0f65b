import { createHmac } from 'node:crypto';
import { cloudpaymentsProvider } from '../../src/payments/cloudpayments/adapter';
import type { Notification } from '../../src/payments/notification';
import type { PaymentOrder } from '../../src/payments/provider';
import { orders } from './orders';
import {
  API_SECRET,
  PUBLIC_ID,
  startCloudpaymentsFake,
  type CloudpaymentsFake,
} from './support/cloudpayments-fake';
import { hmac, notice, noticeFields, refundFields } from './support/cloudpayments-notices';

let fake: CloudpaymentsFake;
const nextOrder = orders({ currency: 'RUB' });

beforeEach(async () => {
  fake = await startCloudpaymentsFake();
});
afterEach(() => fake.stop());

const provider = (changes: { apiSecret?: string } = {}) =>
  cloudpaymentsProvider({
    publicId: PUBLIC_ID,
    apiSecret: API_SECRET,
    baseUrl: fake.url,
    timeoutMs: 900,
    ...changes,
  });

async function opened(order: PaymentOrder = nextOrder()): Promise<PaymentOrder> {
  const created = await provider().createPayment(order, `create:${order.invoiceId}`);
  expect(created).toMatchObject({ kind: 'created', providerRef: expect.stringMatching(/^link/) });
  return order;
}

describe('a notice is proved by its bytes', () => {
  const WORKED = 'TransactionId=1&Amount=200.00&Currency=RUB';
  const PROOF = 'puY/Jc3HzAZUpqqZgBWUgmjEIFUxYUePzndm3CCLnZA=';
  const worked = (headers: Notification['headers'], body = WORKED): Notification => ({
    ...notice('cancel', {}),
    rawBody: Buffer.from(body),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });

  test.each(['content-hmac', 'x-content-hmac'])('the worked example by %s', async (header) => {
    const verdict = await provider().verify(worked({ [header]: PROOF }));
    expect(verdict).toMatchObject({
      verified: 'yes',
      providerPaymentId: '1',
      fact: { amount: { minor: 20_000, currency: 'RUB', exponent: 2 } },
    });
  });

  test.each([
    ['no header', {}],
    ['an empty header', { 'content-hmac': '' }],
    ['a header twice', { 'content-hmac': [PROOF, PROOF] }],
    ['the proof of another secret', { 'content-hmac': otherProof() }],
  ])('%s proves nothing', async (_name, headers) => {
    expect(await provider().verify(worked(headers))).toMatchObject({ verified: 'no' });
  });

  test('without a secret everything is refused', async () => {
    const proof = createHmac('sha256', '').update(WORKED).digest('base64');
    const verdict = await provider({ apiSecret: '' }).verify(worked({ 'content-hmac': proof }));
    expect(verdict).toMatchObject({ verified: 'no' });
  });

  test('a body that only reads like the proved one after its escapes are resolved is refused', async () => {
    const genuine = 'TransactionId=1&Description=a%26Amount%3D9&Amount=200.00&Currency=RUB';
    const forged = 'TransactionId=1&Description=a&Amount=9&Amount=200.00&Currency=RUB';
    const proof = hmac(decodeURIComponent(genuine));
    for (const body of [genuine, forged]) {
      const verdict = await provider().verify(worked({ 'x-content-hmac': proof }, body));
      expect(verdict.verified).not.toBe('yes');
    }
    const sent = await provider().verify(worked({ 'content-hmac': hmac(genuine) }, genuine));
    expect(sent).toMatchObject({ verified: 'yes', fact: { amount: { minor: 20_000 } } });
  });

  test('a forgery names the order it claims to be about', async () => {
    const fields = { TransactionId: '1', InvoiceId: '1001' };
    const forged = { ...notice('pay', fields), headers: {} };
    expect(await provider().verify(forged)).toMatchObject({
      verified: 'no',
      claimedInvoiceNo: 1001,
    });
  });

  function otherProof(): string {
    return createHmac('sha256', 'another').update(WORKED).digest('base64');
  }
});

describe('each kind of notice is read by the address it came to', () => {
  test.each(['form', 'json'] as const)('a payment as %s', async (format) => {
    const order = await opened();
    const paid = fake.books.pay(order.invoiceNo);
    const verdict = await provider().verify(notice('pay', noticeFields(paid), format));
    expect(verdict).toMatchObject({
      verified: 'yes',
      fact: {
        state: 'paid',
        amount: order.amount,
        invoiceNo: order.invoiceNo,
        invoiceId: order.invoiceId,
        userId: order.userId,
        paidAt: '2026-03-09T11:12:54.000Z',
      },
    });
    expect(provider().answer(verdict.verified === 'yes' ? verdict.fact : never())).toEqual({
      status: 200,
      contentType: 'application/json',
      body: '{"code":0}',
    });
  });

  test('money that is only held is not paid', async () => {
    const order = await opened();
    const held = fake.books.pay(order.invoiceNo, { status: 'Authorized' });
    const verdict = await provider().verify(notice('pay', noticeFields(held)));
    expect(verdict).toMatchObject({ verified: 'yes', fact: { state: 'authorised' } });
  });

  test('a refusal brings its reason', async () => {
    const order = await opened();
    const declined = fake.books.pay(order.invoiceNo, { status: 'Declined', reasonCode: 5051 });
    const verdict = await provider().verify(notice('fail', noticeFields(declined)));
    const decline = { code: 'insufficient_funds', isHard: false };
    expect(verdict).toMatchObject({ verified: 'yes', fact: { state: 'failed', decline } });
  });

  test('a refund is about the payment it gives back', async () => {
    const order = await opened();
    const paid = fake.books.pay(order.invoiceNo);
    const refund = fake.books.refundByHand(paid.TransactionId, 1.5);
    const verdict = await provider().verify(notice('refund', refundFields(refund)));
    expect(verdict).toMatchObject({
      verified: 'yes',
      providerPaymentId: String(paid.TransactionId),
      fact: { state: 'partially_refunded', amount: undefined },
    });
  });

  test('a refusal sent to the address of payments pays nothing', async () => {
    const order = await opened();
    const declined = fake.books.pay(order.invoiceNo, { status: 'Declined', reasonCode: 5051 });
    const misled = notice('pay', noticeFields(declined));
    expect(await provider().verify(misled)).toMatchObject({ verified: 'malformed' });
  });

  test.each(['', 'type=gold', 'type=pay&type=fail'])(
    'the address ?%s names no kind',
    async (query) => {
      const verdict = await provider().verify({ ...notice('pay', { TransactionId: '1' }), query });
      expect(verdict).toMatchObject({ verified: 'malformed' });
    },
  );

  test('a schedule of theirs is none of ours', async () => {
    const verdict = await provider().verify(notice('recurrent', { Id: 'sc_1', Status: 'Active' }));
    expect(verdict).toMatchObject({ verified: 'other', answer: { body: '{"code":0}' } });
  });
});

describe('the gateway asks whether an order may be paid', () => {
  test.each([
    ['ok', 0],
    ['unknown_order', 10],
    ['foreign_order', 11],
    ['other_amount', 12],
    ['closed_order', 13],
    ['quote_expired', 20],
  ] as const)('%s is code %s', async (permission, code) => {
    const order = await opened();
    const verdict = await provider().verify(
      notice('check', noticeFields(fake.books.pay(order.invoiceNo))),
    );
    expect(verdict).toMatchObject({
      verified: 'question',
      order: { invoiceNo: order.invoiceNo, userId: order.userId, amount: order.amount },
    });
    if (verdict.verified !== 'question') return;
    expect(verdict.reply(permission).body).toBe(`{"code":${code}}`);
  });

  test('a number that is not ours is refused at once', async () => {
    const verdict = await provider().verify(notice('check', { InvoiceId: 'not a number' }));
    expect(verdict).toMatchObject({ verified: 'other', answer: { body: '{"code":10}' } });
  });
});

function never(): never {
  throw new Error('the notice was not proved');
}
