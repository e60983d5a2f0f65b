import type { PaymentOrder } from '../../src/payments/provider';
import { yookassaProvider } from '../../src/payments/yookassa/yookassa';
import { orders } from './orders';
import { SECRET_KEY, SHOP_ID, startYookassaFake } from './support/yookassa-fake';
import type { YookassaFake } from './support/yookassa-fake';

let fake: YookassaFake;
const order = orders({ currency: 'RUB' });

beforeEach(async () => {
  fake = await startYookassaFake();
});
afterEach(() => fake.stop());

const provider = (change: { secretKey?: string } = {}) =>
  yookassaProvider({
    ...{ shopId: SHOP_ID, secretKey: SECRET_KEY, baseUrl: fake.url, timeoutMs: 1_000 },
    ...change,
  });

async function open(terms: PaymentOrder): Promise<string> {
  const created = await provider().createPayment(terms, `create:${terms.invoiceId}`);
  if (created.kind !== 'created') throw new Error(created.reason);
  return created.providerRef ?? '';
}

async function saved(): Promise<string> {
  const paymentId = await open({ ...order(), savesMethod: true });
  fake.pay(paymentId);
  const outcome = await provider().savedMethod?.({ providerPaymentId: paymentId });
  return outcome?.kind === 'saved' ? outcome.method.token : '';
}

describe('saved methods', () => {
  test('a card is kept with its mask and its last day, and only when it was saved', async () => {
    const paymentId = await open({ ...order(), savesMethod: true });
    fake.pay(paymentId);
    expect(await provider().savedMethod?.({ providerPaymentId: paymentId })).toMatchObject({
      kind: 'saved',
      method: { label: 'MasterCard •• 4444', expiresOn: '2028-02-29' },
    });
    const unsaved = await open(order());
    fake.pay(unsaved);
    expect(await provider().savedMethod?.({ providerPaymentId: unsaved })).toEqual({
      kind: 'none',
    });
  });

  test.each([
    ['card_expired', { isHard: true }],
    ['3d_secure_failed', { isHard: false, needsUser: true }],
    ['insufficient_funds', { isHard: false }],
  ])('a charge declined with %s is refused in its class', async (code, kind) => {
    const token = await saved();
    fake.declineWith(code);
    const charge = { method: { token, firstChargeId: undefined }, order: order() };
    expect(await provider().chargeSaved?.(charge, 'charge:1')).toEqual({
      kind: 'refused',
      code,
      ...kind,
    });
  });

  test('a charge that waits is sent, and asking tells its end', async () => {
    const token = await saved();
    fake.holdCharges(true);
    const charge = { method: { token, firstChargeId: undefined }, order: order() };
    const sent = await provider().chargeSaved?.(charge, 'charge:1');
    const providerPaymentId = fake.payments[0]?.id ?? '';
    expect(sent).toEqual({ kind: 'sent', providerPaymentId });
    fake.settle(providerPaymentId);
    expect(await provider().ask({ by: 'payment', providerPaymentId })).toMatchObject({
      facts: [{ state: 'paid' }],
    });
  });

  test('a charge whose answer was lost has happened once, whoever asks or repeats', async () => {
    const token = await saved();
    const terms = order();
    const charge = { method: { token, firstChargeId: undefined }, order: terms };
    fake.loseAnswers(1);
    expect(await provider().chargeSaved?.(charge, 'charge:1')).toMatchObject({ kind: 'unknown' });
    const { invoiceId, invoiceNo } = terms;
    const asked = await provider().ask({ by: 'order', invoiceId, invoiceNo });
    expect(asked).toMatchObject({ facts: [{ state: 'paid' }] });
    expect(await provider().chargeSaved?.(charge, 'charge:1')).toMatchObject({ kind: 'paid' });
    expect(fake.payments).toHaveLength(2);
  });

  test('a method that YooKassa does not know is never charged again', async () => {
    const charge = { method: { token: 'gone', firstChargeId: undefined }, order: order() };
    expect(await provider().chargeSaved?.(charge, 'charge:1')).toEqual({
      kind: 'refused',
      isHard: true,
      code: 'method_unknown',
    });
  });

  test('that we may not charge at all is unknown: no method is to blame for it', async () => {
    const charge = { method: { token: 'any', firstChargeId: undefined }, order: order() };
    const outcome = await provider({ secretKey: 'test_other' }).chargeSaved?.(charge, 'charge:1');
    expect(outcome).toMatchObject({ kind: 'unknown' });
  });
});

describe('refunds', () => {
  const refundOf = (providerPaymentId: string, minor: number, key = 'refund:1') => ({
    providerPaymentId,
    amount: { minor, currency: 'RUB', exponent: 2 },
    userId: 77,
    key,
  });

  async function paid(): Promise<{ paymentId: string; minor: number }> {
    const terms = order();
    const paymentId = await open(terms);
    fake.pay(paymentId);
    return { paymentId, minor: terms.amount.minor };
  }

  test('a refund under way is unknown until asking finds it done', async () => {
    const { paymentId } = await paid();
    fake.holdRefunds(true);
    const request = refundOf(paymentId, 100);
    expect(await provider().refund(request)).toMatchObject({ kind: 'unknown' });
    expect(await provider().askRefund(request)).toMatchObject({ kind: 'unknown' });
    const providerRef = fake.refunds[0]?.id ?? '';
    fake.settle(providerRef);
    expect(await provider().askRefund(request)).toEqual({ kind: 'done', providerRef });
  });

  test('a refund whose answer was lost is found among many by its key', async () => {
    const { paymentId } = await paid();
    const request = refundOf(paymentId, 100, 'refund:lost');
    fake.loseAnswers(1);
    expect(await provider().refund(request)).toMatchObject({ kind: 'unknown' });
    for (let n = 0; n < 5; n += 1) await provider().refund(refundOf(paymentId, 100, `refund:${n}`));
    expect(await provider().askRefund(request)).toMatchObject({ kind: 'done' });
    expect(await provider().askRefund({ ...request, key: 'refund:never' })).toMatchObject({
      kind: 'unknown',
    });
  });

  test('what went back already as a whole is done, and what exceeds the rest is refused', async () => {
    const { paymentId, minor } = await paid();
    fake.refundInCabinet(paymentId, 100);
    expect((await provider().refund(refundOf(paymentId, minor))).kind).toBe('refused');
    fake.refundInCabinet(paymentId, minor - 100);
    const providerRef = paymentId;
    const again = await provider().refund(refundOf(paymentId, minor, 'refund:2'));
    expect(again).toEqual({ kind: 'done', providerRef });
  });
});
