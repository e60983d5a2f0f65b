import { cryptoPayProvider } from '../../src/payments/crypto-pay/crypto-pay';
import type { CryptoPaySettings } from '../../src/payments/crypto-pay/crypto-pay';
import type { PaymentOrder } from '../../src/payments/provider';
import { orders } from './orders';
import { signed, startCryptoPayFake, TOKEN } from './support/crypto-pay-fake';
import type { CryptoPayFake } from './support/crypto-pay-fake';

let fake: CryptoPayFake;
const order = orders({ currency: 'RUB' });

beforeEach(async () => {
  fake = await startCryptoPayFake();
});
afterEach(() => fake.stop());

const NOW = Date.parse('2126-01-01T00:00:00.000Z') - 86_400_000;
const provider = (change: Partial<CryptoPaySettings> = {}) =>
  cryptoPayProvider({
    ...{ token: TOKEN, baseUrl: fake.url, timeoutMs: 1_000, nowMs: () => NOW },
    ...change,
  });

async function open(terms: PaymentOrder): Promise<number> {
  const created = await provider().createPayment(terms, `create:${terms.invoiceId}`);
  if (created.kind !== 'created') throw new Error(created.reason);
  return Number(created.providerRef);
}

const sentBody = () => JSON.parse(fake.asked.at(-1)?.body.toString() ?? '') as unknown;

describe('notifications', () => {
  test('the invoice identifies the payment: the update’s number is not unique', async () => {
    const terms = order();
    const id = await open(terms);
    const first = await provider().verify(fake.pay(id));
    const again = fake.notify(id);
    expect(await provider().verify(again)).toEqual(first);
    expect(first).toMatchObject({
      verified: 'yes',
      dedupeKey: `invoice:${id}:paid`,
      providerPaymentId: String(id),
      fact: {
        state: 'paid',
        amount: terms.amount,
        invoiceNo: terms.invoiceNo,
        invoiceId: terms.invoiceId,
        userId: terms.userId,
      },
    });
  });

  test('a forged one names the order that is asked about instead', async () => {
    const terms = order();
    const id = await open(terms);
    const told = fake.pay(id);
    const headers = { 'crypto-pay-api-signature': 'f'.repeat(64) };
    expect(await provider().verify({ ...told, headers })).toMatchObject({
      verified: 'no',
      claimedInvoiceNo: terms.invoiceNo,
    });
  });

  test('an update of another kind is acknowledged and does nothing', async () => {
    const told = signed('{"update_id":1,"update_type":"check_activated","payload":{}}');
    expect(await provider().verify(told)).toMatchObject({
      verified: 'other',
      about: {},
      answer: { status: 200 },
    });
  });

  test('a price that is no exact amount is none: a number in JSON may be rounded', async () => {
    const terms = order();
    const told = fake.pay(await open(terms), { amount: '499.001' });
    expect(await provider().verify(told)).toMatchObject({ fact: { amount: undefined } });
    const text = told.rawBody.toString().replace('"amount":"499.001"', '"amount":499.01');
    expect(await provider().verify(signed(text))).toMatchObject({ verified: 'malformed' });
  });
});

describe('opening', () => {
  test('a price in rubles may be paid in the coins of the setting, as long as the order is open', async () => {
    const terms = order();
    const acceptedAssets = ['USDT', 'TON'];
    await provider({ acceptedAssets }).createPayment(terms, 'create:1');
    expect(sentBody()).toMatchObject({
      currency_type: 'fiat',
      fiat: 'RUB',
      amount: (terms.amount.minor / 100).toFixed(2),
      accepted_assets: 'USDT,TON',
      expires_in: 86_400,
      paid_btn_name: 'callback',
      paid_btn_url: terms.returnUrl,
      description: 'Про & co',
    });
  });

  test.each([
    ['an order that is over already', 1, 200 * 86_400_000],
    ['an order that stays open for years', 2_678_400, -900 * 86_400_000],
  ])('%s gets the nearest life Crypto Pay permits', async (_, seconds, shiftMs) => {
    await provider({ nowMs: () => NOW + shiftMs }).createPayment(order(), 'create:1');
    expect(sentBody()).toMatchObject({ expires_in: seconds });
  });

  test('a price in a coin is asked for in that coin', async () => {
    const amount = { minor: 1_234_567, currency: 'USDT', exponent: 6 };
    await open({ ...order(), amount });
    expect(sentBody()).toMatchObject({
      currency_type: 'crypto',
      asset: 'USDT',
      amount: '1.234567',
    });
  });

  test('an answer that was lost is found again, and no second invoice can be paid', async () => {
    const terms = order();
    await open(order());
    fake.loseAnswers(2);
    const lost = await provider().createPayment(terms, 'create:lost');
    expect(lost.kind).toBe('unknown');
    fake.breakNext('reset', 0);
    const id = await open(terms);
    expect(await open(terms)).toBe(id);
    expect(fake.invoices).toHaveLength(2);
  });

  test('a refusal is one, and its reason is Crypto Pay’s', async () => {
    const terms = { ...order(), returnUrl: 'no address' };
    expect(await provider().createPayment(terms, 'create:1')).toEqual({
      kind: 'refused',
      reason: 'PARAMETER_INVALID',
    });
    expect(await provider({ token: '1:OTHER' }).check()).toEqual({
      kind: 'invalid',
      reason: 'UNAUTHORIZED',
    });
  });
});

describe('asking', () => {
  const ask = (terms: PaymentOrder, providerRef?: number) => {
    const { invoiceId, invoiceNo } = terms;
    const ref = providerRef === undefined ? {} : { providerRef: String(providerRef) };
    return provider().ask({ by: 'order', invoiceId, invoiceNo, ...ref });
  };

  test('an order without a number is found by our reference', async () => {
    const terms = order();
    const id = await open(terms);
    await open(order());
    expect(await ask(terms)).toMatchObject({
      kind: 'facts',
      facts: [{ providerPaymentId: String(id), state: 'pending' }],
    });
  });

  test('an expired invoice failed, and a deleted one was never paid', async () => {
    const terms = order();
    const id = await open(terms);
    fake.expire(id);
    expect(await ask(terms, id)).toMatchObject({ facts: [{ state: 'failed' }] });
    const other = order();
    const deleted = await open(other);
    const { invoiceId, invoiceNo } = other;
    await provider().cancel({ invoiceId, invoiceNo, providerRef: String(deleted) });
    expect(await ask(other, deleted)).toEqual({ kind: 'facts', facts: [] });
    const gone = { by: 'payment', providerPaymentId: String(deleted) } as const;
    expect(await provider().ask(gone)).toMatchObject({ kind: 'unknown' });
  });

  test('a paid invoice cannot be deleted', async () => {
    const terms = order();
    const id = await open(terms);
    fake.pay(id);
    const { invoiceId, invoiceNo } = terms;
    await provider().cancel({ invoiceId, invoiceNo, providerRef: String(id) });
    expect(await ask(terms, id)).toMatchObject({ facts: [{ state: 'paid' }] });
  });

  test('the coin it was paid in is not the price', async () => {
    const terms = order();
    const id = await open(terms);
    fake.pay(id);
    expect(await ask(terms, id)).toMatchObject({ facts: [{ amount: terms.amount }] });
  });
});

test('there is no refund, and whoever asks for one is told so', async () => {
  const request = {
    providerPaymentId: '1',
    amount: { minor: 1, currency: 'RUB', exponent: 2 },
    userId: 77,
    key: 'refund:1',
  };
  expect(provider().capabilities.canRefund).toBe('none');
  for (const outcome of [await provider().refund(request), await provider().askRefund(request)]) {
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('by hand') });
  }
  expect(fake.asked).toHaveLength(0);
});
