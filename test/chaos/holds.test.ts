import { Client, Connection } from '@temporalio/client';
import { v7 } from 'uuid';
import { connect, type Connection as Database } from '../../drizzle/client';
import { apiClients, apiKeys, users } from '../../drizzle/schema';
import { issueKey } from '../../src/http/api/keys';
import { fastForward } from '../../src/embedded/clock';
import { holdKeyOf, holdWorkflowId } from '../../workflows/billing/hold/contract';
import { grant, transfer } from '../activities/support/transfers';
import { requireInvariants } from '../support/invariants';
import { startProcessStack, type ProcessStack, type Victim } from '../support/process-stack';
import { until } from '../support/stack';

// Every process is a real one and dies by SIGKILL while a job holds tokens; its client repeats what was not answered.

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
  await database.db.insert(apiKeys).values({ clientId, prefix, hash, scopes: ['hold:write'] });
  return issued.key;
}

let people = 7_100_000_000;

async function personWith(count: number): Promise<number> {
  people += 1;
  await database.db.insert(users).values({ id: people, locale: 'en', timeZone: 'UTC' });
  await transfer(database, { ...grant(people, count), key: `grant:${people}` });
  return people;
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
