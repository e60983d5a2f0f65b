import { Client } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { serveSpends } from './endpoint';

// An empty workflow behind HTTP, started like a spend's: eagerly, by the process that also works.
interface Place {
  readonly port: number;
  readonly address: string;
  readonly namespace: string;
}

const TASK_QUEUE = 'bench-empty';

async function run({ port, address, namespace }: Place): Promise<void> {
  Runtime.install({ shutdownSignals: [] });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflowsPath: require.resolve('./empty-workflow'),
    maxConcurrentWorkflowTaskExecutions: 100,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
  });
  const client = new Client({ connection, namespace });
  const runs = worker.run();
  await serveSpends(port, async ({ key }) => {
    const handle = await client.workflow.start('emptyWorkflow', {
      workflowId: `empty:${key}`,
      taskQueue: TASK_QUEUE,
      requestEagerStart: true,
    });
    return { done: await handle.result() };
  });
  await runs;
}

// A server that cannot start must end at once, so that the bench leaves it out instead of waiting for it.
run(JSON.parse(process.argv[2] ?? '') as Place).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
