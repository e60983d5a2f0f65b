import { apiClients, apiKeys } from '../../drizzle/schema';
import { issueKey } from '../../src/http/api/keys';
import { payAndSettle } from '../support/payments';
import { paymentIdOf, refundHandle, refundStates } from '../support/refunds';
import { TEST_SECRETS } from '../support/secrets';
import { balance, newUser, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;
let key: string;

beforeAll(async () => {
  stack = await startStack();
  key = await keyWith(['refund:write']);
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

let clients = 0;

async function keyWith(
  scopes: string[],
  change: Partial<typeof apiKeys.$inferInsert> = {},
): Promise<string> {
  clients += 1;
  const issued = issueKey(TEST_SECRETS.apiKeyPepper);
  const { db } = stack.database;
  const [client] = await db
    .insert(apiClients)
    .values({ name: `client ${clients}` })
    .returning();
  const { prefix, hash } = issued;
  await db
    .insert(apiKeys)
    .values({ clientId: String(client?.id), prefix, hash, scopes, ...change });
  return issued.key;
}

async function topup() {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const providerPaymentId = await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return { order, providerPaymentId, paymentId: await paymentIdOf(stack, providerPaymentId) };
}

interface Call {
  readonly body?: unknown;
  readonly bearer?: string | null;
  readonly name?: string | null;
  readonly headers?: Record<string, string>;
}

let names = 0;

async function call(paymentId: string, { body, bearer, name, headers }: Call = {}) {
  names += 1;
  const isPost = body !== undefined;
  const named = name === null || !isPost ? {} : { 'idempotency-key': name ?? `call-${names}` };
  const response = await fetch(`${stack.http.url}/api/v1/payments/${paymentId}/refunds`, {
    method: isPost ? 'POST' : 'GET',
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer ?? key}` }),
      ...(isPost ? { 'content-type': 'application/json' } : {}),
      ...named,
      ...headers,
    },
    ...(isPost ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: JSON.parse(text) as Answer };
}

type Answer = Readonly<Record<string, unknown>>;

const WISH = { reason: 'the customer asked for it' };

test('a refund asked for over HTTP is carried out once, however often it is asked for', async () => {
  const { order, providerPaymentId, paymentId } = await topup();
  const answers = await Promise.all(
    [1, 2, 3].map(() => call(paymentId, { body: WISH, name: 'order-1' })),
  );
  for (const { status, json } of answers) {
    expect(status).toBe(201);
    expect(json).toMatchObject({
      amount_minor: 10_000,
      policy: 'unspent_only',
      approvals_required: 0,
    });
    expect(json['refund_id']).toBe(answers[0]?.json['refund_id']);
  }
  await refundHandle(stack, String(answers[0]?.json['workflow_id'])).result();
  expect(await balance(stack, order.userId)).toBe(0);
  const again = await call(paymentId, { body: { ...WISH }, name: 'order-1' });
  expect(again.status).toBe(201);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.json).toMatchObject({ state: 'done', refund_id: answers[0]?.json['refund_id'] });
  expect(await refundStates(stack, providerPaymentId)).toEqual(['done']);
  const listed = await call(paymentId);
  expect(listed.json).toMatchObject({
    payment_id: paymentId,
    user_id: order.userId,
    state: 'partially_refunded',
    refunds: [{ state: 'done', plan: { refund_minor: 10_000, taken_utok: '100000000' } }],
  });
});

test('one name means one request', async () => {
  const [first, second] = [await topup(), await topup()];
  await call(first.paymentId, { body: { ...WISH, amount_minor: 1_000 }, name: 'order-2' });
  const others = [
    call(first.paymentId, { body: { ...WISH, amount_minor: 2_000 }, name: 'order-2' }),
    call(second.paymentId, { body: { ...WISH, amount_minor: 1_000 }, name: 'order-2' }),
  ];
  for (const { status, json } of await Promise.all(others)) {
    expect(status).toBe(422);
    expect(json['code']).toBe('idempotency_mismatch');
  }
  const stranger = await keyWith(['refund:write']);
  const theirs = await call(second.paymentId, { body: WISH, name: 'order-2', bearer: stranger });
  expect(theirs.status).toBe(201);
  const racing = await Promise.all([
    call(first.paymentId, { body: { ...WISH, amount_minor: 500 }, name: 'order-3' }),
    call(first.paymentId, { body: { ...WISH, amount_minor: 600 }, name: 'order-3' }),
  ]);
  expect(racing.map(({ status }) => status).sort()).toEqual([201, 422]);
  await until('all are done', async () => {
    const states = await refundStates(stack, first.providerPaymentId);
    return states.length === 2 && states.every((state) => state === 'done');
  });
  await until(
    'theirs is done',
    async () => (await refundStates(stack, second.providerPaymentId))[0] === 'done',
  );
});

test('a refusal is no effect: the same name may succeed later', async () => {
  const { paymentId, providerPaymentId } = await topup();
  await stack.sql`update payments set state = 'disputed' where id = ${paymentId}`;
  await stack.sql`
    insert into disputes (id, provider, provider_ref, payment_id, state, amount_minor, currency, exponent, due_at)
    values (${paymentId}, 'mock', ${paymentId}, ${paymentId}, 'opened', 1, 'RUB', 2, now())`;
  const refused = await call(paymentId, { body: WISH, name: 'order-4' });
  expect(refused.status).toBe(409);
  expect(refused.json).toMatchObject({ code: 'conflict', reason: 'disputed' });
  await stack.sql`delete from disputes where id = ${paymentId}`;
  await stack.sql`update payments set state = 'paid' where id = ${paymentId}`;
  const accepted = await call(paymentId, { body: WISH, name: 'order-4' });
  expect(accepted.status).toBe(201);
  await refundHandle(stack, String(accepted.json['workflow_id'])).result();
  expect(await refundStates(stack, providerPaymentId)).toEqual(['done']);
});

test('nobody gets in without a key in force and its scope', async () => {
  const { paymentId } = await topup();
  const revoked = await keyWith(['refund:write'], { revokedAt: new Date() });
  const over = await keyWith(['refund:write'], { expiresAt: new Date(Date.now() - 1_000) });
  const wrong = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
  for (const bearer of [null, 'nonsense', `deadbeef_${'x'.repeat(43)}`, wrong, revoked, over]) {
    const { status, headers, json } = await call(paymentId, { body: WISH, bearer });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer\b/);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(json).toMatchObject({ code: 'unauthorized', status: 401 });
  }
  const reader = await keyWith(['refund:read']);
  expect((await call(paymentId, { bearer: reader })).status).toBe(200);
  const forbidden = await call(paymentId, { body: WISH, bearer: reader });
  expect(forbidden.status).toBe(403);
  expect(forbidden.json).toMatchObject({ code: 'forbidden_scope', request_id: expect.any(String) });
});

test('a malformed request is told what is wrong with it', async () => {
  const { paymentId } = await topup();
  const codeOf = async (asked: Call) => {
    const { status, json } = await call(paymentId, asked);
    return `${status} ${String(json['code'])}`;
  };
  expect(await codeOf({ body: WISH, name: null })).toBe('400 idempotency_key_required');
  expect(await codeOf({ body: { ...WISH, idempotency_key: 'other' }, name: 'this' })).toBe(
    '400 validation_error',
  );
  expect(await codeOf({ body: '{"reason": ' })).toBe('400 validation_error');
  expect(await codeOf({ body: { reason: 'short' } })).toBe('400 validation_error');
  expect(await codeOf({ body: { ...WISH, amount_minor: 0.5 } })).toBe('400 validation_error');
  expect(await codeOf({ body: { ...WISH, colour: 'red' } })).toBe('400 validation_error');
  expect(await codeOf({ body: { ...WISH, amount_minor: 10_001 } })).toBe('409 conflict');
  const { json } = await call(paymentId, {
    body: { ...WISH, amount_minor: 10_001 },
    headers: { 'accept-language': 'ru' },
  });
  expect(json).toMatchObject({ most_minor: 10_000, user_message: 'Сейчас это невозможно.' });
  expect((await call('0198a000-0000-7000-8000-000000000000', { body: WISH })).status).toBe(404);
  expect((await call('nonsense')).status).toBe(404);
  const nowhere = `${stack.http.url}/api/v1/nothing`;
  expect((await fetch(nowhere)).status).toBe(401);
  const elsewhere = await fetch(nowhere, { headers: { authorization: `Bearer ${key}` } });
  expect(elsewhere.status).toBe(404);
});
