import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PaymentOrder } from '../../src/payments/provider';
import { telegramStarsProvider } from '../../src/payments/telegram-stars';

interface BotAnswer {
  readonly status: number;
  readonly body: unknown;
}

let server: Server;
let apiRoot: string;
let calls: { method: string; body: Record<string, unknown> }[];
let answer: (method: string, body: Record<string, unknown>) => BotAnswer;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const method = request.url?.replace('/bot7:TOKEN/', '') ?? '';
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      calls.push({ method, body });
      const { status, body: reply } = answer(method, body);
      response.writeHead(status).end(typeof reply === 'string' ? reply : JSON.stringify(reply));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  apiRoot = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  calls = [];
});

const stars = () => telegramStarsProvider({ apiRoot, token: '7:TOKEN', timeoutMs: 200 });
const ok = (result: unknown): BotAnswer => ({ status: 200, body: { ok: true, result } });
const no = (code: number, description: string): BotAnswer => ({
  status: code,
  body: { ok: false, error_code: code, description },
});

const order: PaymentOrder = {
  invoiceId: 'invoice-1',
  invoiceNo: 1,
  userId: 77,
  amount: { minor: 250, currency: 'XTR', exponent: 0 },
  description: `${'Очень длинное название '.repeat(20)}🎉`,
  locale: 'ru',
  expiresAt: '2126-01-01T00:00:00.000Z',
  returnUrl: 'https://shop.example/pay/success',
  failUrl: 'https://shop.example/pay/fail',
};
const request = { providerPaymentId: 'charge-150', amount: order.amount, userId: 77, key: 'r' };

const payment = (n: number) => ({
  id: `charge-${n}`,
  amount: 250,
  date: 1_700_000_000 + n,
  source: { type: 'user', user: { id: 77 }, invoice_payload: `invoice-${n}` },
});

/** A list of 200 payments, the last of them refunded, read in pages as Telegram gives them. */
function listed(_method: string, { offset, limit }: Record<string, unknown>): BotAnswer {
  const all: unknown[] = Array.from({ length: 200 }, (_, n) => payment(n));
  all.push({
    id: 'charge-199',
    amount: 250,
    date: 1_700_001_000,
    receiver: { type: 'user', user: { id: 77 } },
  });
  const start = Number(offset);
  return ok({ transactions: all.slice(start, start + Number(limit)) });
}

test('a link asks for one price in Stars within the limits of Telegram', async () => {
  answer = () => ok('https://t.me/$abc');
  expect(await stars().createPayment(order, 'k')).toEqual({
    kind: 'created',
    url: 'https://t.me/$abc',
  });
  const [{ method, body } = { method: '', body: {} }] = calls;
  expect(method).toBe('createInvoiceLink');
  expect(body).toMatchObject({ payload: 'invoice-1', provider_token: '', currency: 'XTR' });
  expect(body['prices']).toEqual([{ label: body['title'], amount: 250 }]);
  expect(String(body['title']).length).toBeLessThanOrEqual(32);
  expect(String(body['description']).length).toBeLessThanOrEqual(255);
});

test('another currency is refused without asking Telegram', async () => {
  const amount = { minor: 1, currency: 'RUB', exponent: 2 };
  expect(await stars().createPayment({ ...order, amount }, 'k')).toMatchObject({ kind: 'refused' });
  expect(calls).toEqual([]);
});

test('a payment is found by its charge and by its order, beyond the first page', async () => {
  answer = listed;
  const fact = {
    providerPaymentId: 'charge-150',
    state: 'paid',
    amount: order.amount,
    invoiceNo: undefined,
    invoiceId: 'invoice-150',
    userId: 77,
    paidAt: new Date(1_700_000_150_000).toISOString(),
  };
  const byCharge = await stars().ask({ by: 'payment', providerPaymentId: 'charge-150' });
  const byOrder = await stars().ask({ by: 'order', invoiceId: 'invoice-150', invoiceNo: 150 });
  expect(byCharge).toEqual({ kind: 'facts', facts: [fact] });
  expect(byOrder).toEqual(byCharge);
});

test('an order is looked for no further back than the day it was written', async () => {
  answer = listed;
  const invoiceId = 'invoice-190';
  const writtenAt = new Date((1_700_000_000 + 190 + 3_600) * 1000).toISOString();
  const asked = await stars().ask({ by: 'order', invoiceId, invoiceNo: 190, writtenAt });
  expect(asked).toMatchObject({ kind: 'facts', facts: [{ providerPaymentId: 'charge-190' }] });
  expect(calls.map(({ body }) => body['offset'])).toEqual([0, 100, 300, 200, 100]);
});

test('a refund and its payment share an id, and neither is taken for the other', async () => {
  answer = listed;
  const range = { from: '2023-11-14T22:13:20.000Z', to: '2023-11-15T00:00:00.000Z' };
  const told = await stars().statement?.(range);
  const facts = told?.kind === 'facts' ? told.facts : [];
  expect(facts).toHaveLength(200);
  expect(facts.filter(({ state }) => state === 'refunded')).toMatchObject([
    { providerPaymentId: 'charge-199' },
  ]);
  const late = { from: '2023-11-14T22:30:00.000Z', to: '2023-11-15T00:00:00.000Z' };
  expect(await stars().statement?.(late)).toEqual({ kind: 'facts', facts: [] });
});

test('a refunded payment says so, once', async () => {
  answer = listed;
  const asked = await stars().ask({ by: 'payment', providerPaymentId: 'charge-199' });
  expect(asked).toMatchObject({ kind: 'facts', facts: [{ state: 'refunded' }] });
});

test('an order nobody paid has no facts, a charge nobody lists is unknown', async () => {
  answer = listed;
  const provider = stars();
  expect(await provider.ask({ by: 'order', invoiceId: 'x', invoiceNo: 1 })).toEqual({
    kind: 'facts',
    facts: [],
  });
  expect(await provider.ask({ by: 'payment', providerPaymentId: 'x' })).toMatchObject({
    kind: 'unknown',
  });
});

test('a refund is done, also when it already was', async () => {
  answer = () => ok(true);
  expect(await stars().refund(request)).toMatchObject({ kind: 'done' });
  answer = () => no(400, 'Bad Request: CHARGE_ALREADY_REFUNDED');
  expect(await stars().refund(request)).toMatchObject({ kind: 'done' });
  expect(calls[0]?.body).toEqual({ user_id: 77, telegram_payment_charge_id: 'charge-150' });
});

test('a refund is refused by a 400 and unknown after 429, 502 and nonsense', async () => {
  answer = () => no(400, 'Bad Request: CHARGE_NOT_FOUND');
  expect(await stars().refund(request)).toMatchObject({ kind: 'refused' });
  for (const bad of [
    no(429, 'Too Many Requests'),
    no(502, 'Bad Gateway'),
    { status: 200, body: '<html>' },
  ]) {
    answer = () => bad;
    expect(await stars().refund(request)).toMatchObject({ kind: 'unknown' });
  }
});

test('a refund is found in the list or stays unknown', async () => {
  answer = listed;
  const done = await stars().askRefund({ ...request, providerPaymentId: 'charge-199' });
  expect(done).toMatchObject({ kind: 'done' });
  expect(await stars().askRefund(request)).toMatchObject({ kind: 'unknown' });
});

test('a webhook body is never a proof of Stars', async () => {
  const notification = {
    rawBody: Buffer.from('{}'),
    headers: {},
    query: '',
    peerAddress: '',
    receivedAt: '2026-01-01T00:00:00.000Z',
  };
  expect(await stars().verify(notification)).toMatchObject({ verified: 'malformed' });
});

test('no reason ever carries the token', async () => {
  const provider = telegramStarsProvider({ apiRoot: 'http://127.0.0.1:1', token: '7:TOKEN' });
  expect(JSON.stringify(await provider.createPayment(order, 'k'))).not.toContain('TOKEN');
});

test.each([
  ['done', () => ok(true), { kind: 'done' }],
  [
    'refused for a charge Telegram does not know',
    () => no(400, 'Bad Request: CHARGE_NOT_FOUND'),
    { kind: 'refused', reason: 'Bad Request: CHARGE_NOT_FOUND' },
  ],
  [
    'unknown while Telegram is ill',
    () => no(502, 'Bad Gateway'),
    { kind: 'unknown', reason: 'the provider answered 502' },
  ],
] as const)('the end of a Stars subscription is %s', async (_what, reply, outcome) => {
  answer = reply;
  const subscription = { userId: 77, firstChargeId: 'charge-1' };
  expect(await stars().cancelSubscription?.(subscription)).toEqual(outcome);
  expect(calls).toEqual([
    {
      method: 'editUserStarSubscription',
      body: { user_id: 77, telegram_payment_charge_id: 'charge-1', is_canceled: true },
    },
  ]);
});
