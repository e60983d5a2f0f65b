import { startPaypalBench } from './support/paypal-bench';
import type { PaypalBench } from './support/paypal-bench';

let bench: PaypalBench;
beforeEach(async () => {
  bench = await startPaypalBench();
});
afterEach(() => bench.paypal.stop());

const sentTo = (path: RegExp) =>
  bench.paypal.asked.filter((each) => each.method === 'POST' && path.test(each.path));
const captures = () => sentTo(/\/capture$/);

describe('opening an order', () => {
  test('it says the very sum as text, our references, and that paying is all there is to do', async () => {
    const terms = bench.order();
    const { invoiceId, invoiceNo, amount, returnUrl, failUrl } = terms;
    const created = await bench.provider.createPayment(terms, 'create:one');
    const [asked] = sentTo(/orders$/);
    expect(JSON.parse(asked?.body.toString('utf8') ?? '')).toEqual({
      intent: 'CAPTURE',
      purchase_units: [
        {
          ...{ reference_id: 'default', description: 'Про & co' },
          ...{ custom_id: `${invoiceId}.77`, invoice_id: String(invoiceNo) },
          amount: { currency_code: 'EUR', value: (amount.minor / 100).toFixed(2) },
        },
      ],
      payment_source: {
        paypal: {
          experience_context: {
            ...{ return_url: returnUrl, cancel_url: failUrl, user_action: 'PAY_NOW' },
            ...{ shipping_preference: 'NO_SHIPPING', locale: 'ru-RU' },
          },
        },
      },
    });
    const { id: providerRef } = bench.paypal.orderOf(invoiceNo);
    expect(created).toMatchObject({ kind: 'created', providerRef });
  });

  test('yen have no decimals, and the payer’s language is English for everybody else', async () => {
    const amount = { minor: 500, currency: 'JPY', exponent: 0 };
    await bench.open({ ...bench.order(), amount, locale: 'en' });
    expect(sentTo(/orders$/)[0]?.body.toString('utf8')).toMatch(/"value":"500".*"en-US"/);
  });

  test('a long description is shortened to what PayPal takes', async () => {
    await bench.open({ ...bench.order(), description: '🎉'.repeat(200) });
    expect(sentTo(/orders$/)[0]?.body.toString('utf8')).toContain(`"${'🎉'.repeat(63)}…"`);
  });

  test('a key of any length becomes a request id, and a lost answer is given again', async () => {
    const key = `create:${'долгий '.repeat(60)}`;
    const terms = bench.order();
    await bench.provider.check();
    bench.paypal.loseAnswers(1);
    expect(await bench.provider.createPayment(terms, key)).toMatchObject({ kind: 'unknown' });
    expect(await bench.provider.createPayment(terms, key)).toMatchObject({ kind: 'created' });
    expect(bench.paypal.book.orders.size).toBe(1);
    const ids = sentTo(/orders$/).map(({ headers }) => headers['paypal-request-id']);
    expect(ids).toEqual([expect.stringMatching(/^[\w-]{43}$/), ids[0]]);
  });

  test('a key that went out with another order proves nothing, least of all a refusal', async () => {
    await bench.provider.createPayment(bench.order(), 'create:one');
    const again = await bench.provider.createPayment(bench.order(), 'create:one');
    expect(again).toMatchObject({ kind: 'unknown' });
  });
});

describe('an order that is asked about', () => {
  test('is captured once its payer approved it, and paid by the capture', async () => {
    const terms = bench.order();
    const { invoiceId, invoiceNo, amount, userId } = terms;
    await bench.open(terms);
    expect(await bench.ask(terms)).toEqual({ kind: 'facts', facts: [] });
    expect(captures()).toEqual([]);
    const { id } = bench.paypal.approve(invoiceNo);
    const told = await bench.ask(terms);
    const providerPaymentId = bench.paypal.captureOf(invoiceNo)?.id;
    expect(providerPaymentId).not.toBe(id);
    expect(told).toMatchObject({
      facts: [{ state: 'paid', providerPaymentId, amount, invoiceId, invoiceNo, userId }],
    });
  });

  test('is captured once, however many ask at the same time and whatever is lost', async () => {
    const terms = bench.order();
    await bench.open(terms);
    bench.paypal.approve(terms.invoiceNo);
    bench.paypal.loseAnswers(2);
    const told = await Promise.all(Array.from({ length: 8 }, () => bench.ask(terms)));
    expect(new Set(told.map(({ kind }) => kind))).toContain('facts');
    expect(await bench.ask(terms)).toMatchObject({ facts: [{ state: 'paid' }] });
    expect(bench.paypal.book.captures.size).toBe(1);
    const ids = captures().map(({ headers }) => headers['paypal-request-id']);
    expect(new Set(ids).size).toBe(1);
  });

  test('that somebody else captured tells of that capture', async () => {
    const terms = bench.order();
    await bench.open(terms);
    bench.paypal.approve(terms.invoiceNo);
    bench.paypal.captureAs = 'ELSEWHERE';
    expect(await bench.ask(terms)).toMatchObject({ facts: [{ state: 'paid' }] });
    expect(bench.paypal.book.captures.size).toBe(1);
  });

  test('is not paid by a capture that is pending, though PayPal calls the order completed', async () => {
    const terms = bench.order();
    bench.paypal.captureAs = 'PENDING';
    const capture = await bench.paid(terms);
    expect(bench.paypal.orderOf(terms.invoiceNo).status).toBe('COMPLETED');
    const pending = { facts: [{ state: 'pending', paidAt: undefined }] };
    expect(await bench.ask(terms)).toMatchObject(pending);
    const { id: providerPaymentId } = capture;
    const asked = () => bench.provider.ask({ by: 'payment', providerPaymentId });
    expect(await asked()).toMatchObject(pending);
    capture.status = 'COMPLETED';
    expect(await asked()).toMatchObject({ facts: [{ state: 'paid' }] });
  });

  test('whose capture was declined has failed', async () => {
    const terms = bench.order();
    bench.paypal.captureAs = 'DECLINED';
    await bench.paid(terms);
    expect(await bench.ask(terms)).toMatchObject({
      facts: [{ state: 'failed', decline: { code: 'echeck', isHard: false } }],
    });
  });

  test('whose way to pay was declined waits for the payer, and is captured after they chose again', async () => {
    const terms = bench.order();
    await bench.open(terms);
    bench.paypal.approve(terms.invoiceNo);
    bench.paypal.captureAs = 'INSTRUMENT_DECLINED';
    expect(await bench.ask(terms)).toEqual({ kind: 'facts', facts: [] });
    bench.paypal.captureAs = 'COMPLETED';
    bench.paypal.approve(terms.invoiceNo);
    expect(await bench.ask(terms)).toMatchObject({ facts: [{ state: 'paid' }] });
  });

  test('that PayPal has forgotten, or that was never shown, was never paid', async () => {
    const terms = bench.order();
    expect(await bench.ask(terms)).toEqual({ kind: 'facts', facts: [] });
    const providerRef = await bench.open(terms);
    bench.paypal.book.orders.delete(providerRef);
    expect(await bench.ask(terms)).toEqual({ kind: 'facts', facts: [] });
  });

  test('in a state that is not known permits no conclusion', async () => {
    const terms = bench.order();
    const capture = await bench.paid(terms);
    capture.status = 'SOMETHING_NEW';
    expect(await bench.ask(terms)).toMatchObject({ kind: 'unknown' });
  });

  test('cannot be closed at PayPal, and nothing is tried', async () => {
    const { invoiceId, invoiceNo } = bench.order();
    await bench.provider.cancel({ invoiceId, invoiceNo, providerRef: 'X' });
    expect(bench.paypal.asked).toEqual([]);
  });
});

describe('access', () => {
  const tokensAsked = () => sentTo(/oauth2\/token$/).length;

  test('is asked for once for all calls, however many begin at the same time', async () => {
    await Promise.all(Array.from({ length: 5 }, () => bench.provider.check()));
    await bench.provider.check();
    expect(tokensAsked()).toBe(1);
  });

  test('is asked for anew a minute before it ends', async () => {
    bench.paypal.nowMs = 1_800_000_000_000;
    await bench.provider.check();
    bench.paypal.nowMs += (bench.paypal.tokenSeconds - 61) * 1_000;
    await bench.provider.check();
    expect(tokensAsked()).toBe(1);
    bench.paypal.nowMs += 1_000;
    await bench.provider.check();
    expect(tokensAsked()).toBe(2);
  });

  test('that is taken away early is asked for once more, and the call is repeated', async () => {
    await bench.provider.check();
    bench.paypal.endTokens();
    expect(await bench.provider.check()).toMatchObject({ kind: 'valid' });
    expect(tokensAsked()).toBe(2);
  });

  test('without the right secret decides nothing and is never told', async () => {
    const stranger = bench.adapter({ secret: 'a-wrong-secret' });
    const { amount } = bench.order();
    const request = { providerPaymentId: 'X', amount, userId: 77, key: 'refund:one' };
    const answers = [
      await stranger.check(),
      await stranger.createPayment(bench.order(), 'create:one'),
      await stranger.ask({ by: 'payment', providerPaymentId: 'X' }),
      await stranger.refund(request),
    ];
    expect(answers.map(({ kind }) => kind)).toEqual(['invalid', 'refused', 'unknown', 'unknown']);
    expect(JSON.stringify(answers)).not.toContain('a-wrong-secret');
  });

  test('is worth nothing where the webhook is not one of the app’s', async () => {
    expect(await bench.adapter({ webhookId: 'ANOTHER' }).check()).toEqual({
      ...{ kind: 'invalid', reason: 'PAYPAL_WEBHOOK_ID names no webhook of this app' },
    });
  });

  test('is set up by an address and the events that are read', () => {
    expect(bench.provider.cabinet('https://shop.example')).toEqual([
      { field: 'Webhook URL', value: 'https://shop.example/webhook/paypal' },
      { field: 'Event types', value: expect.stringContaining('CHECKOUT.ORDER.APPROVED') },
    ]);
  });
});
