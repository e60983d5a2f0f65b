import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { createLog } from '../../src/log';
import { messengerOf } from '../../src/main/wiring';
import { BOT_TOKEN, type RunningWorker, type Stack } from './stack';
import { TEST_SECRETS } from './secrets';

/** A worker of a build that has forgotten some activities: what a bad deploy starts. */
export async function startWorkerWithout(
  stack: Stack,
  forgotten: readonly string[],
): Promise<RunningWorker> {
  const connection = await NativeConnection.connect({ address: stack.servers.temporalAddress });
  const { apiRoot } = stack.telegram;
  const activities = createActivities({
    db: stack.database.db,
    settings: stack.settings,
    providers: stack.providers,
    secrets: TEST_SECRETS,
    publicBaseUrl: 'https://billing.example',
    messenger: messengerOf({ telegram: { token: BOT_TOKEN, apiRoot } }, stack),
    log: createLog({ level: 'silent', name: 'test' }),
  });
  const worker = await Worker.create({
    connection,
    namespace: stack.servers.namespace,
    taskQueue: stack.taskQueue,
    workflowBundle: { codePath: stack.servers.workflowBundlePath },
    shutdownGraceTime: '2 seconds',
    activities: Object.fromEntries(
      Object.entries(activities).filter(([name]) => !forgotten.includes(name)),
    ),
  });
  const run = worker.run();
  run.catch(() => undefined);
  return {
    stop: async () => {
      worker.shutdown();
      await run;
      await connection.close();
    },
  };
}
