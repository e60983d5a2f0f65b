import { NativeConnection, Worker } from '@temporalio/worker';
import { WORKFLOW_LIMITS } from '../../src/main/billing-worker';

// A worker of workflows that only wake, with the settings of the product's own worker.
interface Place {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly maxCachedWorkflows: number;
}

async function run({ address, ...place }: Place): Promise<void> {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    ...{ ...place, connection },
    ...WORKFLOW_LIMITS,
    workflowsPath: require.resolve('./nap-workflow'),
    activities: { doNothing: () => Promise.resolve() },
  });
  await worker.run();
}

// A server that cannot start must end at once, so that the bench says so instead of waiting for it.
run(JSON.parse(process.argv[2] ?? '') as Place).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
