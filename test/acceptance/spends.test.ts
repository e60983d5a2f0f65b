import { v7 } from 'uuid';
import { apiClient, spender, type ApiAnswer, type ApiClient } from '../support/api';
import { payAndSettle } from '../support/payments';
import { balance, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, type Stack } from '../support/stack';

let stack: Stack;
let client: ApiClient;

beforeAll(async () => {
  stack = await startStack();
  client = await apiClient(stack);
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

const job = (amount: number | string) => ({ amount, description: 'a picture of a cat' });

test('T-B1 a spend over HTTP with a key takes the tokens and tells what it left', async () => {
  const userId = await spender(stack, 100);
  const { status, json } = await client.call('POST', `/users/${userId}/spend`, {
    body: job('9.84'),
  });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    amount: '9.84',
    amount_utok: '9840000',
    balance_before: '100',
    balance_after: '90.16',
    available_after_utok: '90160000',
    lots: [{ amount: '9.84' }],
  });
  expect(await balance(stack, userId)).toBe(90.16);
});

test('T-V10 of three parallel spends of 50 on 100 tokens two pass and one hears what is missing', async () => {
  const userId = await spender(stack, 100);
  const answers = await Promise.all(
    [1, 2, 3].map(() => client.call('POST', `/users/${userId}/spend`, { body: job(50) })),
  );
  const refused = answers.filter(({ status }) => status === 409);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
  expect(refused.map(({ json }) => json)).toEqual([
    expect.objectContaining({ code: 'insufficient_balance', required: '50', available: '0' }),
  ]);
});

test('a batch answers every item by itself, and one refused item changes nothing for the others', async () => {
  const [rich, poor] = [await spender(stack, 100), await spender(stack, 100)];
  const items = [
    { user_id: rich, ...job(10), idempotency_key: v7() },
    { user_id: poor, ...job(101), idempotency_key: v7() },
    { user_id: 999, ...job(10), idempotency_key: v7() },
  ];
  const { status, json } = await client.call('POST', '/spends/batch', { body: { items } });
  expect(status).toBe(200);
  expect(json['results']).toMatchObject([
    { status: 200, body: { amount: '10' }, problem: null, replayed: false },
    { status: 409, body: null, problem: { code: 'insufficient_balance', available: '100' } },
    { status: 404, body: null, problem: { code: 'user_not_found' } },
  ]);
});

test('T-V11 the same key answers the same, as a repeat; with another body it is refused', async () => {
  const userId = await spender(stack, 100);
  const path = `/users/${userId}/spend`;
  const name = v7();
  const first = await client.call('POST', path, { name, body: job(10) });
  const second = await client.call('POST', path, { name, body: job(10) });
  const other = await client.call('POST', path, { name, body: job(11) });
  expect([first.status, first.isReplay]).toEqual([200, false]);
  expect([second.status, second.isReplay]).toEqual([200, true]);
  expect(second.json).toEqual(first.json);
  expect([other.status, other.json['code']]).toEqual([422, 'idempotency_mismatch']);
  expect(await balance(stack, userId)).toBe(90);
});

test('T-B4 ten thousand charges of 0.01 are exactly one hundred', async () => {
  const userId = await spender(stack, 100);
  const batches = Array.from({ length: 100 }, () => ({
    items: Array.from({ length: 100 }, () => ({
      user_id: userId,
      ...job('0.01'),
      idempotency_key: v7(),
    })),
  }));
  const left: unknown[] = [];
  for (let next = 0; next < batches.length; next += 5) {
    const five = batches.slice(next, next + 5);
    const answers = await Promise.all(
      five.map((body) => client.call('POST', '/spends/batch', { body })),
    );
    left.push(...answers.flatMap(({ json }) => results(json).map(({ status }) => status)));
  }
  expect(left.filter((status) => status === 200)).toHaveLength(10_000);
  const [books] = await stack.sql`
    select balance::text, (select sum(charged_utok)::text from charges where user_id = ${userId}) as charged
    from accounts where user_id = ${userId}`;
  expect(books).toEqual({ balance: '0', charged: '100000000' });
  const over = await client.call('POST', `/users/${userId}/spend`, { body: job('0.01') });
  const user_message = '0.01 tokens short.';
  expect(over.json).toMatchObject({ code: 'insufficient_balance', available: '0', user_message });
}, 240_000);

test('T-P15 twenty parallel calls pass exactly what one limit lets through', async () => {
  const userId = await spender(stack, 1_000);
  await stack.sql`
    insert into spend_limits (scope, scope_id, "window", limit_utok)
    values ('user', ${String(userId)}, 'day', 70000000)`;
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      client.call('POST', `/users/${userId}/spend`, { body: job(10) }),
    ),
  );
  const refused = answers.filter(({ status }) => status === 409);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
  expect(refused).toHaveLength(13);
  expect(refused[0]?.json).toMatchObject({
    ...{ code: 'spend_limit_reached', scope: 'user', window: 'day', limit: '70', used: '70' },
    resets_at: expect.stringMatching(/T.*Z$/) as string,
  });
});

test('T-P17 a refusal does not hold its key, and equal keys in one batch do nothing at all', async () => {
  const userId = await spender(stack, 100);
  const name = v7();
  const path = `/users/${userId}/spend`;
  expect((await client.call('POST', path, { name, body: job(150) })).status).toBe(409);
  await topUp(userId, 200);
  const later = await client.call('POST', path, { name, body: job(150) });
  expect([later.status, later.isReplay]).toEqual([200, false]);
  const items = [1, 2].map((amount) => ({ user_id: userId, ...job(amount), idempotency_key: 'x' }));
  const batch = await client.call('POST', '/spends/batch', { body: { items } });
  expect([batch.status, batch.json['code']]).toEqual([400, 'validation_error']);
  expect(await balance(stack, userId)).toBe(150);
});

test('T-P18 another body under a key is refused while the first still runs', async () => {
  const userId = await spender(stack, 100);
  const name = v7();
  const path = `/users/${userId}/spend`;
  const answers = await Promise.all([
    client.call('POST', path, { name, body: job(10) }),
    client.call('POST', path, { name, body: job(11) }),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
  const [charges] = await stack.sql`
    select count(*)::int as count from charges where user_id = ${userId}`;
  expect(charges).toEqual({ count: 1 });
});

test('the same key a hundred times in parallel is one charge and one answer', async () => {
  const userId = await spender(stack, 100);
  const name = v7();
  const answers = await Promise.all(
    Array.from({ length: 100 }, () =>
      client.call('POST', `/users/${userId}/spend`, { name, body: job(10) }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ json }) => json['spend_id'])).size).toBe(1);
  expect(answers.filter(({ isReplay }) => !isReplay)).toHaveLength(1);
  expect(await balance(stack, userId)).toBe(90);
});

test('an item of a batch and the same spend alone are one request', async () => {
  const userId = await spender(stack, 100);
  const name = v7();
  const alone = await client.call('POST', `/users/${userId}/spend`, { name, body: job('10.0') });
  const items = [{ user_id: userId, ...job(10), idempotency_key: name }];
  const batch = await client.call('POST', '/spends/batch', { body: { items } });
  expect(results(batch.json)).toMatchObject([{ status: 200, replayed: true, body: alone.json }]);
});

test('top-ups during spends fail none of them (SP-3)', async () => {
  const userId = await spender(stack, 100);
  const spends = Array.from({ length: 20 }, () =>
    client.call('POST', `/users/${userId}/spend`, { body: job(5) }),
  );
  const [, ...answers] = await Promise.all([topUp(userId, 200), ...spends]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await balance(stack, userId)).toBe(200);
});

test('who may not spend hears why', async () => {
  const [blocked, frozen, lapsed] = [
    await spender(stack, 100),
    await spender(stack, 100),
    await spender(stack, 100),
  ];
  await stack.sql`update users set is_blocked = true where id = ${blocked}`;
  await stack.sql`update users set money_frozen_by = ${v7()} where id = ${frozen}`;
  await stack.sql`update subscriptions set access = 'restricted' where user_id = ${lapsed}`;
  const codes = [];
  for (const userId of [blocked, frozen, lapsed, 999]) {
    const answer = await client.call('POST', `/users/${userId}/spend`, { body: job(1) });
    codes.push([answer.status, answer.json['code'], answer.json['subscription_state']]);
  }
  expect(codes).toEqual([
    [403, 'user_blocked', undefined],
    [403, 'money_frozen', undefined],
    [403, 'subscription_required', 'active'],
    [404, 'user_not_found', undefined],
  ]);
  // A freeze without a dispute is against the books, which are checked after every test.
  await stack.sql`update users set money_frozen_by = null where id = ${frozen}`;
});

const results = (json: ApiAnswer['json']) =>
  json['results'] as readonly Readonly<Record<string, unknown>>[];

async function topUp(userId: number, tokens: number): Promise<void> {
  const order = await orderTopup(stack, userId, tokens * 100);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
}
