import { startStripeBench } from './support/stripe-bench';
import type { StripeBench } from './support/stripe-bench';

let bench: StripeBench;
beforeEach(async () => {
  bench = await startStripeBench();
});
afterEach(() => bench.stripe.stop());

const sent = () => {
  const body = bench.stripe.asked.at(-1)?.body.toString('utf8') ?? '';
  return Object.fromEntries(new URLSearchParams(body));
};
const HOUR = 3_600_000;

describe('opening a pay page', () => {
  test('it names the order on the page and on its payment, and asks for the very sum', async () => {
    const { open, order } = bench;
    const terms = order();
    const { invoiceId, invoiceNo, returnUrl, failUrl, amount } = terms;
    await open(terms);
    expect(sent()).toEqual({
      ...{ mode: 'payment', client_reference_id: invoiceId, locale: 'ru' },
      ...{ 'metadata[invoice_id]': invoiceId, 'metadata[user_id]': '77' },
      'metadata[invoice_no]': String(invoiceNo),
      'line_items[0][quantity]': '1',
      'line_items[0][price_data][currency]': 'eur',
      'line_items[0][price_data][unit_amount]': String(amount.minor),
      'line_items[0][price_data][product_data][name]': 'Про & co',
      'payment_intent_data[metadata][invoice_id]': invoiceId,
      'payment_intent_data[metadata][invoice_no]': String(invoiceNo),
      'payment_intent_data[metadata][user_id]': '77',
      'payment_intent_data[description]': 'Про & co',
      'adaptive_pricing[enabled]': 'false',
      ...{ success_url: returnUrl, cancel_url: failUrl },
    });
  });

  test('a way to pay is kept for charges without the payer, by a customer of its own', async () => {
    await bench.open({ ...bench.order(), savesMethod: true });
    expect(sent()).toMatchObject({
      customer_creation: 'always',
      'payment_intent_data[setup_future_usage]': 'off_session',
    });
  });

  test.each([
    ['yen are whole', { minor: 500, currency: 'JPY', exponent: 0 }, '500'],
    ['dinars have three decimals', { minor: 5_120, currency: 'KWD', exponent: 3 }, '5120'],
  ])('%s', async (_, amount, unitAmount) => {
    await bench.open({ ...bench.order(), amount });
    expect(sent()['line_items[0][price_data][unit_amount]']).toBe(unitAmount);
  });

  test('what Stripe would round is refused instead', async () => {
    const amount = { minor: 5_124, currency: 'KWD', exponent: 3 };
    const created = await bench.provider.createPayment({ ...bench.order(), amount }, 'create:one');
    expect(created).toEqual({ kind: 'refused', reason: 'Stripe takes KWD with two decimals only' });
    expect(bench.stripe.asked).toHaveLength(0);
  });

  test('an empty description is the number, and a long one is shortened', async () => {
    const terms = { ...bench.order(), description: ' ' };
    await bench.open(terms);
    expect(sent()['payment_intent_data[description]']).toBe(`№ ${terms.invoiceNo}`);
    await bench.open({ ...bench.order(), description: '🎉'.repeat(200) });
    expect(sent()['payment_intent_data[description]']).toHaveLength(249);
  });
});

describe('the end of a pay page', () => {
  const now = Date.parse('2026-03-01T00:00:00.000Z');
  const endingIn = (ms: number) => ({
    ...bench.order(),
    expiresAt: new Date(now + ms).toISOString(),
  });

  test.each([
    ['ends with an order of some hours', 6 * HOUR, String((now + 6 * HOUR) / 1_000)],
    ['is left to Stripe where an order ends sooner than its half hour', HOUR / 4, undefined],
    ['is left to Stripe where an order lives longer than its day', 72 * HOUR, undefined],
    ['is left to Stripe where the clocks might disagree', 24 * HOUR, undefined],
    ['is left to Stripe where the order is over', -HOUR, undefined],
  ])('%s', async (_, ms, expected) => {
    bench.stripe.nowMs = now;
    await bench.open(endingIn(ms));
    expect(sent()['expires_at']).toBe(expected);
  });

  test('a repeat at a time when it would be asked for otherwise gives the same page', async () => {
    const { stripe, provider } = bench;
    const terms = endingIn(25 * HOUR);
    stripe.nowMs = now;
    const first = await provider.createPayment(terms, 'create:one');
    stripe.nowMs = now + 2 * HOUR;
    expect(await provider.createPayment(terms, 'create:one')).toEqual(first);
    expect(stripe.book.sessions.size).toBe(1);
  });

  test('an order that comes back after its page was closed gets another, which stays', async () => {
    const { stripe, provider, order } = bench;
    const terms = order();
    const { invoiceId, invoiceNo } = terms;
    const pages: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const created = await provider.createPayment(terms, 'create:one');
      if (created.kind !== 'created') throw new Error(created.reason);
      expect(await provider.createPayment(terms, 'create:one')).toEqual(created);
      pages.push(created.url);
      const { providerRef } = created;
      await provider.cancel({ invoiceId, invoiceNo, providerRef });
    }
    expect(new Set(pages).size).toBe(3);
    expect([...stripe.book.sessions.values()].map(({ status }) => status)).toEqual(
      Array(3).fill('expired'),
    );
  });

  test('closing a page that is paid changes nothing, and no failure of closing is told', async () => {
    const { stripe, provider, order, open } = bench;
    const terms = order();
    const { invoiceId, invoiceNo } = terms;
    const providerRef = await open(terms);
    stripe.payPage(invoiceId);
    await provider.cancel({ invoiceId, invoiceNo, providerRef });
    expect(stripe.sessionOf(invoiceId)).toMatchObject({ status: 'complete' });
    await provider.cancel({ invoiceId, invoiceNo });
  });
});

describe('keys', () => {
  test('ours of any length becomes one that Stripe takes, the same one each time', async () => {
    const key = `create:${'долгий '.repeat(60)}`;
    const terms = bench.order();
    await bench.provider.createPayment(terms, key);
    await bench.provider.createPayment(terms, key);
    const keys = bench.stripe.asked
      .filter(({ method }) => method === 'POST')
      .map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([expect.stringMatching(/^[\w-]{43}$/), keys[0]]);
  });

  test('an answer that was lost is given again, and no second page appears', async () => {
    const { stripe, provider, order } = bench;
    const terms = order();
    // The library repeats a request whose connection closed once by itself, under the same key.
    stripe.loseAnswers(2);
    expect(await provider.createPayment(terms, 'create:one')).toMatchObject({ kind: 'unknown' });
    expect(await provider.createPayment(terms, 'create:one')).toMatchObject({ kind: 'created' });
    expect(stripe.book.sessions.size).toBe(1);
  });

  test('a key that went out with another order proves nothing, least of all a refusal', async () => {
    const { provider, order } = bench;
    await provider.createPayment(order(), 'create:one');
    expect(await provider.createPayment(order(), 'create:one')).toMatchObject({ kind: 'unknown' });
  });

  test('a stored 500 stays a 500: nothing else is sent, and asking tells what became of it', async () => {
    const { stripe, provider, order, saved } = bench;
    const { token } = await saved();
    const terms = order();
    const { invoiceId, invoiceNo, amount } = terms;
    const charge = { method: { token, firstChargeId: undefined }, order: terms };
    stripe.failStored();
    for (let time = 0; time < 3; time += 1) {
      expect(await provider.chargeSaved?.(charge, 'charge:one')).toMatchObject({ kind: 'unknown' });
    }
    expect(await provider.ask({ by: 'order', invoiceId, invoiceNo })).toMatchObject({
      ...{ kind: 'facts', facts: [{ state: 'paid', amount, invoiceId }] },
    });
    const charges = [...stripe.book.intents.values()].filter(
      ({ metadata }) => metadata['invoice_id'] === invoiceId,
    );
    expect(charges).toHaveLength(1);
  });
});

test('a secret key that Stripe does not know opens nothing, decides nothing, and is never told', async () => {
  const { stranger, order, saved } = bench;
  const { token } = await saved();
  const terms = order();
  const { invoiceId, invoiceNo, amount } = terms;
  const refund = { providerPaymentId: 'pi_1', amount, userId: 77, key: 'refund:one' };
  const method = { token, firstChargeId: undefined };
  const answers = {
    checked: await stranger.check(),
    opened: await stranger.createPayment(terms, 'create:one'),
    asked: await stranger.ask({ by: 'order', invoiceId, invoiceNo }),
    charged: await stranger.chargeSaved?.({ method, order: terms }, 'charge:one'),
    refunded: await stranger.refund(refund),
    stopped: await stranger.revokeMethod?.({ token }),
  };
  expect(answers).toMatchObject({
    ...{ checked: { kind: 'invalid' }, opened: { kind: 'refused' }, asked: { kind: 'unknown' } },
    ...{ charged: { kind: 'unknown' }, refunded: { kind: 'unknown' } },
    stopped: { kind: 'unknown' },
  });
  expect(JSON.stringify(answers)).not.toContain('stranger');
});

test('the cabinet is told the address and every event that is read', () => {
  expect(bench.provider.cabinet('https://shop.example')).toEqual([
    { field: 'Webhook endpoint URL', value: 'https://shop.example/webhook/stripe' },
    { field: 'Events to send', value: expect.stringContaining('payment_intent.succeeded') },
  ]);
});
