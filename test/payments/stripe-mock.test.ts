import { stripeProvider } from '../../src/payments/stripe/stripe';
import type { PaymentProvider } from '../../src/payments/provider';
import { orders } from './orders';
import { goProgram, startForeign } from './support/foreign';
import type { Foreign } from './support/foreign';

// The official stand-in answers from Stripe's own description of its interface, and refuses what that does not contain:
// a judge of our requests. It remembers nothing, so what it tells of is never ours.

const program = goProgram('github.com/stripe/stripe-mock', 'v0.203.0');
// The only reason to leave these out, and it is said aloud.
if (program === undefined) console.warn('Skipped: there is no Go to build stripe-mock with.');
const withMock = program === undefined ? describe.skip : describe;

withMock('stripe-mock, which knows every parameter of Stripe, takes what we send', () => {
  let mock: Foreign;
  let provider: PaymentProvider;
  const order = orders({ currency: 'USD' });

  beforeAll(async () => {
    mock = await startForeign(program ?? '', (port) => ['-http-addr', `127.0.0.1:${port}`]);
    provider = stripeProvider({
      ...{ secretKey: 'sk_test_123', webhookSecrets: ['whsec_a'], baseUrl: mock.url },
      nowMs: () => Date.parse('2026-01-01T00:00:00.000Z'),
    });
  });
  afterAll(() => mock?.stop());

  test.each([
    ['a plain order', {}],
    ['an order whose way to pay is kept', { savesMethod: true }],
    ['an order whose page ends with it', { expiresAt: '2026-01-01T06:00:00.000Z' }],
    ['an order in whole yen', { amount: { minor: 500, currency: 'JPY', exponent: 0 } }],
  ])('%s opens a pay page', async (_, terms) => {
    const created = await provider.createPayment({ ...order(), ...terms }, 'create:one');
    expect(created).toMatchObject({ kind: 'created', url: expect.stringMatching(/^https:/) });
  });

  test('a payment, an order by its page and an order by our reference can be asked for', async () => {
    const refs = [
      { by: 'payment', providerPaymentId: 'pi_1' },
      { by: 'order', invoiceId: 'a', invoiceNo: 1, providerRef: 'cs_test_1' },
      { by: 'order', invoiceId: 'a', invoiceNo: 1 },
    ] as const;
    for (const ref of refs) expect(await provider.ask(ref)).toMatchObject({ kind: 'facts' });
  });

  test('a saved method is charged, and what becomes of it is understood', async () => {
    const method = { token: 'cus_1:pm_1:card', firstChargeId: undefined };
    const charged = await provider.chargeSaved?.({ method, order: order() }, 'charge:one');
    // It always tells of an intent that still wants a method, so a refusal is the right reading.
    expect(charged).toMatchObject({ kind: 'refused' });
    expect(await provider.revokeMethod?.(method)).toEqual({ kind: 'done' });
    expect(await provider.savedMethod?.({ providerPaymentId: 'pi_1' })).toEqual({ kind: 'none' });
  });

  test('money goes back, and what became of it can be asked for', async () => {
    const { amount } = order();
    const request = { providerPaymentId: 'pi_1', amount, userId: 77, key: 'refund:one' };
    expect(await provider.refund(request)).toMatchObject({ kind: 'done' });
    expect(await provider.askRefund(request)).toMatchObject({ kind: 'unknown' });
  });

  test('a day is listed, an order is closed, and the key is tried', async () => {
    const day = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };
    expect(await provider.statement?.(day)).toMatchObject({ kind: 'facts' });
    await provider.cancel({ invoiceId: 'a', invoiceNo: 1, providerRef: 'cs_test_1' });
    expect(await provider.check()).toEqual({ kind: 'valid', account: 'Stripe, test mode' });
  });

  test('it does refuse what Stripe does not know, so that its consent means something', async () => {
    const answer = await fetch(`${mock.url}/v1/checkout/sessions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_123' },
      body: new URLSearchParams({ mode: 'payment', gold: '1' }),
    });
    expect(answer.status).toBe(400);
  });
});
