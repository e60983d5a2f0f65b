import { mockProvider } from '../../src/payments/mock';
import type { PaymentPermission, Verification } from '../../src/payments/notification';
import type { PaymentProvider } from '../../src/payments/provider';
import type { PreCheckoutDecision } from '../../src/reads/billing';
import { CREDENTIALS, INVOICE_ID, invoiceView, never, startTestServer } from './harness';
import type { TestServer } from './harness';

let server: TestServer | undefined;
afterEach(() => server?.stop());

const { userId, amount } = invoiceView();
const HEARD = { status: 200, contentType: 'application/json', body: '{"heard":true}' };

/** A server with one provider that judges every notification alike, and reads that answer as told. */
async function judging(verdict: Verification, decision: PreCheckoutDecision = { kind: 'ok' }) {
  const mock = mockProvider({
    baseUrl: 'http://127.0.0.1:1',
    apiKey: 'k',
    credentials: CREDENTIALS,
  });
  const provider: PaymentProvider = { ...mock, verify: () => Promise.resolve(verdict) };
  const asked: unknown[] = [];
  server = await startTestServer((usual) => ({
    providers: new Map([['mock', provider]]),
    reads: {
      ...usual.reads,
      preCheckout: (question) => {
        asked.push(question);
        return Promise.resolve(decision);
      },
    },
  }));
  const send = () => fetch(`${server?.url}/webhook/mock`, { method: 'POST', body: 'a=1' });
  return { send, asked, server };
}

const about = (order: { invoiceNo?: number; invoiceId?: string }): Verification => ({
  verified: 'other',
  dedupeKey: 'd',
  about: order,
  answer: HEARD,
});

test('a genuine notification about no payment is kept and acknowledged, and nothing follows', async () => {
  const {
    send,
    server: { steps, stored },
  } = await judging(about({}));
  const response = await send();
  expect([response.status, await response.text()]).toEqual([200, HEARD.body]);
  expect(steps).toEqual(['store', 'signalled event-1']);
  expect(stored[0]).toMatchObject({ verified: 'yes', paymentRef: undefined });
});

test.each([{ invoiceNo: 12 }, { invoiceId: INVOICE_ID }])(
  'one that names an order lets the order be asked about: %j',
  async (order) => {
    const {
      send,
      server: { steps },
    } = await judging(about(order));
    expect((await send()).status).toBe(200);
    expect(steps).toEqual(['store', `poll ${INVOICE_ID}`, 'signalled event-1']);
  },
);

test('one that cannot be kept has to come again', async () => {
  const { send, server } = await judging(about({}));
  server.faults.store = never;
  expect((await send()).status).toBe(503);
});

const question = (
  order: Partial<Extract<Verification, { verified: 'question' }>['order']> = {},
): Verification => ({
  verified: 'question',
  order: { invoiceNo: 12, userId, amount, ...order },
  reply: (permission: PaymentPermission) => ({ ...HEARD, body: permission }),
});

test('a provider that asks whether an order may be paid is told, and nothing is stored', async () => {
  const {
    send,
    asked,
    server: { steps },
  } = await judging(question());
  expect(await (await send()).text()).toBe('ok');
  expect(asked).toEqual([
    { invoiceId: INVOICE_ID, provider: 'mock', userId, amount, asOf: expect.any(Date) },
  ]);
  expect(steps).toEqual([]);
});

test.each([
  [{ invoiceNo: 404 }, 'unknown_order'],
  [{ userId: undefined }, 'foreign_order'],
  [{ amount: undefined }, 'other_amount'],
])('a question that names no whole order is refused: %j', async (order, permission) => {
  const { send, asked } = await judging(question(order));
  expect(await (await send()).text()).toBe(permission);
  expect(asked).toEqual([]);
});

test('what the order’s own state forbids is refused', async () => {
  const { send } = await judging(question(), { kind: 'refused', reason: 'closed_order' });
  expect(await (await send()).text()).toBe('closed_order');
});
