import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Notification } from '../../src/payments/notification';
import { stripeProvider } from '../../src/payments/stripe/stripe';
import type { PaymentOrder, PaymentProvider } from '../../src/payments/provider';
import { eventually } from '../sandbox/mock-provider-harness';
import { orders } from './orders';
import { pythonProgram, startForeign } from './support/foreign';
import type { Foreign } from './support/foreign';

// A Stripe that somebody else wrote and that remembers: it judges what we make of charges, refusals, refunds and signed
// events. It has no pay pages, no disputes and no idempotency.

const program = pythonProgram('localstripe', '1.15.10');
// The only reason to leave these out, and it is said aloud.
if (program === undefined) console.warn('Skipped: there is no python3 to run localstripe with.');
const withLocalstripe = program === undefined ? describe.skip : describe;
const SECRET = 'whsec_of_localstripe';
const KEY = 'sk_test_localstripe';

withLocalstripe('localstripe, a Stripe with a memory', () => {
  let stripe: Foreign;
  let provider: PaymentProvider;
  let shop: Awaited<ReturnType<typeof startShop>>;
  const order = orders({ currency: 'EUR' });

  beforeAll(async () => {
    stripe = await startForeign(program ?? '', (port) => [
      '--port',
      String(port),
      '--from-scratch',
    ]);
    shop = await startShop();
    provider = stripeProvider({
      ...{ secretKey: KEY, webhookSecrets: ['whsec_older', SECRET], baseUrl: stripe.url },
    });
    await send('/_config/webhooks/shop', { url: shop.url, secret: SECRET });
  });
  afterAll(async () => {
    await stripe?.stop();
    await shop?.stop();
  });

  async function send(path: string, fields: Record<string, string>): Promise<{ id: string }> {
    const response = await fetch(`${stripe.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: new URLSearchParams(fields),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(text);
    return text === '' ? { id: '' } : (JSON.parse(text) as { id: string });
  }

  /** A customer who has left a card of this number. */
  async function tokenOf(number: string): Promise<string> {
    const { id: customer } = await send('/v1/customers', { description: 'somebody' });
    const card = { exp_month: '12', exp_year: '2030', cvc: '123', number };
    const fields = Object.entries(card).map(([name, value]) => [`card[${name}]`, value] as const);
    const method = await send('/v1/payment_methods', {
      type: 'card',
      ...Object.fromEntries<string>(fields),
    });
    await send(`/v1/payment_methods/${method.id}/attach`, { customer });
    return `${customer}:${method.id}:card`;
  }

  const charge = async (token: string, terms: PaymentOrder) => {
    const method = { token, firstChargeId: undefined };
    return provider.chargeSaved?.({ method, order: terms }, `charge:${terms.invoiceId}`);
  };

  /** A charge that went through, by its payment. */
  async function paid(terms: PaymentOrder): Promise<string> {
    const charged = await charge(await tokenOf('4242424242424242'), terms);
    if (charged?.kind !== 'paid') throw new Error(`it is ${charged?.kind}`);
    return charged.providerPaymentId;
  }

  test('a saved card is charged, and the payment is found by its id and by our reference', async () => {
    const terms = order();
    const { invoiceId, invoiceNo, userId, amount } = terms;
    const providerPaymentId = await paid(terms);
    const fact = { providerPaymentId, state: 'paid', amount, invoiceId, invoiceNo, userId };
    expect(await provider.ask({ by: 'payment', providerPaymentId })).toMatchObject({
      ...{ kind: 'facts', facts: [fact] },
    });
    // It has no search: what the list of the newest shows is enough to be sure of a payment.
    expect(await provider.ask({ by: 'order', invoiceId, invoiceNo })).toMatchObject({
      ...{ kind: 'facts', facts: [fact] },
    });
  });

  test('without a search, an order that the newest do not show is unknown, not unpaid', async () => {
    const { invoiceId, invoiceNo } = order();
    expect(await provider.ask({ by: 'order', invoiceId, invoiceNo })).toMatchObject({
      kind: 'unknown',
    });
  });

  test.each([
    ['a card that is declined', '4000000000000341', { code: 'card_declined', isHard: false }],
    [
      'a card that wants its owner',
      '4000002500003155',
      { code: 'authentication_required', isHard: false, needsUser: true },
    ],
  ])('%s is refused in its class', async (_, number, decline) => {
    expect(await charge(await tokenOf(number), order())).toEqual({ kind: 'refused', ...decline });
  });

  test('a refused charge is found by our reference as failed, with its reason', async () => {
    const terms = order();
    await charge(await tokenOf('4000000000000341'), terms);
    const { invoiceId, invoiceNo } = terms;
    expect(await provider.ask({ by: 'order', invoiceId, invoiceNo })).toMatchObject({
      facts: [{ state: 'failed', decline: { code: 'card_declined', isHard: false } }],
    });
  });

  test('a part and then the rest go back, and the payment says how much', async () => {
    const terms = order();
    const providerPaymentId = await paid(terms);
    const part = { ...terms.amount, minor: 100 };
    const rest = { ...terms.amount, minor: terms.amount.minor - 100 };
    const request = { providerPaymentId, userId: 77 };
    const first = await provider.refund({ ...request, amount: part, key: 'refund:part' });
    expect(first).toMatchObject({ kind: 'done' });
    // This Stripe forgets keys at once, as the real one does after a day: nothing goes back twice all the same.
    expect(await provider.refund({ ...request, amount: part, key: 'refund:part' })).toEqual(first);
    const asked = () => provider.ask({ by: 'payment', providerPaymentId });
    expect(await asked()).toMatchObject({
      facts: [{ state: 'partially_refunded', refundedMinor: 100 }],
    });
    await provider.refund({ ...request, amount: rest, key: 'refund:rest' });
    expect(await asked()).toMatchObject({
      facts: [{ state: 'refunded', refundedMinor: terms.amount.minor }],
    });
  });

  test('a payment it never saw is unknown, and a refund of it is refused', async () => {
    const providerPaymentId = 'pi_never';
    expect(await provider.ask({ by: 'payment', providerPaymentId })).toMatchObject({
      kind: 'unknown',
    });
    const { amount } = order();
    const request = { providerPaymentId, amount, userId: 77, key: 'refund:never' };
    expect(await provider.refund(request)).toMatchObject({ kind: 'refused' });
  });

  test('the events it signs are believed, and by no other secret', async () => {
    const providerPaymentId = await paid(order());
    const about = ({ rawBody }: Notification) => rawBody.includes(providerPaymentId);
    await eventually(() => shop.received.some(about));
    const event = shop.received.find(about);
    if (!event) throw new Error('it told nothing');
    const fact = { state: 'paid' };
    expect(await provider.verify(event)).toMatchObject({
      verified: 'yes',
      providerPaymentId,
      fact,
    });
    const stranger = stripeProvider({
      ...{ secretKey: KEY, webhookSecrets: ['whsec_other'], baseUrl: stripe.url },
    });
    expect(await stranger.verify(event)).toMatchObject({ verified: 'no' });
  });

  test('a card that was detached can never be charged again', async () => {
    const token = await tokenOf('4242424242424242');
    expect(await provider.revokeMethod?.({ token })).toEqual({ kind: 'done' });
  });

  test('the key is tried without changing anything', async () => {
    expect(await provider.check()).toEqual({ kind: 'valid', account: 'Stripe, test mode' });
  });
});

/** Keeps what it is sent, with the instant at which it came. */
async function startShop() {
  const received: Notification[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        rawBody: Buffer.concat(chunks),
        headers: request.headers,
        query: '',
        peerAddress: '127.0.0.1',
        receivedAt: new Date().toISOString(),
      });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, received, stop };
}
