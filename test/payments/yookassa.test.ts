import { createHash } from 'node:crypto';
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

const provider = (change: { secretKey?: string; maxPages?: number } = {}) =>
  yookassaProvider({
    ...{ shopId: SHOP_ID, secretKey: SECRET_KEY, baseUrl: fake.url, timeoutMs: 1_000 },
    ...change,
  });

async function open(terms: PaymentOrder): Promise<string> {
  const created = await provider().createPayment(terms, `create:${terms.invoiceId}`);
  if (created.kind !== 'created') throw new Error(created.reason);
  return created.providerRef ?? '';
}

const sentBody = (at = -1) => JSON.parse(fake.asked.at(at)?.body.toString() ?? '') as unknown;

describe('opening a payment', () => {
  test('it is captured at once, returns to our page, and carries our references as text', async () => {
    const terms = order();
    await open({ ...terms, description: '  ' });
    expect(sentBody()).toEqual({
      amount: { value: `${(terms.amount.minor / 100).toFixed(2)}`, currency: 'RUB' },
      capture: true,
      description: `№ ${terms.invoiceNo}`,
      confirmation: { type: 'redirect', return_url: terms.returnUrl, locale: 'ru_RU' },
      metadata: {
        invoice_id: terms.invoiceId,
        invoice_no: String(terms.invoiceNo),
        user_id: String(terms.userId),
      },
      merchant_customer_id: String(terms.userId),
    });
  });

  test('the key is the SHA-256 of ours: 43 permitted characters, whatever ours is made of', async () => {
    const key = `create:№ ${'долгий '.repeat(30)}`;
    await provider().createPayment(order(), key);
    const sent = fake.asked.at(-1)?.headers['idempotence-key'];
    expect(sent).toBe(createHash('sha256').update(key).digest('base64url'));
    expect(sent).toMatch(/^[0-9a-zA-Z+\-_.]{43}$/);
  });

  test('a long description is shortened to what YooKassa takes', async () => {
    await open({ ...order(), description: '🎉'.repeat(100) });
    expect(sentBody()).toMatchObject({ description: `${'🎉'.repeat(63)}…` });
  });

  test('an answer that was lost is given again for the same key, and no second payment appears', async () => {
    const terms = order();
    fake.loseAnswers(1);
    const lost = await provider().createPayment(terms, 'create:lost');
    expect(lost.kind).toBe('unknown');
    const again = await provider().createPayment(terms, 'create:lost');
    expect(again).toMatchObject({ kind: 'created', providerRef: fake.payments[0]?.id });
    expect(fake.payments).toHaveLength(1);
  });

  test('202 means that it is still being worked on: unknown, and clear by the same key', async () => {
    const terms = order();
    fake.delayAnswers(1);
    expect(await provider().createPayment(terms, 'create:slow')).toMatchObject({ kind: 'unknown' });
    expect(await provider().createPayment(terms, 'create:slow')).toMatchObject({ kind: 'created' });
  });

  test('a key that went out with another request proves nothing, least of all a refusal', async () => {
    await provider().createPayment(order(), 'create:same');
    expect(await provider().createPayment(order(), 'create:same')).toMatchObject({
      kind: 'unknown',
      reason: 'the key was used for another request',
    });
  });

  test('wrong credentials are refused and said in the check', async () => {
    const stranger = provider({ secretKey: 'test_other' });
    expect((await stranger.createPayment(order(), 'create:x')).kind).toBe('refused');
    expect(await stranger.check()).toMatchObject({ kind: 'invalid' });
    expect(await provider().check()).toEqual({ kind: 'valid', account: `shop ${SHOP_ID}` });
  });

  test('the receipt goes along once it is known where the payer wants it', async () => {
    const terms = order();
    const line = {
      name: { ru: 'Подписка', en: 'Subscription' },
      quantity: 1,
      sumMinor: terms.amount.minor,
      method: 'full_payment' as const,
      object: 'service' as const,
      tax: 'vat22',
    };
    const receipt = { sno: 'usn_income', lines: [line] };
    await open({ ...terms, receipt });
    expect(sentBody()).not.toHaveProperty('receipt');
    await open({ ...order(), amount: terms.amount, receipt, receiptCustomer: { email: 'a@b.ru' } });
    expect(sentBody()).toMatchObject({
      receipt: {
        customer: { email: 'a@b.ru' },
        tax_system_code: 2,
        items: [{ description: 'Подписка', quantity: '1', vat_code: 11 }],
      },
    });
  });
});

describe('asking', () => {
  test('an order whose answer was lost is found in the list by our reference, on whatever page', async () => {
    const terms = order();
    fake.loseAnswers(1);
    await provider().createPayment(terms, 'create:lost');
    for (let n = 0; n < 7; n += 1) await open(order());
    const { invoiceId, invoiceNo } = terms;
    const asked = await provider().ask({ by: 'order', invoiceId, invoiceNo });
    expect(asked).toMatchObject({ kind: 'facts', facts: [{ invoiceId, state: 'pending' }] });
  });

  test('an order nobody has heard of has no payment, which only the whole list can say', async () => {
    for (let n = 0; n < 7; n += 1) await open(order());
    const unheard = { by: 'order', invoiceId: 'another', invoiceNo: 1 } as const;
    expect(await provider().ask(unheard)).toEqual({ kind: 'facts', facts: [] });
    expect(await provider({ maxPages: 2 }).ask(unheard)).toMatchObject({ kind: 'unknown' });
  });

  test('the list is read no further back than an hour before the order was written', async () => {
    const writtenAt = '2026-03-01T12:00:00.000Z';
    await provider().ask({ by: 'order', invoiceId: 'another', invoiceNo: 1, writtenAt });
    expect(fake.asked.at(-1)?.query.get('created_at.gte')).toBe('2026-03-01T11:00:00.000Z');
  });

  test('what went back shows in the state and in minor units', async () => {
    const terms = order();
    const paymentId = await open(terms);
    fake.pay(paymentId);
    const told = () => provider().ask({ by: 'payment', providerPaymentId: paymentId });
    fake.refundInCabinet(paymentId, 10_000);
    expect(await told()).toMatchObject({
      facts: [{ state: 'partially_refunded', refundedMinor: 10_000, amount: terms.amount }],
    });
    fake.refundInCabinet(paymentId, terms.amount.minor - 10_000);
    expect(await told()).toMatchObject({ facts: [{ state: 'refunded' }] });
  });

  test.each([
    ['permission_revoked', { isHard: true }],
    ['fraud_suspected', { isHard: true }],
    ['country_forbidden', { isHard: true }],
    ['payment_method_restricted', { isHard: true }],
    ['card_expired', { isHard: true }],
    ['invalid_card_number', { isHard: true }],
    ['invalid_csc', { isHard: true }],
    ['3d_secure_failed', { isHard: false, needsUser: true }],
    ['identification_required', { isHard: false, needsUser: true }],
    ['call_issuer', { isHard: false, needsUser: true }],
    ['insufficient_funds', { isHard: false }],
    ['general_decline', { isHard: false }],
    ['issuer_unavailable', { isHard: false }],
    ['internal_timeout', { isHard: false }],
    ['payment_method_limit_exceeded', { isHard: false }],
    ['expired_on_confirmation', { isHard: false }],
    ['a_reason_of_tomorrow', { isHard: false }],
  ])('a payment cancelled for %s failed for a reason of its class', async (code, kind) => {
    const paymentId = await open(order());
    fake.fail(paymentId, code);
    const asked = await provider().ask({ by: 'payment', providerPaymentId: paymentId });
    expect(asked.kind === 'facts' && asked.facts[0]?.decline).toEqual({ code, ...kind });
  });
});

test('a payment that waits for the payer cannot be cancelled, and trying harms nothing', async () => {
  const terms = order();
  const providerRef = await open(terms);
  await provider().cancel({ ...terms, providerRef });
  expect(fake.payments[0]?.status).toBe('pending');
  const asked = fake.asked.length;
  await provider().cancel(terms);
  expect(fake.asked).toHaveLength(asked);
});
