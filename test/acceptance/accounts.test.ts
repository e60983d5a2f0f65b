import { v7 } from 'uuid';
import { newVisitor } from '../bot/support/visitor';
import { apiClient, spender, type ApiClient } from '../support/api';
import { payAndSettle } from '../support/payments';
import { newUser, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;
let client: ApiClient;

beforeAll(async () => {
  stack = await startStack({ hasBot: true });
  client = await apiClient(stack);
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

const get = async (path: string) => client.call('GET', path);

async function spend(userId: number, amount: string): Promise<string> {
  const body = { amount, description: 'a picture of a cat' };
  const { status, json } = await client.call('POST', `/users/${userId}/spend`, { body });
  expect(status).toBe(200);
  return String(json['spend_id']);
}

test('T-B6 a fractional balance is shown in /balance and /start as it is', async () => {
  const visitor = newVisitor(stack);
  await visitor.write('/start');
  const order = await orderTopup(stack, visitor.id, 20_000);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  await spend(visitor.id, '0.16');
  expect((await visitor.write('/balance')).message.text).toContain('99.84');
  expect((await visitor.write('/start')).message.text).toContain('99.84');
  expect((await visitor.write('/history')).message.text).toContain('a picture of a cat');
  expect((await get(`/users/${visitor.id}/balance`)).json).toMatchObject({
    balance: '99.84',
    balance_utok: '99840000',
  });
});

test('a balance tells what is there, what is owed and whether more may be spent', async () => {
  const userId = await spender(stack, 100);
  const { status, json } = await get(`/users/${userId}/balance`);
  expect(status).toBe(200);
  expect(json).toMatchObject({
    ...{ user_id: userId, balance: '100', held: '0', available: '100', debt: '0' },
    ...{ lots_expiring: [], can_spend: true, reason_code: null },
    subscription: { state: 'active', access: 'full' },
  });
  const idle = await newUser(stack);
  expect((await get(`/users/${idle}/balance`)).json).toMatchObject({
    can_spend: false,
    reason_code: 'subscription_required',
    subscription: null,
  });
  expect((await get('/users/123456/balance')).json).toMatchObject({ code: 'user_not_found' });
});

test('a preview names the lots of the spend that follows, and moves nothing', async () => {
  const userId = await spender(stack, 100);
  const body = { amount: '30.5' };
  const preview = await client.call('POST', `/users/${userId}/spend/preview`, { body, name: null });
  expect(preview.json).toMatchObject({ can_spend: true, balance_after: '69.5' });
  expect((await get(`/users/${userId}/balance`)).json).toMatchObject({ balance: '100' });
  const spent = await client.call('POST', `/users/${userId}/spend`, {
    body: { ...body, description: 'a job' },
  });
  expect(spent.json['lots']).toEqual(preview.json['lots']);
  const refused = await get(`/users/${userId}/can-spend?amount=70`);
  expect(refused.json).toMatchObject({
    ...{ can_spend: false, reason_code: 'insufficient_balance', available: '69.5' },
  });
  const most = await get(`/users/${userId}/can-spend?amount=20000`);
  expect(most.json).toMatchObject({ can_spend: false, reason_code: 'invalid_amount' });
});

test('the history comes in pages, the newest first, and nothing twice', async () => {
  const userId = await spender(stack, 100);
  for (const amount of ['1', '2', '3', '4', '5']) await spend(userId, amount);
  const seen: unknown[] = [];
  let cursor = '';
  for (let pages = 0; pages < 10; pages += 1) {
    const { json } = await get(`/users/${userId}/transfers?limit=3${cursor}`);
    const transfers = json['transfers'] as Record<string, unknown>[];
    seen.push(...transfers.map((one) => one['amount']));
    const next = json['next_cursor'];
    if (typeof next !== 'string') break;
    cursor = `&cursor=${next}`;
  }
  expect(seen.slice(0, 5)).toEqual(['-5', '-4', '-3', '-2', '-1']);
  expect(seen.slice(5).sort()).toEqual(['-100', '200']);
  const [newest] = (await get(`/users/${userId}/transfers?limit=1`)).json['transfers'] as object[];
  expect(newest).toMatchObject({
    ...{ kind: 'spend', description: 'a picture of a cat', balance_after: '85' },
    label: { ru: 'Расход', en: 'Spent' },
  });
});

test('a charge is explained from what was asked to what it burned', async () => {
  const userId = await spender(stack, 100);
  const chargeId = await spend(userId, '12.5');
  const { status, json } = await get(`/charges/${chargeId}/explain`);
  expect(status).toBe(200);
  expect(json).toMatchObject({
    ...{ charge_id: chargeId, user_id: userId, charged: '12.5', balance_after: '87.5' },
    ...{ is_sound: true, lots: [{ amount: '-12.5' }] },
  });
  expect((await get(`/charges/${v7()}/explain`)).status).toBe(404);
});

test('a charge that does not add up is shown to the operators', async () => {
  const userId = await spender(stack, 100);
  const chargeId = await spend(userId, '10');
  const report = v7();
  // A report in the currency of tokens whose figure nobody can compute again.
  await stack.sql`
    insert into usage_events (id, source, event_id, user_id, track, raw_cost, currency, multiplier, rounding, cost_utok, charge_id, occurred_at)
    values (${report}, 'test', ${report}, ${userId}, 'cats', 1, 'RUB', 3.14, 'cent', 9000000, ${chargeId}, now())`;
  const { json } = await get(`/charges/${chargeId}/explain`);
  expect(json['is_sound']).toBe(false);
  await until('an open item tells of it', async () => {
    const rows =
      await stack.sql`select 1 from open_items where kind = 'break' and user_id = ${userId}`;
    return rows.length > 0;
  });
});

test('a limit that is set holds for the next spend, tells what is used and when it begins anew', async () => {
  const userId = await spender(stack, 100);
  await spend(userId, '30');
  const set = await client.call('PUT', `/users/${userId}/limits`, { body: { day: '40' } });
  expect(set.json).toMatchObject({ day: { limit: '40', used: '30', left: '10' }, month: null });
  const body = { amount: '11', description: 'too much' };
  const refused = await client.call('POST', `/users/${userId}/spend`, { body });
  expect(refused.status).toBe(409);
  expect(refused.json).toMatchObject({ code: 'spend_limit_reached', scope: 'user', window: 'day' });
  expect((await get(`/users/${userId}/can-spend?amount=11`)).json).toMatchObject({
    reason_code: 'spend_limit_reached',
    limit: { limit: '40', used: '30' },
  });
  const chargeId = await spend(userId, '10');
  await client.call('POST', `/charges/${chargeId}/refund`, { body: { reason: 'it failed' } });
  expect((await get(`/users/${userId}/limits`)).json).toMatchObject({ day: { used: '30' } });
  const lifted = await client.call('PUT', `/users/${userId}/limits`, { body: { day: null } });
  expect(lifted.json).toMatchObject({ day: null, month: null });
});

test('a client sets limits of its own and of its key', async () => {
  const other = await apiClient(stack);
  const set = await other.call('PUT', '/limits', {
    body: { client: { month: '1000' }, key: { day: '5' } },
  });
  expect(set.json).toMatchObject({
    client: { day: null, month: { limit: '1000', used: '0' } },
    key: { day: { limit: '5', used: '0' }, month: null },
  });
  const userId = await spender(stack, 100);
  const body = { amount: '6', description: 'a job' };
  const refused = await other.call('POST', `/users/${userId}/spend`, { body });
  expect(refused.json).toMatchObject({ code: 'spend_limit_reached', scope: 'key' });
});

test('a refund of a spend is given once for each name, and not to strangers', async () => {
  const userId = await spender(stack, 100);
  const chargeId = await spend(userId, '40');
  const [name, body] = [v7(), { amount: '15', reason: 'half of it failed' }];
  const path = `/charges/${chargeId}/refund`;
  const first = await client.call('POST', path, { body, name });
  expect(first.status).toBe(200);
  expect(first.json).toMatchObject({ returned: '15', left: '25', balance_after: '75' });
  const again = await client.call('POST', path, { body, name });
  expect([again.isReplay, again.json]).toEqual([true, first.json]);
  const other = await client.call('POST', path, { body: { reason: 'all' }, name });
  expect(other.status).toBe(422);
  const stranger = await apiClient(stack);
  expect((await stranger.call('POST', path, { body })).status).toBe(404);
  const tooMuch = await client.call('POST', path, { body: { ...body, amount: '26' } });
  expect(tooMuch.json).toMatchObject({ code: 'conflict', reason: 'too_much', most: '25' });
  const { json } = await get(`/charges/${chargeId}/explain`);
  expect(json).toMatchObject({ is_sound: true });
  expect(json['reversed_by']).toHaveLength(1);
});

test('an order that a service opens is the same for the same name, and is paid like any other', async () => {
  const userId = await newUser(stack);
  const [name, body] = [v7(), { amount_minor: 30_000, currency: 'RUB' }];
  const path = `/users/${userId}/checkouts`;
  const first = await client.call('POST', path, { body, name });
  expect(first.status).toBe(201);
  expect(first.json).toMatchObject({ amount_minor: 30_000, tokens: '300', provider: 'mock' });
  expect(first.json['payment_url']).toEqual(expect.stringContaining('http'));
  const again = await client.call('POST', path, { body, name });
  expect([again.isReplay, again.json['invoice_id']]).toEqual([true, first.json['invoice_id']]);
  const other = await client.call('POST', path, { body: { ...body, amount_minor: 1 }, name });
  expect(other.status).toBe(422);
  const invoiceId = String(first.json['invoice_id']);
  const order = { invoiceId, no: Number(first.json['invoice_no']), userId };
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  expect((await get(`/users/${userId}/balance`)).json).toMatchObject({ balance: '200' });
  const below = await client.call('POST', path, { body: { amount_minor: 100 } });
  expect(below.json).toMatchObject({ code: 'conflict', reason: 'below_minimum' });
});

test('a key opens only what its scopes say', async () => {
  const reader = await apiClient(stack, ['balance:read']);
  const userId = await spender(stack, 100);
  expect((await reader.call('GET', `/users/${userId}/balance`)).status).toBe(200);
  expect((await reader.call('GET', `/users/${userId}/transfers`)).status).toBe(403);
  const set = await reader.call('PUT', `/users/${userId}/limits`, { body: { day: '1' } });
  expect(set.status).toBe(403);
});

test('somebody who came back after an erasure does not see what was before', async () => {
  const userId = await spender(stack, 100);
  const chargeId = await spend(userId, '1');
  await stack.sql`update users set visible_from = now() + interval '1 second' where id = ${userId}`;
  expect((await get(`/users/${userId}/transfers`)).json).toMatchObject({ transfers: [] });
  expect((await get(`/charges/${chargeId}/explain`)).status).toBe(404);
});
