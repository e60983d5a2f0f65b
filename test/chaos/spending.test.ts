import { Client, Connection } from '@temporalio/client';
import postgres from 'postgres';
import { v7 } from 'uuid';
import { connect, type Connection as Database } from '../../drizzle/client';
import { apiClients, apiKeys, users } from '../../drizzle/schema';
import { issueKey } from '../../src/http/api/keys';
import { fastForward } from '../../src/embedded/clock';
import { holdKeyOf, holdWorkflowId } from '../../workflows/billing/hold/contract';
import { grant, transfer } from '../activities/support/transfers';
import { requireInvariants } from '../support/invariants';
import { startProcessStack, type ProcessStack, type Victim } from '../support/process-stack';
import { until } from '../support/until';

// Every process is a real one and dies by SIGKILL while tokens are spent or held; clients repeat what was not answered.

const PEPPER = 'sandbox-pepper-that-guards-nothing';
const VICTIMS: readonly Victim[] = ['worker', 'server', 'temporal-server', 'postgres'];

let stack: ProcessStack;
let database: Database;
let temporal: Client;
let key: string;

const clientId = v7();

beforeAll(async () => {
  stack = await startProcessStack();
  database = connect(stack.databaseUrl, { poolSize: 1 });
  const { address, namespace } = stack.temporal;
  temporal = new Client({ connection: await Connection.connect({ address }), namespace });
  key = await newKey();
  await stack.sql`
    insert into settings (key, value, updated_by)
    values ('SPEND_REQUIRES_SUBSCRIPTION', 'false', 'test')`;
}, 180_000);
afterAll(async () => {
  await temporal?.connection.close();
  await database?.close();
  await stack?.stop();
});

async function newKey(): Promise<string> {
  const issued = issueKey(PEPPER);
  const { prefix, hash } = issued;
  await database.db.insert(apiClients).values({ id: clientId, name: `client ${clientId}` });
  const scopes = ['hold:write', 'spend:write', 'track:write'];
  const row = { clientId, prefix, hash, scopes, rateLimit: 100_000 };
  await database.db.insert(apiKeys).values(row);
  return issued.key;
}

let people = 7_100_000_000;

async function personWith(count: number): Promise<number> {
  people += 1;
  const id = people;
  await database.db.insert(users).values({ id, locale: 'en', timeZone: 'UTC' });
  await transfer(database, { ...grant(id, count), key: `grant:${id}` });
  return id;
}

interface Told {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

async function ask(path: string, body: object, name: string): Promise<Told> {
  const response = await fetch(`${stack.httpUrl}/api/v1${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': name,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Told['json'] };
}

/** Repeats under one name until somebody answers, as a good client does. */
function insist(path: string, body: object, name = v7()): Promise<Told> {
  return until(
    `an answer of ${path}`,
    async () => {
      const told = await ask(path, body, name).catch(() => undefined);
      return told && told.status < 500 && told.json['code'] !== 'request_in_progress' && told;
    },
    90_000,
  );
}

/** Holds a wallet that a transaction needs, so that a process can die in the middle of it. */
async function holdWallet(userId: number): Promise<() => Promise<void>> {
  const holder = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined });
  const session = await holder.reserve();
  await session`begin`;
  await session`select 1 from accounts where user_id = ${userId} for update`;
  return () => holder.end({ timeout: 0 }).catch(() => undefined);
}

/** How many statements wait for a lock that somebody else has. */
async function waiting(): Promise<number> {
  const rows = await stack.sql`
    select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
  return rows.length;
}

async function chargesOf(userId: number): Promise<number[]> {
  const rows = await stack.sql`
    select charged_utok::float8 as utok from charges where user_id = ${userId}`;
  return rows.map((row) => Number(row['utok']) / 1e6);
}

async function killAndWait(victim: Victim): Promise<void> {
  await stack.kill(victim);
  await stack.ready(victim);
}

const patiently =
  <T>(probe: () => Promise<T>) =>
  () =>
    probe().catch(() => undefined);

describe.each(VICTIMS)('SIGKILL of %s', (victim) => {
  test('T-V21 during a job and between its delivery and its charge leaves one charge', async () => {
    const userId = await personWith(100);
    const order = { amount: 50, lease_seconds: 600 };
    const placed = await insist(`/users/${userId}/holds`, order);
    const holdId = String(placed.json['hold_id']);
    await insist(`/holds/${holdId}/heartbeat`, { reported_total: 10 });
    await killAndWait(victim);
    await insist(`/holds/${holdId}/heartbeat`, { reported_total: 20 });
    const name = v7();
    const first = ask(`/holds/${holdId}/capture`, { amount: 30 }, name).catch(() => undefined);
    await killAndWait(victim);
    await first;
    const captured = await insist(`/holds/${holdId}/capture`, { amount: 30 }, name);
    expect(captured).toMatchObject({ status: 200, json: { captured: '30', released: '20' } });
    expect(await chargesOf(userId)).toEqual([30]);
    await requireInvariants(stack.sql);
  });

  test('T-V21 over the end of a lease of a client that is gone charges what it reported, once', async () => {
    const userId = await personWith(100);
    const name = v7();
    const lease = { amount: 50, lease_seconds: 30 };
    const placed = await insist(`/users/${userId}/holds`, lease, name);
    const holdId = String(placed.json['hold_id']);
    await insist(`/holds/${holdId}/heartbeat`, { reported_total: 12 });
    await fastForward(temporal, { workflowId: holdWorkflowId(holdKeyOf(clientId, name)) }, 27_000);
    expect(await chargesOf(userId)).toEqual([]);
    await killAndWait(victim);
    await until(
      'the hold is settled',
      patiently(async () => (await chargesOf(userId)).length > 0),
      90_000,
    );
    expect(await chargesOf(userId)).toEqual([12]);
    await requireInvariants(stack.sql);
  });
});

test('T-V21 SIGKILL of the server amid a batch of spends leaves one charge and one answer of each', async () => {
  const people = await Promise.all(Array.from({ length: 4 }, () => personWith(20)));
  const spends = Array.from({ length: 24 }, (_, index) => {
    const userId = people[index % people.length] ?? 0;
    return {
      path: `/users/${userId}/spend`,
      body: { amount: 1, description: 'a job' },
      name: v7(),
    };
  });
  // The first half is on its way or answered, the second half stands amid its transaction.
  const early = spends.slice(0, 12).map(({ path, body, name }) => ask(path, body, name));
  await Promise.race(early);
  const letGo = await holdWallet(people[0] ?? 0);
  const late = spends.slice(12).map(({ path, body, name }) => ask(path, body, name));
  const all = Promise.allSettled([...early, ...late]);
  await until('a batch waits for the wallet', async () => (await waiting()) > 0);
  await stack.kill('server');
  await letGo();
  const first = await all;
  await stack.ready('server');
  const again = await Promise.all(spends.map(({ path, body, name }) => insist(path, body, name)));
  expect(again.map(({ status }) => status)).toEqual(spends.map(() => 200));
  for (const [index, told] of first.entries()) {
    const isAnswered = told.status === 'fulfilled' && told.value.status === 200;
    if (isAnswered) expect(again[index]?.json).toEqual(told.value.json);
  }
  expect(new Set(again.map(({ json }) => json['spend_id'])).size).toBe(spends.length);
  for (const userId of people) expect(await chargesOf(userId)).toEqual([1, 1, 1, 1, 1, 1]);
  await requireInvariants(stack.sql);
});

test('TC-6 SIGKILL of the worker between the delivery of a job and its charge charges it once', async () => {
  const userId = await personWith(20);
  const job = { source: 'runner', user_id: userId, track: 'essay', task_ref: v7() };
  const report = (total_cost: string, final: boolean) => ({
    ...job,
    ...{ event_id: v7(), total_cost, final },
  });
  await insist('/track-costs', report('1', false));
  const letGo = await holdWallet(userId);
  const last = report('2', true);
  const lost = ask('/track-costs', last, v7()).catch(() => undefined);
  await until('the charge waits for the wallet', async () => (await waiting()) > 0);
  await stack.kill('worker');
  await letGo();
  await stack.ready('worker');
  // Nobody has to repeat the report.
  await until('the job is charged', async () => (await chargesOf(userId)).length > 0, 60_000);
  await lost;
  const again = await insist('/track-costs', last);
  expect(again).toMatchObject({ status: 200, json: { charged: '6.28', status: 'charged' } });
  expect(await chargesOf(userId)).toEqual([6.28]);
  await requireInvariants(stack.sql);
});
