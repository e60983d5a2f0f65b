import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { fastForward } from '../../src/embedded/clock';
import { startPostgres } from '../../src/embedded/postgres';
import { freePort } from '../../src/embedded/ports';
import { startTemporal } from '../../src/embedded/temporal';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { endSupervisors, freshFolder, supervise } from './folders';
import type { oneDay } from './workflows';

afterEach(endSupervisors);

const report = () => undefined;
const DAY_MS = 86_400_000;

async function startBoth(dataFolder: string) {
  const supervisor = supervise(dataFolder);
  const { adminUrl } = await startPostgres({
    supervisor,
    report,
    preferredPort: await freePort(),
    durability: 'fast',
  });
  const temporal = await startTemporal({
    supervisor,
    report,
    postgresAdminUrl: adminUrl,
    searchAttributes: SEARCH_ATTRIBUTES,
    ports: 'free',
  });
  return { supervisor, temporal };
}

/** Runs `work` with a client and a worker that are gone afterwards. */
async function withWorker<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue: 'survivors',
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: join(__dirname, 'workflows'),
      logger: new DefaultLogger('ERROR'),
    }),
  });
  try {
    return await worker.runUntil(() => work(new Client({ connection })));
  } finally {
    await connection.close();
    await native.close();
  }
}

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

test('open workflows go on after every server was killed and started again', async () => {
  const dataFolder = freshFolder('temporal');
  const first = await startBoth(dataFolder);
  await withWorker(first.temporal.address, async (client) => {
    await client.workflow.start<typeof oneDay>('oneDay', {
      workflowId: 'survivor',
      taskQueue: 'survivors',
    });
    expect((await fastForward(client, { workflowId: 'survivor' }, DAY_MS / 2)).kind).toBe(
      'reached',
    );
  });
  first.supervisor.killAll();
  await new Promise((resolve) => setTimeout(resolve, 200));

  const second = await startBoth(dataFolder);
  expect(second.temporal.address).toBe(first.temporal.address);
  const { status } = await fetch(second.temporal.webUiUrl ?? '');
  expect(status).toBe(200);
  await withWorker(second.temporal.address, async (client) => {
    expect(await fastForward(client, { workflowId: 'survivor' }, DAY_MS / 2)).toEqual({
      kind: 'closed',
    });
  });
  await second.supervisor.stopAll();
});

test('a server given by TEMPORAL_ADDRESS that does not answer is named, and nothing is started', async () => {
  const supervisor = supervise(freshFolder('address'));
  const lines: string[] = [];
  const temporal = await startTemporal({
    supervisor,
    report: (line) => lines.push(line),
    postgresAdminUrl: '',
    searchAttributes: {},
    env: { TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` },
  });
  expect(temporal).toMatchObject({ isEmbedded: false, origin: 'TEMPORAL_ADDRESS' });
  expect(lines.at(-1)).toMatch(/could not be prepared/);
  expect(supervisor.find('temporal-server')).toBeUndefined();
  await supervisor.stopAll();
});
