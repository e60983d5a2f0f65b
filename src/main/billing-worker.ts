import {
  Worker,
  type DataConverter,
  type NativeConnection,
  type WorkerOptions,
} from '@temporalio/worker';
import { createActivities, createDeliveryActivities, type ActivityDeps } from '../../activities';
import { messagesTaskQueue } from '../../workflows/contract';
import { createSpendWorker } from './spend-worker';
import { versionOptions, workflowCode, type WorkflowSource } from './workflow-code';

/** Telegram takes about thirty messages a second of one bot; five are left for the bot's own answers (NT-2). */
const MESSAGES_PER_SECOND = 25;
/** Messages in flight at once; most of them wait for Telegram. */
const MESSAGES_IN_FLIGHT = 50;

/**
 * A due step holds its workflow task while it waits for the transaction it shares: as many at once as share one. More
 * pollers than the SDK's own number fetch them as fast.
 */
export const WORKFLOW_LIMITS = {
  maxConcurrentWorkflowTaskExecutions: 120,
  maxConcurrentWorkflowTaskPolls: 20,
} as const satisfies Partial<WorkerOptions>;

export interface WorkerSettings extends WorkflowSource {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly deps: ActivityDeps;
  readonly maxCachedWorkflows: number;
  /** How payloads are written and read; the SDK's own when absent. */
  readonly dataConverter?: DataConverter;
  readonly shutdownGraceTime?: WorkerOptions['shutdownGraceTime'];
}

/**
 * The workers of billing: workflows with their activities, the messages with the rate the server keeps, and the spends
 * that a server began and did not live to end.
 */
export async function createBillingWorkers(settings: WorkerSettings): Promise<readonly Worker[]> {
  const { connection, namespace, taskQueue, deps } = settings;
  const shutdownGraceTime = settings.shutdownGraceTime ?? '20 seconds';
  const { dataConverter } = settings;
  const conversion = dataConverter === undefined ? {} : { dataConverter };
  const shared = { connection, namespace, shutdownGraceTime, ...conversion, ...settings.tracing };
  // Each starts a thread of its own and loads the workflows there: together they take as long as one.
  return Promise.all([
    Worker.create({
      ...shared,
      ...workflowCode(settings),
      taskQueue,
      activities: createActivities(deps),
      maxCachedWorkflows: settings.maxCachedWorkflows,
      ...WORKFLOW_LIMITS,
      maxConcurrentActivityTaskExecutions: 60,
    }),
    Worker.create({
      ...shared,
      ...versionOptions(settings.version),
      taskQueue: messagesTaskQueue(taskQueue),
      activities: createDeliveryActivities(deps),
      maxTaskQueueActivitiesPerSecond: MESSAGES_PER_SECOND,
      maxConcurrentActivityTaskExecutions: MESSAGES_IN_FLIGHT,
    }),
    createSpendWorker({ ...settings, shutdownGraceTime }),
  ]);
}
