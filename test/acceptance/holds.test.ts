import { v7 } from 'uuid';
import { tokens } from '../../src/domain/tokens';
import { apiClient, spender, type ApiAnswer, type ApiClient } from '../support/api';
import { payAndSettle } from '../support/payments';
import { balance, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type RunningWorker, type Stack } from '../support/stack';

let stack: Stack;
let worker: RunningWorker;
let client: ApiClient;

beforeAll(async () => {
  stack = await startStack({ hasWorker: false });
  worker = await stack.startWorker();
  client = await apiClient(stack);
});
afterEach(() => checkBooks(stack));
afterAll(async () => {
  await worker?.stop();
  await stack?.stop();
});

const MINUTE = 60_000;

const place = (userId: number, amount: number, change: object = {}, name = v7()) =>
  client.call('POST', `/users/${userId}/holds`, {
    body: { amount, lease_seconds: 600, ...change },
    name,
  });

async function hold(userId: number, amount: number, change: object = {}): Promise<string> {
  const placed = await place(userId, amount, change);
  if (placed.status !== 201) throw new Error(JSON.stringify(placed.json));
  return String(placed.json['hold_id']);
}

const tell = (
  holdId: string,
  what: 'heartbeat' | 'capture' | 'release',
  body: object = {},
  name = v7(),
): Promise<ApiAnswer> => client.call('POST', `/holds/${holdId}/${what}`, { body, name });

const read = async (holdId: string) => (await client.call('GET', `/holds/${holdId}`)).json;

/** Waits until nobody keeps it any more. */
const untilSettled = (holdId: string) =>
  until('the hold is settled', async () => {
    const found = await read(holdId);
    return found['state'] === 'active' ? undefined : found;
  });

async function topUp(userId: number, count: number): Promise<void> {
  const order = await orderTopup(stack, userId, count * 100);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
}

async function charges(userId: number): Promise<number[]> {
  const rows = await stack.sql`
    select charged_utok::float8 as utok from charges where user_id = ${userId} order by id`;
  return rows.map((row) => Number(row['utok']) / 1e6);
}

async function lotsOf(userId: number) {
  const rows = await stack.sql`
    select l.id, l.remaining_utok::float8 as remaining, l.held_utok::float8 as held, l.expires_at
    from lots l join accounts a on a.id = l.account_id where a.user_id = ${userId} order by l.id`;
  return rows.map((row) => ({ ...row }));
}

test('T-V12 a top-up during a running job makes neither the job free nor the charge fail', async () => {
  const userId = await spender(stack, 100);
  const holdId = await hold(userId, 80);
  await topUp(userId, 200);
  const captured = await tell(holdId, 'capture', { amount: 60 });
  expect(captured.status).toBe(200);
  expect(captured.json).toMatchObject({ captured: '60', released: '20', state: 'captured' });
  expect(await charges(userId)).toEqual([60]);
  expect(await balance(stack, userId)).toBe(240);
});

test('T-V21 a client that dies in the middle of a long job pays for what it reported, once', async () => {
  const userId = await spender(stack, 100);
  const holdId = await hold(userId, 50);
  for (const total of [5, 12, 9]) {
    await stack.advance(userId, 5 * MINUTE);
    expect((await tell(holdId, 'heartbeat', { reported_total: total })).status).toBe(200);
  }
  await stack.advance(userId, 11 * MINUTE);
  const over = await untilSettled(holdId);
  expect(over).toMatchObject({ state: 'captured', ended_by: 'expiry', captured: '12' });
  expect(await charges(userId)).toEqual([12]);
  expect(await balance(stack, userId)).toBe(88);
  const late = await tell(holdId, 'capture', { amount: 50 });
  expect(late.status).toBe(409);
  expect(late.json).toMatchObject({ code: 'hold_closed', hold: { captured: '12' } });
  expect((await tell(holdId, 'heartbeat')).json).toMatchObject({ code: 'hold_expired' });
});

test('T-P16 a vanished client pays the reported part and the rest goes back to its lots and expiries', async () => {
  const userId = await spender(stack, 100);
  await stack.sql`
    update lots set expires_at = now() + interval '40 days'
    where account_id = (select id from accounts where user_id = ${userId})`;
  const before = await lotsOf(userId);
  const name = v7();
  const body = { on_expiry: 'capture_reported' };
  const placed = await place(userId, 80, body, name);
  expect(placed).toMatchObject({ status: 201, isReplay: false });
  const again = await place(userId, 80, body, name);
  expect(again).toMatchObject({ status: 201, isReplay: true });
  expect(again.json).toEqual(placed.json);
  expect((await place(userId, 81, body, name)).json).toMatchObject({
    code: 'idempotency_mismatch',
  });
  const holdId = String(placed.json['hold_id']);
  await tell(holdId, 'heartbeat', { reported_total: '30.5' });
  await stack.advance(userId, 11 * MINUTE);
  expect(await untilSettled(holdId)).toMatchObject({ captured: '30.5', released: '49.5' });
  const [lot] = await lotsOf(userId);
  expect(lot).toEqual({ ...before[0], remaining: tokens(100) - 30_500_000, held: 0 });
  const after = await place(userId, 80, body, name);
  expect(after.json).toEqual(placed.json);
  expect(after.isReplay).toBe(true);
});

test('a lapse, a block, a freeze and a limit that come meanwhile refuse no settlement (SP-5)', async () => {
  const userId = await spender(stack, 100);
  const holdId = await hold(userId, 50);
  await stack.sql`update users set is_blocked = true where id = ${userId}`;
  expect((await place(userId, 1)).json).toMatchObject({ code: 'user_blocked' });
  expect((await tell(holdId, 'capture')).json).toMatchObject({ captured: '50' });
});

test('a hold of another client is not known', async () => {
  const userId = await spender(stack, 100);
  const holdId = await hold(userId, 10);
  const other = await apiClient(stack);
  for (const path of ['capture', 'release', 'heartbeat']) {
    const answer = await other.call('POST', `/holds/${holdId}/${path}`, { body: {} });
    expect(answer).toMatchObject({ status: 404, json: { code: 'hold_not_found' } });
  }
  expect(await other.call('GET', `/holds/${holdId}`)).toMatchObject({ status: 404 });
});

test('answers come from the books when the workflow is forgotten', async () => {
  const userId = await spender(stack, 100);
  const placedUnder = v7();
  const placed = await place(userId, 40, {}, placedUnder);
  const holdId = String(placed.json['hold_id']);
  const name = v7();
  const captured = await tell(holdId, 'capture', { amount: 15 }, name);
  const workflowId = `hold:${client.clientId}:${placedUnder}`;
  await stack.client.workflow.getHandle(workflowId).result();
  await stack.client.workflowService.deleteWorkflowExecution({
    namespace: stack.servers.namespace,
    workflowExecution: { workflowId },
  });
  expect(await read(holdId)).toEqual(captured.json);
  const repeat = await tell(holdId, 'capture', { amount: 15 }, name);
  expect(repeat).toMatchObject({ status: 200, isReplay: true, json: captured.json });
  expect((await tell(holdId, 'release')).json).toMatchObject({
    code: 'hold_closed',
    hold: { captured: '15' },
  });
});

test('a refused hold leaves its key free, and the refusal names what is missing', async () => {
  const userId = await spender(stack, 100);
  const name = v7();
  const refused = await place(userId, 150, {}, name);
  expect(refused).toMatchObject({
    status: 409,
    json: { code: 'insufficient_balance', required: '150', available: '100' },
  });
  await topUp(userId, 200);
  expect(await place(userId, 150, {}, name)).toMatchObject({ status: 201, isReplay: false });
});

test('capturing more than held needs post_paid and takes the rest from elsewhere', async () => {
  const userId = await spender(stack, 100);
  const holdId = await hold(userId, 40);
  const refused = await tell(holdId, 'capture', { amount: 60 });
  expect(refused).toMatchObject({ status: 400, json: { code: 'invalid_amount', held: '40' } });
  const taken = await tell(holdId, 'capture', { amount: 60, post_paid: true });
  expect(taken.json).toMatchObject({ captured: '60', released: '0', charge: { amount: '60' } });
  expect(await balance(stack, userId)).toBe(40);
});

test('capture and the end of the lease race: one settles, the other hears how (SP-6)', async () => {
  const userId = await spender(stack, 100);
  const holdId = await hold(userId, 40, { on_expiry: 'capture_estimate' });
  await stack.advance(userId, 10 * MINUTE - 900);
  const answers = await Promise.all(
    [0, 150, 300, 400, 500, 700].map(async (ms) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return tell(holdId, 'capture', { amount: 10 });
    }),
  );
  const over = await untilSettled(holdId);
  expect(await charges(userId)).toHaveLength(1);
  for (const { status, json } of answers) {
    expect(status === 200 ? json : json['hold']).toEqual(over);
  }
  expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
});

test('T-E3 of two jobs of one user one is cancelled and the other goes on', async () => {
  const userId = await spender(stack, 100);
  const [first, second] = await Promise.all([hold(userId, 40), hold(userId, 50)]);
  await tell(first, 'release');
  expect(await read(second)).toMatchObject({ state: 'active', amount: '50' });
  expect((await tell(second, 'heartbeat', { reported_total: 20 })).status).toBe(200);
  expect((await tell(second, 'capture', { amount: 25 })).json).toMatchObject({ captured: '25' });
  expect(await balance(stack, userId)).toBe(75);
});

test('T-E2 a restart in the middle of a job changes nothing: the job continues', async () => {
  const userId = await spender(stack, 100);
  const holdId = await hold(userId, 40);
  await tell(holdId, 'heartbeat', { reported_total: 10 });
  await worker.stop();
  worker = await stack.startWorker();
  expect((await tell(holdId, 'heartbeat', { reported_total: 20 })).json).toMatchObject({
    reported: '20',
    state: 'active',
  });
  await stack.advance(userId, 11 * MINUTE);
  expect(await untilSettled(holdId)).toMatchObject({ captured: '20', ended_by: 'expiry' });
});

test('a lease that ends while no worker is there is settled once when one is back', async () => {
  const userId = await spender(stack, 100);
  const holdId = await hold(userId, 40);
  await stack.advance(userId, 10 * MINUTE - 2_000);
  await worker.stop();
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await read(holdId)).toMatchObject({ state: 'active' });
  worker = await stack.startWorker();
  expect(await untilSettled(holdId)).toMatchObject({ state: 'expired', ended_by: 'expiry' });
  expect(await charges(userId)).toEqual([]);
  expect(await balance(stack, userId)).toBe(100);
});

test('T-E1 thirty long jobs hold no connection to the database and lock nobody', async () => {
  const userId = await spender(stack, 100);
  const ids = await Promise.all(Array.from({ length: 30 }, () => hold(userId, 3)));
  await until('nothing is under way', async () => (await busyConnections()) === 0);
  await stack.sql.begin(async (tx) => {
    await tx`select 1 from users where id = ${userId} for update nowait`;
    await tx`select 1 from accounts where user_id = ${userId} for update nowait`;
  });
  const beats = await Promise.all(
    ids.map((holdId) => tell(holdId, 'heartbeat', { reported_total: 1 })),
  );
  expect(beats.map(({ status }) => status)).toEqual(ids.map(() => 200));
  await until('nothing is under way', async () => (await busyConnections()) === 0);
  await stack.advance(userId, 11 * MINUTE);
  await Promise.all(ids.map(untilSettled));
  expect(await balance(stack, userId)).toBe(70);
  expect(await charges(userId)).toHaveLength(30);
});

/** Connections of the product that are inside a transaction or a query. */
async function busyConnections(): Promise<number> {
  const [row] = await stack.sql`
    select count(*)::int as busy from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and state in ('active', 'idle in transaction')`;
  return Number(row?.['busy']);
}

test('a low balance is told at once when a job took it there', async () => {
  const userId = await spender(stack, 100);
  const holdId = await hold(userId, 60);
  await tell(holdId, 'capture', { amount: 55 });
  // Its own sweep would come a minute later.
  await until('the message was sent', async () => {
    const [row] = await stack.sql`
      select sent_at from outbox_messages where user_id = ${userId} and template = 'low.balance'`;
    return row?.['sent_at'] != null;
  });
});
