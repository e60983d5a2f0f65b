import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { freePort } from '../../src/embedded/ports';
import { temporalTelemetry } from '../../src/main/metrics';
import { NOTIFIER_ID } from '../../workflows/billing/contract';
import { TEMPORAL_SERIES } from '../support/house/alerts';
import { takeServers, type Servers } from '../support/servers';
import { shownIn, type Shown } from '../support/shown-metrics';
import { until } from '../support/until';

const TASK_QUEUE = 'measured';

let port = 0;
let stop: () => Promise<void>;

beforeAll(async () => {
  port = await freePort();
  // The SDK's numbers are on the port after that of the process.
  const measured = temporalTelemetry({ metrics: { host: '127.0.0.1', port: port - 1 } });
  Runtime.install({ logger: new DefaultLogger('ERROR', silent), shutdownSignals: [], ...measured });
  stop = await startFailing(await takeServers());
}, 60_000);
afterAll(() => stop?.());

const silent = () => undefined;

/** A worker whose every activity fails, with a workflow that asks for one and another that it does not know. */
async function startFailing(servers: Servers): Promise<() => Promise<void>> {
  const { temporalAddress: address, namespace, workflowBundlePath: codePath } = servers;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const { workflow } = new Client({ connection, namespace });
  const worker = await Worker.create({
    ...{ connection: native, namespace, taskQueue: TASK_QUEUE, workflowBundle: { codePath } },
    activities: { dueMessages: () => Promise.reject(new Error('it fails')) },
  });
  const run = worker.run();
  run.catch(silent);
  const shared = { taskQueue: TASK_QUEUE, args: [{}] };
  const sender = await workflow.start('notifier', { ...shared, workflowId: NOTIFIER_ID });
  const unknown = await workflow.start('nowhere', { ...shared, workflowId: 'nowhere' });
  return async () => {
    await Promise.all([sender.terminate(), unknown.terminate()]);
    worker.shutdown();
    await run;
    await Promise.all([connection.close(), native.close()]);
  };
}

async function numbers(): Promise<Shown[]> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return shownIn(await response.text());
}

const nameOf = (pair: string) => pair.split('=')[0];

test.each(Object.entries(TEMPORAL_SERIES))(
  'a worker shows %s with the labels that alerts and dashboards ask for',
  async (name, labels) => {
    const found = await until(`${name} is shown`, async () =>
      (await numbers()).find((one) => one.name === name),
    );
    expect(found.labels.split(',').map(nameOf)).toEqual(expect.arrayContaining([...labels]));
    expect(found.value).toBeGreaterThanOrEqual(0);
  },
);

test('failures are counted where they happen', async () => {
  const labelled = (name: string, pair: string) => async () =>
    (await numbers()).find((one) => one.name === name && one.labels.split(',').includes(pair));
  const activity = labelled('temporal_activity_execution_failed', 'activity_type=dueMessages');
  expect((await until('the activity', activity)).value).toBeGreaterThan(0);
  const task = labelled('temporal_workflow_task_execution_failed', 'workflow_type=nowhere');
  expect((await until('the workflow task', task)).value).toBeGreaterThan(0);
});
