import { cloudpaymentsProvider } from '../../src/payments/cloudpayments/adapter';
import type { PaymentOrder } from '../../src/payments/provider';
import { orders } from './orders';
import {
  API_SECRET,
  PUBLIC_ID,
  startCloudpaymentsFake,
  type CloudpaymentsFake,
} from './support/cloudpayments-fake';

let fake: CloudpaymentsFake;
const nextOrder = orders({ currency: 'RUB' });

beforeEach(async () => {
  fake = await startCloudpaymentsFake();
});
afterEach(() => fake.stop());

const provider = (changes: { apiSecret?: string; maxPages?: number } = {}) =>
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

const refundOf = (order: PaymentOrder, id: number, minor: number, key: string) => ({
  providerPaymentId: String(id),
  amount: { ...order.amount, minor },
  userId: order.userId,
  key,
});
const minorOf = ({ amount }: PaymentOrder) => amount.minor;
const callsOf = (path: string) => fake.calls.filter((call) => call.path === path);

describe('a charge without the payer', () => {
  const charge = async (changes: { isScheduled?: boolean } = {}) => {
    const first = await opened();
    const { TransactionId: id } = fake.books.pay(first.invoiceNo);
    const saved = await provider().savedMethod?.({ providerPaymentId: String(id) });
    expect(saved).toEqual({
      kind: 'saved',
      method: { token: 'tk_77', label: 'Visa •• 4242', expiresOn: '2028-12-31' },
    });
    const method = { token: 'tk_77', firstChargeId: String(id) };
    return { method, order: nextOrder(), ...changes };
  };
  const made = () => callsOf('/payments/tokens/charge');

  test.each([
    [true, 1],
    [false, 0],
  ])('is begun by us; on a schedule: %s', async (isScheduled, code) => {
    const terms = await charge({ isScheduled });
    const outcome = await provider().chargeSaved?.(terms, 'charge:one');
    expect(outcome).toMatchObject({
      kind: 'paid',
      providerPaymentId: expect.stringMatching(/^\d+$/),
    });
    expect(JSON.parse(made()[0]?.body ?? '')).toMatchObject({
      TrInitiatorCode: 0,
      PaymentScheduled: code,
      AccountId: '77',
      InvoiceId: String(terms.order.invoiceNo),
    });
  });

  test('is made once when its answer was lost and its key is forgotten', async () => {
    const terms = await charge();
    fake.breakAfter('silent_success', 1);
    expect(await provider().chargeSaved?.(terms, 'charge:one')).toMatchObject({ kind: 'unknown' });
    fake.passHours(2);
    expect(await provider().chargeSaved?.(terms, 'charge:one')).toMatchObject({ kind: 'paid' });
    expect(await provider().chargeSaved?.(terms, 'charge:one')).toMatchObject({ kind: 'paid' });
    expect(made()).toHaveLength(1);
  });

  test('is not sent while nobody can say whether it was sent before', async () => {
    const terms = await charge();
    fake.breakNext('error_500', 1);
    expect(await provider().chargeSaved?.(terms, 'charge:one')).toMatchObject({ kind: 'unknown' });
    expect(made()).toHaveLength(0);
  });

  test.each([
    [5051, { isHard: false, code: 'insufficient_funds' }],
    [5005, { isHard: false, code: 'do_not_honor' }],
    [5091, { isHard: false, code: 'issuer_timeout' }],
    [5206, { isHard: false, code: 'authentication_failed', needsUser: true }],
    [5041, { isHard: true, code: 'lost_card' }],
    [5054, { isHard: true, code: 'expired_card' }],
    [5300, { isHard: true, code: 'anti_fraud' }],
    [5034, { isHard: true, code: 'cloudpayments_5034' }],
    [5999, { isHard: false, code: 'cloudpayments_5999' }],
  ])('refused with %s is %j, and stays so', async (reasonCode, decline) => {
    const terms = await charge();
    fake.books.decline(reasonCode);
    const refused = await provider().chargeSaved?.(terms, 'charge:one');
    expect(refused).toMatchObject({ kind: 'refused', ...decline });
    fake.books.decline(0);
    expect(await provider().chargeSaved?.(terms, 'charge:one')).toEqual(refused);
    expect(made()).toHaveLength(1);
  });

  test('that the bank wants to see the payer for is refused, with the way to pay left as it is', async () => {
    const terms = await charge();
    fake.books.challenge();
    expect(await provider().chargeSaved?.(terms, 'charge:one')).toMatchObject({
      kind: 'refused',
      isHard: false,
      code: '3ds_required',
      needsUser: true,
    });
  });

  test('of somebody else’s card is refused', async () => {
    const terms = await charge();
    const foreign = { ...terms, order: { ...terms.order, userId: 78 } };
    expect(await provider().chargeSaved?.(foreign, 'charge:one')).toMatchObject({
      kind: 'refused',
    });
  });

  test('is impossible when the payer’s card was not kept', async () => {
    const order = await opened();
    const { TransactionId: id } = fake.books.pay(order.invoiceNo, { isTokenKept: false });
    const saved = await provider().savedMethod?.({ providerPaymentId: String(id) });
    expect(saved).toEqual({ kind: 'none' });
  });
});

describe('money that goes back', () => {
  test('is sent once when its answer was lost and its key is forgotten', async () => {
    const order = await opened();
    const { TransactionId: id } = fake.books.pay(order.invoiceNo);
    const request = refundOf(order, id, 100, 'refund:one');
    // Two questions, then the refund itself, whose answer is lost.
    fake.breakAfter('silent_success', 2);
    expect(await provider().refund(request)).toMatchObject({ kind: 'unknown' });
    fake.passHours(2);
    expect(await provider().refund(request)).toMatchObject({ kind: 'done' });
    expect(await provider().askRefund(request)).toMatchObject({ kind: 'done' });
    expect(callsOf('/payments/refund')).toHaveLength(1);
  });

  test('twice in equal parts is two refunds, each under its key', async () => {
    const order = await opened();
    const { TransactionId: id } = fake.books.pay(order.invoiceNo);
    for (const key of ['refund:one', 'refund:two', 'refund:one']) {
      expect(await provider().refund(refundOf(order, id, 100, key))).toMatchObject({
        kind: 'done',
      });
    }
    expect(callsOf('/payments/refund')).toHaveLength(2);
    const asked = await provider().ask({ by: 'payment', providerPaymentId: String(id) });
    expect(asked).toMatchObject({
      facts: [{ state: 'partially_refunded', refundedMinor: 200, amount: order.amount }],
    });
  });

  test('by hand in the cabinet is seen, and a refund of the same sum is left to a human', async () => {
    const order = await opened();
    const { TransactionId: id } = fake.books.pay(order.invoiceNo);
    fake.books.refundByHand(id, 1);
    const refused = await provider().refund(refundOf(order, id, 100, 'refund:one'));
    expect(refused).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('same sum') });
    expect(callsOf('/payments/refund')).toHaveLength(0);
  });

  test('wholly already is done', async () => {
    const order = await opened();
    const paid = fake.books.pay(order.invoiceNo);
    fake.books.refundByHand(paid.TransactionId, paid.Amount);
    const whole = refundOf(order, paid.TransactionId, minorOf(order), 'refund:one');
    expect(await provider().refund(whole)).toMatchObject({ kind: 'done' });
    const { invoiceId, invoiceNo } = order;
    expect(await provider().ask({ by: 'order', invoiceId, invoiceNo })).toMatchObject({
      facts: [{ state: 'refunded', providerPaymentId: String(paid.TransactionId) }],
    });
  });

  test('more than was paid is refused', async () => {
    const order = await opened();
    const { TransactionId: id } = fake.books.pay(order.invoiceNo);
    const more = refundOf(order, id, minorOf(order) + 1, 'refund:one');
    expect(await provider().refund(more)).toMatchObject({ kind: 'refused' });
  });

  test('is not looked for without end', async () => {
    const order = await opened();
    const { TransactionId: id } = fake.books.pay(order.invoiceNo);
    fake.books.refundByHand(id, 1);
    for (let n = 0; n < 100; n += 1) fake.books.pay(order.invoiceNo);
    const asked = await provider({ maxPages: 1 }).ask({
      by: 'payment',
      providerPaymentId: String(id),
    });
    expect(asked).toEqual({ kind: 'unknown', reason: 'more than 1 pages of operations' });
  });
});

describe('an order at the gateway', () => {
  test('carries exact decimal text, our references and where the payer lands', async () => {
    const order = nextOrder();
    const minor = 19_990;
    await opened({ ...order, amount: { ...order.amount, minor } });
    const [{ body } = { body: '' }] = callsOf('/orders/create');
    expect(body).toContain('{"Amount":199.90,');
    expect(JSON.parse(body)).toMatchObject({
      Currency: 'RUB',
      Description: order.description,
      InvoiceId: String(order.invoiceNo),
      AccountId: String(order.userId),
      CultureName: 'ru-RU',
      SuccessRedirectUrl: order.returnUrl,
      FailRedirectUrl: order.failUrl,
      JsonData: { invoice_id: order.invoiceId },
    });
  });

  test('carries its fiscal receipt in the words of the cash desk', async () => {
    const order = nextOrder();
    const sumMinor = minorOf(order);
    const line = { quantity: 1, sumMinor, method: 'full_payment', object: 'service' } as const;
    const lines = [{ name: { ru: 'Токены', en: 'Tokens' }, tax: 'vat22', ...line }];
    await opened({ ...order, receipt: { sno: 'usn_income', lines } });
    const amount = sumMinor / 100;
    expect(JSON.parse(callsOf('/orders/create')[0]?.body ?? '')).toMatchObject({
      JsonData: {
        cloudpayments: {
          CustomerReceipt: {
            taxationSystem: 1,
            Items: [
              {
                label: 'Токены',
                price: amount,
                quantity: 1,
                amount,
                vat: 22,
                method: 4,
                object: 4,
              },
            ],
          },
        },
      },
    });
  });

  test('that is cancelled cannot be paid, and money that was held is let go', async () => {
    const order = await opened();
    const { invoiceId, invoiceNo } = order;
    const held = fake.books.pay(invoiceNo, { status: 'Authorized' });
    await provider().cancel({ invoiceId, invoiceNo, providerRef: 'link1' });
    expect(held.Status).toBe('Cancelled');
    expect(() => fake.books.pay(invoiceNo)).toThrow('no link');
  });

  test('is in the statement of its day, also beyond the first page', async () => {
    for (let n = 0; n < 130; n += 1) {
      const order = await opened();
      fake.books.pay(order.invoiceNo);
    }
    const range = { from: '2026-03-09T00:00:00.000Z', to: '2026-03-10T00:00:00.000Z' };
    const listed = await provider().statement?.(range);
    expect(listed?.kind === 'facts' && listed.facts).toHaveLength(130);
  });

  test('wrong credentials are told from a gateway that is ill', async () => {
    expect(await provider({ apiSecret: 'wrong' }).check()).toMatchObject({ kind: 'invalid' });
    fake.breakNext('error_500', 1);
    expect(await provider().check()).toMatchObject({ kind: 'unknown' });
  });
});
