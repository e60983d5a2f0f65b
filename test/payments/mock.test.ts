import { mockProvider } from '../../src/payments/mock';
import type { PaymentOrder, PaymentProvider } from '../../src/payments/provider';
import type { MockProvider } from '../../sandbox/mock-provider/server';
import { API_KEY, CREDENTIALS, startBank, startFakeShop } from '../sandbox/mock-provider-harness';
import type { FakeShop } from '../sandbox/mock-provider-harness';

let shop: FakeShop;
let bank: MockProvider;
let provider: PaymentProvider;
beforeEach(async () => {
  shop = await startFakeShop();
  bank = await startBank(shop);
  provider = adapter(bank.url);
});
afterEach(async () => {
  await bank.stop();
  await shop.stop();
});

function adapter(baseUrl: string): PaymentProvider {
  return mockProvider({ baseUrl, apiKey: API_KEY, credentials: CREDENTIALS, timeoutMs: 1_000 });
}

const rub = (minor: number) => ({ minor, currency: 'RUB', exponent: 2 });
const order: PaymentOrder = {
  invoiceId: 'invoice-5',
  invoiceNo: 5,
  userId: 77,
  amount: rub(99900),
  description: 'Про & co',
  locale: 'ru',
  expiresAt: '2126-01-01T00:00:00.000Z',
  returnUrl: 'https://shop.example/pay/success',
  failUrl: 'https://shop.example/pay/fail',
};
const byOrder = { by: 'order', invoiceId: 'invoice-5', invoiceNo: 5 } as const;

test('a payment page is created, opens, and is the same for the same key', async () => {
  const first = await provider.createPayment(order, 'k');
  expect(first).toMatchObject({ kind: 'created', providerRef: '5' });
  expect(await provider.createPayment(order, 'k')).toEqual(first);
  const page = await fetch(first.kind === 'created' ? first.url : '');
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('999,00')]);
});

test('an order in another currency is signed with it', async () => {
  const amount = { minor: 1050, currency: 'USD', exponent: 2 };
  const created = await provider.createPayment({ ...order, amount }, 'k');
  const page = await fetch(created.kind === 'created' ? created.url : '');
  expect(await page.text()).toContain('10,50\u00a0$');
});

test('other terms under the same number are refused, never silently changed', async () => {
  await provider.createPayment(order, 'k');
  expect(await provider.createPayment({ ...order, amount: rub(1) }, 'k')).toEqual({
    kind: 'refused',
    reason: 'other_terms',
  });
});

test.each([
  ['hang', false],
  ['error', false],
  ['error', true],
] as const)(
  'a create that ends in %s (work done: %s) is unknown, and its repeat succeeds',
  async (answer, afterEffect) => {
    bank.control.outage({ scope: 'create', answer, afterEffect, requests: 1 });
    expect(await provider.createPayment(order, 'k')).toMatchObject({ kind: 'unknown' });
    expect(await provider.createPayment(order, 'k')).toMatchObject({ kind: 'created' });
  },
);

test('a bank that is not there is unknown to every question and throws nothing', async () => {
  const nobody = adapter('http://127.0.0.1:1');
  const request = { providerPaymentId: 'x', amount: rub(1), userId: 1, key: 'k' };
  expect(await nobody.createPayment(order, 'k')).toMatchObject({ kind: 'unknown' });
  expect(await nobody.ask(byOrder)).toMatchObject({ kind: 'unknown' });
  expect(await nobody.refund(request)).toMatchObject({ kind: 'unknown' });
  expect(await nobody.askRefund(request)).toMatchObject({ kind: 'unknown' });
  await expect(nobody.cancel(order)).resolves.toBeUndefined();
});

test('asking and the signed notification state the same fact', async () => {
  await provider.createPayment(order, 'k');
  expect(await provider.ask(byOrder)).toEqual({ kind: 'facts', facts: [] });
  const { payment, tried } = bank.control.pay(5);
  await tried;
  const { body, headers } = shop.received[0] ?? { body: '', headers: {} };
  const verdict = await provider.verify({
    rawBody: Buffer.from(body),
    headers,
    query: '',
    peerAddress: '',
    receivedAt: '2026-01-01T00:00:00.000Z',
  });
  const fact = {
    providerPaymentId: payment.id,
    state: 'paid',
    amount: rub(99900),
    invoiceNo: 5,
    invoiceId: 'invoice-5',
    userId: 77,
    paidAt: payment.paidAt,
  };
  expect(verdict).toMatchObject({ verified: 'yes', providerPaymentId: payment.id, fact });
  for (const ref of [byOrder, { by: 'payment', providerPaymentId: payment.id } as const])
    expect(await provider.ask(ref)).toEqual({ kind: 'facts', facts: [fact] });
});

test('two payments of one order are two facts', async () => {
  await provider.createPayment(order, 'k');
  bank.control.pay(5);
  bank.control.pay(5, { outSum: '1.00' });
  expect(await provider.ask(byOrder)).toMatchObject({
    facts: [{ amount: rub(99900) }, { amount: rub(100) }],
  });
});

test('a payment the bank has never heard of is unknown, not absent', async () => {
  expect(await provider.ask({ by: 'payment', providerPaymentId: 'mp_x' })).toMatchObject({
    kind: 'unknown',
  });
});

test.each(['unknown', 'error', 'hang'] as const)(
  'a status that answers with %s is unknown',
  async (answer) => {
    await provider.createPayment(order, 'k');
    const { payment } = bank.control.pay(5, { status: { answer, forMs: 60_000 } });
    for (const ref of [byOrder, { by: 'payment', providerPaymentId: payment.id } as const])
      expect(await provider.ask(ref)).toMatchObject({ kind: 'unknown' });
  },
);

test('refunds are done once per key, refused as scripted, and asked about by key', async () => {
  await provider.createPayment(order, 'k');
  const { payment } = bank.control.pay(5);
  const request = {
    providerPaymentId: payment.id,
    amount: rub(50000),
    userId: 77,
    key: 'refund:1',
  };
  expect(await provider.askRefund(request)).toMatchObject({ kind: 'unknown' });
  const done = await provider.refund(request);
  expect(done).toMatchObject({ kind: 'done' });
  expect(await provider.refund(request)).toEqual(done);
  expect(await provider.askRefund(request)).toEqual(done);
  expect(await provider.refund({ ...request, key: 'refund:2', amount: rub(50000) })).toMatchObject({
    kind: 'refused',
  });
  const stubborn = bank.control.pay(5, { refuseRefunds: true }).payment.id;
  const refused = { ...request, providerPaymentId: stubborn, key: 'refund:3' };
  expect(await provider.refund(refused)).toEqual({ kind: 'refused', reason: 'refund_refused' });
  expect(await provider.askRefund(refused)).toMatchObject({ kind: 'refused' });
});

test('money that already went back is done, under whatever key it is asked', async () => {
  await provider.createPayment(order, 'k');
  const { payment } = bank.control.pay(5);
  const request = { providerPaymentId: payment.id, amount: rub(99900), userId: 77, key: 'a' };
  const done = await provider.refund(request);
  expect(await provider.refund({ ...request, key: 'b' })).toEqual(done);
});

test('a refund whose answer was lost is unknown, and asking finds it done', async () => {
  await provider.createPayment(order, 'k');
  const { payment } = bank.control.pay(5);
  const request = { providerPaymentId: payment.id, amount: rub(99900), userId: 77, key: 'a' };
  bank.control.outage({ scope: 'refund', answer: 'hang', afterEffect: true, requests: 1 });
  expect(await provider.refund(request)).toMatchObject({ kind: 'unknown' });
  expect(await provider.askRefund(request)).toMatchObject({ kind: 'done' });
});

test('a cancelled order is closed at the bank', async () => {
  await provider.createPayment(order, 'k');
  await provider.cancel(order);
  expect(bank.control.book.orders.get('5')?.cancelled).toBe(true);
});

test('the success word carries the number of the order', async () => {
  await provider.createPayment(order, 'k');
  const { payment } = bank.control.pay(5);
  const asked = await provider.ask({ by: 'payment', providerPaymentId: payment.id });
  const [fact] = asked.kind === 'facts' ? asked.facts : [];
  expect(fact && provider.answer(fact)).toMatchObject({ status: 200, body: 'OK5' });
});

describe('a saved method', () => {
  const api = (path: string, body?: object) =>
    fetch(`${bank.url}/api${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'x-api-key': API_KEY, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });

  async function saved(): Promise<string> {
    await provider.createPayment(order, 'k');
    const { payment } = await bank.control.pay(5).tried;
    const answer = await api('/methods', { paymentId: payment.id });
    return ((await answer.json()) as { id: string }).id;
  }

  test('is charged without the payer, once for a key, until it is revoked', async () => {
    const token = await saved();
    await provider.createPayment({ ...order, invoiceNo: 6 }, 'k6');
    const charge = async (key: string) =>
      (await api(`/methods/${token}/charge`, { key, invoiceNo: '6' })).status;
    expect(await charge('one')).toBe(200);
    expect(await charge('one')).toBe(200);
    expect(bank.control.book.payments.all()).toHaveLength(2);
    expect(await provider.revokeMethod?.({ token })).toEqual({ kind: 'done' });
    expect(await provider.revokeMethod?.({ token })).toEqual({ kind: 'done' });
    expect(await charge('two')).toBe(409);
    expect(bank.control.book.payments.all()).toHaveLength(2);
  });

  test('is what the payer agreed to, and nothing where they did not', async () => {
    await provider.createPayment({ ...order, savesMethod: true }, 'k');
    const { payment } = bank.control.pay(5, { savesMethod: true });
    const saved = await provider.savedMethod?.({ providerPaymentId: payment.id });
    expect(saved).toMatchObject({ kind: 'saved', method: { label: 'Mock •• 4242' } });
    const { payment: other } = bank.control.pay(5);
    const none = await provider.savedMethod?.({ providerPaymentId: other.id });
    expect(none).toEqual({ kind: 'none' });
    bank.control.outage({ scope: 'method', answer: 'error' });
    const unclear = await provider.savedMethod?.({ providerPaymentId: payment.id });
    expect(unclear?.kind).toBe('unknown');
  });

  describe('charged for an order of its own', () => {
    const charge = async (key = 'charge', change: object = {}) =>
      provider.chargeSaved?.(
        {
          method: { token, firstChargeId: undefined },
          order: { ...order, invoiceNo: 6, ...change },
        },
        key,
      );
    let token: string;
    beforeEach(async () => {
      token = await saved();
    });

    test('is paid, and a repeat of its key is the same payment', async () => {
      const paid = await charge();
      expect(paid).toMatchObject({ kind: 'paid' });
      expect(await charge()).toEqual(paid);
      const asked = await provider.ask({ by: 'order', invoiceId: order.invoiceId, invoiceNo: 6 });
      expect(asked).toMatchObject({ kind: 'facts', facts: [{ state: 'paid' }] });
    });

    test('is sent where the bank decides later', async () => {
      bank.control.fault({ states: ['pending'] });
      expect(await charge()).toMatchObject({ kind: 'sent' });
    });

    test('is refused softly and hard, and the answer says which', async () => {
      bank.control.fault({ declineCode: 'insufficient_funds' });
      const soft = { kind: 'refused', isHard: false, code: 'insufficient_funds' };
      expect(await charge('one')).toEqual(soft);
      expect(await charge('one')).toEqual(soft);
      bank.control.fault({ declineCode: 'card_expired' });
      const hard = { kind: 'refused', isHard: true, code: 'card_expired' };
      expect(await charge('two', { invoiceNo: 7 })).toEqual(hard);
      const asked = await provider.ask({ by: 'order', invoiceId: order.invoiceId, invoiceNo: 7 });
      const decline = { isHard: true, code: 'card_expired' };
      expect(asked).toMatchObject({ facts: [{ state: 'failed', decline }] });
    });

    test('with its answer lost is unknown, and the repeat finds the one payment', async () => {
      bank.control.outage({ scope: 'method', answer: 'hang', afterEffect: true, requests: 1 });
      expect(await charge()).toMatchObject({ kind: 'unknown' });
      expect(await charge()).toMatchObject({ kind: 'paid' });
      expect(bank.control.book.payments.all()).toHaveLength(2);
    });

    test('after the permission was taken back is refused for ever', async () => {
      await provider.revokeMethod?.({ token });
      expect(await charge()).toEqual({ kind: 'refused', isHard: true, code: 'method_revoked' });
    });
  });

  test('that the bank does not know is refused, and a bank that is ill says nothing', async () => {
    expect((await provider.revokeMethod?.({ token: 'mm_x' }))?.kind).toBe('refused');
    const token = await saved();
    bank.control.outage({ scope: 'method', answer: 'error' });
    expect((await provider.revokeMethod?.({ token }))?.kind).toBe('unknown');
  });
});
