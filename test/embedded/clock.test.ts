import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { fastForward, fastForwardAll, virtualNow } from '../../src/embedded/clock';
import { travel } from '../../src/embedded/customer-clock';
import { takeServers } from '../support/servers';
import { clockActivities } from './clock-activities';
import type { daily, oneDay, parentOfEndless, parentOfOneDay, retrying } from './workflows';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

let client: Client;
let connection: Connection;
let native: NativeConnection;
let worker: Worker;
let running: Promise<void>;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { temporalAddress: address, namespace } = await takeServers();
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  client = new Client({ connection, namespace });
  worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue: 'clock',
    workflowsPath: join(__dirname, 'workflows'),
    activities: clockActivities,
  });
  running = worker.run();
});

afterAll(async () => {
  worker.shutdown();
  await running;
  await connection.close();
  await native.close();
});

const start = () => ({ taskQueue: 'clock', workflowId: randomUUID() });

async function statusOf(workflowId: string): Promise<string> {
  return (await client.workflow.getHandle(workflowId).describe()).status.name;
}

test('a day-long sleep still lasts at 23:59:59 and is over at 24:00:00', async () => {
  const handle = await client.workflow.start<typeof oneDay>('oneDay', start());
  const startedAt = Date.now();
  const landing = await fastForward(client, handle, DAY - SECOND);
  expect(landing.kind).toBe('reached');
  expect(await statusOf(handle.workflowId)).toBe('RUNNING');
  expect(await fastForward(client, handle, SECOND)).toEqual({ kind: 'closed' });
  const woke = Date.parse(await handle.result());
  expect(woke - startedAt).toBeGreaterThanOrEqual(DAY - SECOND);
  expect(woke - startedAt).toBeLessThan(DAY + 10 * SECOND);
});

test('the clock of a workflow that was moved goes on from there', async () => {
  const handle = await client.workflow.start<typeof daily>('daily', {
    ...start(),
    args: [{ days: 0 }],
  });
  await fastForward(client, handle, 5 * HOUR);
  const now = await virtualNow(client, handle);
  expect(Math.abs(now.getTime() - Date.now() - 5 * HOUR)).toBeLessThan(10 * SECOND);
  await handle.terminate();
});

test('a child starts at the clock of its parent and moves with it', async () => {
  const handle = await client.workflow.start<typeof parentOfOneDay>('parentOfOneDay', start());
  const startedAt = Date.now();
  await fastForward(client, handle, 36 * HOUR);
  expect(await statusOf('child-of-one-day')).toBe('RUNNING');
  await fastForward(client, { workflowId: 'child-of-one-day' }, 12 * HOUR);
  const woke = Date.parse(await handle.result());
  expect(Math.abs(woke - startedAt - 2 * DAY)).toBeLessThan(20 * SECOND);
});

test('a child that never ends stops at the target and holds its parent', async () => {
  const childId = randomUUID();
  const handle = await client.workflow.start<typeof parentOfEndless>('parentOfEndless', {
    ...start(),
    args: [{ childId }],
  });
  const landing = await fastForward(client, handle, 10 * DAY);
  expect(landing).toEqual({ kind: 'held', byChildren: [childId] });
  const childNow = await virtualNow(client, { workflowId: childId });
  expect(Math.abs(childNow.getTime() - Date.now() - 10 * DAY)).toBeLessThan(20 * SECOND);
  await handle.terminate();
});

test('a jump follows continue-as-new', async () => {
  const handle = await client.workflow.start<typeof daily>('daily', {
    ...start(),
    args: [{ days: 0 }],
  });
  await fastForward(client, { workflowId: handle.workflowId }, 5 * DAY + HOUR);
  const description = await client.workflow.getHandle(handle.workflowId).describe();
  const [input] = (await client.workflowService
    .getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId: handle.workflowId, runId: description.runId },
    })
    .then(({ history }) =>
      history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.map(
        (payload): unknown => JSON.parse(Buffer.from(payload.data ?? []).toString()),
      ),
    )) as [{ days: number }];
  expect(input.days).toBe(5);
  await client.workflow.getHandle(handle.workflowId).terminate();
});

test('the pauses between the attempts of an activity are skipped', async () => {
  const handle = await client.workflow.start<typeof retrying>('retrying', start());
  expect(await fastForward(client, handle, 3 * HOUR)).toEqual({ kind: 'closed' });
  expect(await handle.result()).toBe(3);
});

test('all open workflows of a query move to one instant', async () => {
  const type = "WorkflowType = 'oneDay'";
  const handles = await Promise.all(
    [1, 2, 3].map(() => client.workflow.start<typeof oneDay>('oneDay', start())),
  );
  const first = await fastForwardAll(client, type, DAY - 10 * SECOND);
  expect([...first.values()].map(({ kind }) => kind)).toEqual(['reached', 'reached', 'reached']);
  const second = await fastForwardAll(client, type, 10 * SECOND);
  expect([...second.keys()].sort()).toEqual(handles.map(({ workflowId }) => workflowId).sort());
  expect([...second.values()].map(({ kind }) => kind)).toEqual(['closed', 'closed', 'closed']);
});

test('a jump of a customer fetches whom one that was cut short has left behind', async () => {
  const handle = await client.workflow.start<typeof oneDay>('oneDay', start());
  const query = `WorkflowId = '${handle.workflowId}'`;
  const reach = () => Promise.resolve();
  await travel(client, { query, reach, offsetMs: 2 * DAY, durationMs: HOUR });
  expect(await statusOf(handle.workflowId)).toBe('COMPLETED');
});

test('a jump of nothing that exists says so', async () => {
  await expect(fastForward(client, { workflowId: 'nobody' }, HOUR)).rejects.toThrow(/not found/i);
});
