import { v7 } from 'uuid';
import { apiClient, spender, type ApiClient } from '../support/api';
import { MINUTE, payAndSettle } from '../support/payments';
import { balance, newUser, orderTopup, promisedMessages, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;
let client: ApiClient;

beforeAll(async () => {
  stack = await startStack();
  client = await apiClient(stack);
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** A report of a finished job, unless the change says otherwise. */
function event(userId: number, change: Readonly<Record<string, unknown>> = {}) {
  return {
    event_id: v7(),
    source: 'runner',
    user_id: userId,
    track: 'presentation',
    total_cost: '0.05',
    ...change,
  };
}

const send = (body: unknown) => client.call('POST', '/track-costs', { body, name: null });

async function setting(key: string, value: unknown): Promise<void> {
  await stack.sql`
    insert into settings (key, value, updated_by) values (${key}, ${JSON.stringify(value)}::jsonb, 'test')
    on conflict (key) do update set value = excluded.value`;
}

/** Somebody with a subscription in force and so few tokens, because the others were spent. */
async function poorSpender(tokens: number): Promise<number> {
  const userId = await spender(stack, 100);
  const body = { amount: 100 - tokens, description: 'an earlier job' };
  await client.call('POST', `/users/${userId}/spend`, { body });
  return userId;
}

const charged = async (userId: number) =>
  (
    await stack.sql`
      select coalesce(sum(charged_utok), 0)::float8 / 1e6 as tokens, count(*)::int as rows
      from charges where user_id = ${userId}`
  )[0] as { tokens: number; rows: number };

test('T-V22 costs are multiplied exactly and rounded once, and a cost below half a cent is legal', async () => {
  const userId = await spender(stack, 100);
  for (const [cost, tokens] of [
    ['0.05', '0.16'],
    [0.004, '0.01'],
    ['0.001', '0'],
  ]) {
    const { status, json } = await send(event(userId, { total_cost: cost }));
    expect([status, json['charged'], json['status']]).toEqual([200, tokens, 'charged']);
  }
  expect(await balance(stack, userId)).toBe(99.83);
  await setting('COST_ROUNDING', 'exact');
  const { json } = await send(event(userId));
  await setting('COST_ROUNDING', 'cent');
  expect(json).toMatchObject({ charged: '0.157', charged_utok: '157000', multiplier: '3.14' });
});

test('both envelopes and the bare report say the same, flat or wrapped', async () => {
  const userId = await spender(stack, 100);
  const bodies = [
    event(userId),
    { type: 'track_cost', ...event(userId) },
    { type: 'track_cost', data: event(userId) },
    { type: 'bot_output', output_type: 'track_cost', payload: event(userId) },
    { type: 'bot_output', output_type: 'track_cost', ...event(userId) },
  ];
  for (const body of bodies) expect((await send(body)).json['charged']).toBe('0.16');
  const other = await send({ type: 'bot_output', output_type: 'text', ...event(userId) });
  expect([other.status, other.json['code']]).toEqual([400, 'validation_error']);
});

test('a repeat is answered from the books and another body under the same name is refused', async () => {
  const userId = await spender(stack, 100);
  const body = event(userId, { node_costs: { draft: 0.02, check: '0.01' } });
  const first = await send(body);
  const again = await send({ type: 'track_cost', data: body });
  expect(first.json['nodes']).toHaveLength(3);
  expect([again.status, again.isReplay]).toEqual([200, true]);
  expect(again.json).toEqual({ ...first.json, replayed: true });
  const other = await send({ ...body, total_cost: '0.06' });
  expect([other.status, other.json['code']]).toEqual([422, 'idempotency_mismatch']);
  expect(await balance(stack, userId)).toBe(99.84);
});

test.each([['-1'], [-0.05], ['NaN'], ['abc'], [null], ['0.12345678901']])(
  'a cost of %p is refused',
  async (cost) => {
    const { status } = await send(event(1, { total_cost: cost }));
    expect(status).toBe(400);
  },
);

test('T-B2 delivered work is charged whatever became of the person meanwhile', async () => {
  const userId = await spender(stack, 100);
  await stack.sql`update users set is_blocked = true where id = ${userId}`;
  expect((await send(event(userId))).json['charged']).toBe('0.16');
  const lapsed = await newUser(stack);
  const { status, json } = await send(event(lapsed, { total_cost: 1 }));
  expect([status, json['charged'], json['uncollected']]).toEqual([200, '3.14', '0']);
  expect(await balance(stack, lapsed)).toBe(-3.14);
});

test('T-B3 a debt of 999 is kept and 1000 is the floor', async () => {
  await setting('COST_MULTIPLIER', '1');
  const userId = await newUser(stack);
  await send(event(userId, { total_cost: '999' }));
  expect(await balance(stack, userId)).toBe(-999);
  const { json } = await send(event(userId, { total_cost: '2' }));
  await setting('COST_MULTIPLIER', '3.14');
  expect(json).toMatchObject({ charged: '1', uncollected: '1' });
  expect(await balance(stack, userId)).toBe(-1_000);
});

test('T-B5 work that cost nothing is answered, silent, and broken Markdown in its names stays text', async () => {
  const userId = await spender(stack, 100);
  const before = await promisedMessages(stack, userId);
  const free = await send(event(userId, { total_cost: 0, free_requests: 3 }));
  expect(free.json).toMatchObject({ status: 'charged', charged: '0', label: 'free' });
  const broken = { track: '*bold _it `code <b>&"', node_costs: { '[link](_*': '0.05' } };
  const { status, json } = await send(event(userId, { ...broken, total_cost: '0' }));
  expect([status, json['label']]).toEqual([200, 'local_model']);
  expect((await send(event(userId, broken))).json).toMatchObject({
    charged: '0.16',
    nodes: [{ node: '[link](_*', cost: '0.16' }],
  });
  expect(await promisedMessages(stack, userId)).toEqual(before);
});

test('T-B7 a charge beyond the floor takes what fits, shows the rest, and nothing new may start', async () => {
  const userId = await poorSpender(10);
  await setting('COST_MULTIPLIER', '1');
  const { json } = await send(event(userId, { total_cost: '5000' }));
  await setting('COST_MULTIPLIER', '3.14');
  expect(json).toMatchObject({ charged: '1010', uncollected: '3990' });
  const items = await stack.sql`select kind from open_items where user_id = ${userId}`;
  expect(items.map(({ kind }) => String(kind))).toEqual(['uncollected']);
  const second = await client.call('POST', `/users/${userId}/spend`, {
    body: { amount: '1', description: 'one more' },
  });
  expect([second.status, second.json['code']]).toEqual([409, 'insufficient_balance']);
});

test('a debt is shown and settled by the next top-up', async () => {
  const userId = await poorSpender(10);
  await send(event(userId, { total_cost: '10' }));
  expect(await balance(stack, userId)).toBe(-21.4);
  const order = await orderTopup(stack, userId, 20_000);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  expect(await balance(stack, userId)).toBe(178.6);
});

test('T-P13 totals that start again from zero and 22 equal reports in a second are charged once', async () => {
  const userId = await spender(stack, 100);
  const job = { task_ref: 'job-1', source: 'meter' };
  for (const total_cost of ['3.86', '0', '1.2']) {
    const { json } = await send(event(userId, { ...job, total_cost, final: false }));
    expect(json['status']).toBe('reported');
  }
  const last = await send(event(userId, { ...job, total_cost: '2.5' }));
  expect(last.json).toMatchObject({ status: 'charged', job_charged: '12.12' });
  const equal = Array.from({ length: 22 }, () =>
    event(userId, { task_ref: 'job-2', source: 'meter', total_cost: '1' }),
  );
  const answers = await Promise.all(equal.map(send));
  expect(answers.map(({ status }) => status)).toEqual(equal.map(() => 200));
  expect(await charged(userId)).toEqual({ tokens: 15.26, rows: 2 });
});

test('a batch answers every event by itself', async () => {
  const userId = await spender(stack, 100);
  const good = Array.from({ length: 40 }, () => event(userId));
  const events = [...good, event(userId, { total_cost: -1 }), event(999), good[0]];
  const { status, json } = await send({ events });
  const results = json['results'] as { status: string; problem?: { code: string } }[];
  expect(status).toBe(200);
  expect(results.filter((one) => one.status === 'charged')).toHaveLength(41);
  expect(results.flatMap(({ problem }) => problem?.code ?? [])).toEqual([
    'invalid_amount',
    'user_not_found',
  ]);
  expect(await charged(userId)).toEqual({ tokens: 6.4, rows: 40 });
});

test('a job whose last report never comes is charged by what it reported', async () => {
  const userId = await spender(stack, 100);
  await send(event(userId, { task_ref: 'silent', total_cost: '2', final: false }));
  await stack.advance(userId, 61 * MINUTE);
  await until('it is charged', async () => (await charged(userId)).rows === 1);
  expect(await balance(stack, userId)).toBe(93.72);
  const late = await send(event(userId, { task_ref: 'silent', total_cost: '3' }));
  expect(late.json).toMatchObject({ status: 'charged', charged: '3.14', job_charged: '9.42' });
});
