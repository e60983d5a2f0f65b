import { createHmac } from 'node:crypto';
import { stripeProvider } from '../../src/payments/stripe/stripe';
import type { Notification } from '../../src/payments/notification';
import { startStripeBench, bankSays } from './support/stripe-bench';
import type { StripeBench } from './support/stripe-bench';
import { STRIPE_SECRET, signed } from './support/stripe-fake';

// The worked example of the specification: an invented secret, a fixed second, and the code over both and the body.
const EXAMPLE = {
  ...{ secret: 'whsec_example_only', seconds: 1_751_328_000 },
  body: '{"id":"evt_demo","type":"ping"}',
  v1: '118f7064dba38f6f6990ea26f66c62f6db77962f9b98362d821f13937f6e5e24',
};
const shop = (webhookSecrets: readonly string[]) =>
  stripeProvider({ secretKey: 'sk_test_1', webhookSecrets, baseUrl: 'http://127.0.0.1:1' });
const example = (header: string, receivedSeconds = EXAMPLE.seconds): Notification => ({
  ...{ rawBody: Buffer.from(EXAMPLE.body), headers: { 'stripe-signature': header }, query: '' },
  ...{ peerAddress: '127.0.0.1', receivedAt: new Date(receivedSeconds * 1_000).toISOString() },
});
const verdictOn = async (header: string, receivedSeconds?: number) =>
  (await shop([EXAMPLE.secret]).verify(example(header, receivedSeconds))).verified;
const { seconds: t, v1 } = EXAMPLE;
const WRONG = 'f'.repeat(64);

describe('a signature', () => {
  test('is the one of the worked example', async () => {
    expect(await shop([EXAMPLE.secret]).verify(example(`t=${t},v1=${v1}`))).toMatchObject({
      ...{ verified: 'other', dedupeKey: 'evt_demo', about: {} },
    });
  });

  test.each([
    ['another matches as well', `t=${t},v1=${WRONG},v1=${v1}`, 'other'],
    ['none matches', `t=${t},v1=${WRONG}`, 'no'],
    ['only the old scheme matches', `t=${t},v0=${v1}`, 'no'],
    ['the old scheme matches beside a wrong one', `t=${t},v1=${WRONG},v0=${v1}`, 'no'],
    ['the time was changed', `t=${t + 1},v1=${v1}`, 'no'],
    ['there is no time', `v1=${v1}`, 'no'],
    ['there is nothing', '', 'no'],
  ])('where %s', async (_, header, verified) => {
    expect(await verdictOn(header)).toBe(verified);
  });

  test('is good for 300 seconds by the clock of whoever received it', async () => {
    expect(await verdictOn(`t=${t},v1=${v1}`, t + 300)).toBe('other');
    expect(await verdictOn(`t=${t},v1=${v1}`, t + 301)).toBe('no');
  });

  test('may be by any secret of ours while one is rolled over, and by no other', async () => {
    const notification = example(`t=${t},v1=${v1}`);
    const verdicts = [
      await shop(['whsec_new', EXAMPLE.secret]).verify(notification),
      await shop(['whsec_new']).verify(notification),
      await shop([]).verify(notification),
      await shop(['']).verify(notification),
    ];
    expect(verdicts.map(({ verified }) => verified)).toEqual(['other', 'no', 'no', 'no']);
  });

  test('is over the raw bytes: the same JSON written otherwise is another body', async () => {
    const rawBody = Buffer.from(JSON.stringify(JSON.parse(EXAMPLE.body), null, 1));
    const notification = { ...example(`t=${t},v1=${v1}`), rawBody };
    expect(await shop([EXAMPLE.secret]).verify(notification)).toMatchObject({ verified: 'no' });
  });

  test.each(['null', '[]', '"x"', '{}', 'not json', '{"object":"v2.core.event"}'])(
    'over %s is genuine and yet no event',
    async (body) => {
      const code = createHmac('sha256', EXAMPLE.secret).update(`${t}.${body}`).digest('hex');
      const notification = { ...example(`t=${t},v1=${code}`), rawBody: Buffer.from(body) };
      const { verified } = await shop([EXAMPLE.secret]).verify(notification);
      expect(['malformed', 'no']).toContain(verified);
    },
  );
});

describe('an event', () => {
  let bench: StripeBench;
  beforeAll(async () => {
    bench = await startStripeBench();
  });
  afterAll(() => bench.stripe.stop());

  async function told(type: string, object: unknown) {
    return bench.provider.verify(bench.stripe.event(type, object));
  }

  test.each([
    ['payment_intent.succeeded', 'paid'],
    ['payment_intent.processing', 'paid'],
  ])('%s speaks of a payment in its own state', async (type, state) => {
    const { invoiceId, invoiceNo, ...terms } = bench.order();
    const intent = await bench.paid({ invoiceId, invoiceNo, ...terms });
    expect(await told(type, intent)).toMatchObject({
      ...{ verified: 'yes', providerPaymentId: intent.id },
      fact: { state, invoiceId, invoiceNo, userId: 77, amount: terms.amount },
    });
  });

  test('of a failed attempt carries the class of the refusal', async () => {
    const { stripe, order, open } = bench;
    const terms = order();
    await open(terms);
    const intent = stripe.payPage(terms.invoiceId, bankSays('stolen_card'));
    expect(await told('payment_intent.payment_failed', intent)).toMatchObject({
      fact: { state: 'failed', decline: { code: 'stolen_card', isHard: true } },
    });
  });

  test('of a paid page names the payment, not the page', async () => {
    const { stripe, paid, order } = bench;
    const terms = order();
    const { invoiceId, invoiceNo, amount } = terms;
    const { id: providerPaymentId } = await paid(terms);
    for (const type of ['completed', 'async_payment_succeeded']) {
      const verdict = await told(`checkout.session.${type}`, stripe.sessionOf(invoiceId));
      const fact = { state: 'paid', amount, invoiceId, invoiceNo };
      expect(verdict).toMatchObject({ verified: 'yes', providerPaymentId, fact });
    }
  });

  test.each(['completed', 'expired', 'async_payment_failed'])(
    'of a page that is %s and unpaid is a reason to ask about its order, nothing more',
    async (type) => {
      const { stripe, open, order } = bench;
      const terms = order();
      const { invoiceId, invoiceNo } = terms;
      await open(terms);
      const page = { ...stripe.sessionOf(invoiceId), payment_intent: 'pi_1', status: 'complete' };
      expect(await told(`checkout.session.${type}`, page)).toMatchObject({
        ...{ verified: 'other', about: { invoiceId, invoiceNo } },
      });
    },
  );

  test('of money that went back says how much', async () => {
    const { stripe, provider, paid, order } = bench;
    const { id: providerPaymentId, latest_charge: chargeId } = await paid(order());
    const amount = { minor: 100, currency: 'EUR', exponent: 2 };
    await provider.refund({ providerPaymentId, amount, userId: 77, key: 'refund:one' });
    const charge = stripe.book.charges.get(chargeId ?? '');
    expect(await told('charge.refunded', charge)).toMatchObject({
      ...{ providerPaymentId, fact: { state: 'partially_refunded', refundedMinor: 100 } },
    });
    const [refund] = stripe.book.refundsOf(providerPaymentId);
    for (const type of ['refund.updated', 'refund.failed']) {
      expect(await told(type, refund)).toMatchObject({
        providerPaymentId,
        fact: { state: 'paid' },
      });
    }
  });

  test.each([
    ['created', 'needs_response', 'disputed', 'opened'],
    ['updated', 'under_review', 'disputed', 'opened'],
    ['closed', 'lost', 'disputed', 'lost'],
    ['closed', 'won', 'paid', 'won'],
  ])('of a dispute that is %s as %s', async (type, status, state, stage) => {
    const intent = await bench.paid(bench.order());
    const dispute = bench.stripe.dispute(intent, status);
    expect(await told(`charge.dispute.${type}`, dispute)).toMatchObject({
      providerPaymentId: intent.id,
      fact: { state, dispute: { ref: dispute.id, stage } },
    });
  });

  test.each([
    ['of another kind', 'customer.created', { id: 'cus_1' }],
    ['of a charge without a payment', 'charge.refunded', { id: 'ch_1', amount: 1 }],
    ['without anything inside', 'payment_intent.succeeded', undefined],
    ['with an amount that is no number', 'payment_intent.succeeded', { id: 'pi_1', amount: '1' }],
  ])('%s is acknowledged and changes nothing', async (_, type, object) => {
    const verdict = await told(type, object);
    expect(verdict).toMatchObject({ verified: 'other', answer: { status: 200 } });
  });

  test('that is forged lets the order it claims be asked about', async () => {
    const body = JSON.stringify({ data: { object: { metadata: { invoice_no: '1007' } } } });
    const forged = signed(body, `${STRIPE_SECRET}x`, Math.floor(Date.now() / 1_000));
    expect(await bench.provider.verify(forged)).toMatchObject({
      ...{ verified: 'no', claimedInvoiceNo: 1007 },
    });
  });
});
