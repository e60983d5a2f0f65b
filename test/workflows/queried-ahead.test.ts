import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { CompleteAsyncError } from '@temporalio/activity';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { WORKFLOW_INTERCEPTORS } from '../../src/main/workflow-code';
import { takeServers, type Servers } from '../support/servers';
import { askedQuery, askUpdate, type askedLate } from './support/asked-late';

// The second test is the SDK's own behaviour that the first guards against: when it fails, workflows/queried-ahead.ts has
// nothing to guard any more.

// The SDK's core shouts about the very failures that are asked for here.
const logger = new DefaultLogger('ERROR');
Runtime.install({ logger, telemetryOptions: { logging: { filter: 'OFF' } } });

const WORKFLOWS = require.resolve('./support/asked-late');

let servers: Servers;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  servers = await takeServers();
  connection = await Connection.connect({ address: servers.temporalAddress });
  client = new Client({ connection, namespace: servers.namespace });
});
afterAll(() => connection?.close());

/** A way to Temporal that can be cut for good: whoever uses it dies without a word. */
async function fragileWay() {
  const [host = '', port = ''] = servers.temporalAddress.split(':');
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, cut };
}

interface Crew {
  readonly taskQueue: string;
  readonly code: string;
}

async function hire({ taskQueue, code }: Crew, address: string, look: () => Promise<void>) {
  const own = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    ...{ connection: own, namespace: servers.namespace, taskQueue },
    ...{ workflowBundle: { code }, activities: { look } },
    shutdownForceTime: '1s',
  });
  const runs = worker.run().catch(() => undefined);
  const stop = async () => {
    worker.shutdown();
    await runs;
    await own.close().catch(() => undefined);
  };
  return { stop };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The worker that began the workflow dies. A query is asked, then an update; what the workflow waited for is done; then
 * another worker comes: the query reaches it at once, the update when the dead worker's queue is given up.
 */
async function askWhileNobodyWorks(crew: Crew, handle: WorkflowHandle<typeof askedLate>) {
  const queried = handle.query(askedQuery);
  await pause(500);
  const updated = handle.executeUpdate(askUpdate);
  await pause(500);
  await client.activity.complete({ workflowId: handle.workflowId, activityId: '1' }, undefined);
  const second = await hire(crew, servers.temporalAddress, async () => undefined);
  const answers = { query: await queried, update: await updated };
  await second.stop();
  return answers;
}

async function live(name: string, workflowInterceptorModules: string[]) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS,
    workflowInterceptorModules,
  });
  const crew = { taskQueue: name, code };
  const way = await fragileWay();
  const first = await hire(crew, way.address, async () => {
    throw new CompleteAsyncError();
  });
  const handle = await client.workflow.start<typeof askedLate>('askedLate', {
    ...{ workflowId: name, taskQueue: name, args: [] },
  });
  await pause(1_500);
  way.cut();
  const answers = await askWhileNobodyWorks(crew, handle);
  const history = await handle.fetchHistory();
  await handle.terminate();
  const replay = await Worker.runReplayHistory({ workflowBundle: { code } }, history, name).then(
    () => 'lives again',
    (error: Error) => error.name,
  );
  await first.stop();
  return { ...answers, replay };
}

test('a query that goes ahead of an update is answered, and the history with the update lives again', async () => {
  expect(await live('guarded', WORKFLOW_INTERCEPTORS)).toEqual({
    ...{ query: 0, update: 'heard', replay: 'lives again' },
  });
});

test('without the guard the same history cannot be lived through again', async () => {
  expect(await live('unguarded', [])).toMatchObject({ replay: 'DeterminismViolationError' });
});
