import { Client } from '@temporalio/client';
import {
  Worker,
  type DataConverter,
  type NativeConnection,
  type WorkerOptions,
} from '@temporalio/worker';
import { createSpendActivities, type SpendDeps } from '../../activities';
import { spendsTaskQueue } from '../../workflows/contract';
import type { SpendGate } from '../commands/spend-gate';
import { createSpending } from '../commands/spending';
import type { Log } from '../log';
import { NO_TRACING, type Tracing } from './tracing';
import { workflowCode, type WorkflowSource } from './workflow-code';

export interface SpendWorkerSettings extends WorkflowSource {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** The billing task queue; the queue of spends is named after it. */
  readonly taskQueue: string;
  readonly deps: SpendDeps;
  /** How payloads are written and read; the SDK's own when absent. */
  readonly dataConverter?: DataConverter;
  readonly shutdownGraceTime?: WorkerOptions['shutdownGraceTime'];
}

/**
 * Spends live for milliseconds and few run at once, because each carries everything that waited: a small cache and a
 * handful of pollers are plenty. The pollers serve what did not start eagerly: a full second batch, or the batches of
 * a server that is gone.
 */
const SPEND_LIMITS: Partial<WorkerOptions> = {
  maxCachedWorkflows: 20,
  maxConcurrentWorkflowTaskExecutions: 20,
  maxConcurrentLocalActivityExecutions: 20,
  maxConcurrentWorkflowTaskPolls: 4,
  enableNonLocalActivities: false,
};

/** The worker of spends alone. Every server has one, and the worker process another that ends what a dead server began. */
export function createSpendWorker(settings: SpendWorkerSettings): Promise<Worker> {
  const { connection, namespace, taskQueue, deps } = settings;
  return Worker.create({
    ...SPEND_LIMITS,
    ...settings.tracing,
    ...workflowCode(settings),
    ...conversion(settings),
    connection,
    namespace,
    taskQueue: spendsTaskQueue(taskQueue),
    activities: createSpendActivities(deps),
    shutdownGraceTime: settings.shutdownGraceTime ?? '20 seconds',
  });
}

function conversion({ dataConverter }: Pick<SpendWorkerSettings, 'dataConverter'>) {
  return dataConverter === undefined ? {} : { dataConverter };
}

export interface SpendHost {
  readonly gate: SpendGate;
  /** Answers all who wait, then ends the worker. Whoever takes requests stops taking them first. */
  stop(): Promise<void>;
}

export interface SpendHostSettings extends Omit<SpendWorkerSettings, 'tracing'> {
  /** What has spends traced; nothing when absent. */
  readonly tracing?: Tracing | undefined;
  /** Names this process in the ids of its batches; unique among all that ever run. */
  readonly processId: string;
  /** Hears of every batch that leaves. */
  readonly onStart?: (batch: { readonly size: number }) => void;
  readonly log: Log;
}

const REPORT_EVERY_MS = 60_000;

/** Whoever still waits after this hears nothing: their key answers them when they come again. */
const DRAIN_WITHIN_MS = 15_000;

/**
 * Lets this process take spends: a client and a worker on one connection, so that the server of Temporal hands each
 * workflow over in the answer to its start, and nobody waits for a poll; and so that whoever waits here hears of a charge
 * when PostgreSQL has it, before its workflow has ended.
 */
export async function hostSpending(settings: SpendHostSettings): Promise<SpendHost> {
  const { connection, namespace, taskQueue, processId, log, tracing = NO_TRACING } = settings;
  const starts = countStarts();
  const gate = createSpending({
    client: new Client({ connection, namespace, ...conversion(settings), ...tracing.client }),
    taskQueue: spendsTaskQueue(taskQueue),
    processId,
    onStart: (batch) => {
      starts.count(batch);
      settings.onStart?.(batch);
    },
  });
  const deps: SpendDeps = { ...settings.deps, onSettled: gate.settled };
  const worker = await createSpendWorker({ ...settings, deps, tracing: tracing.worker });
  const run = worker.run();
  run.catch((error: unknown) => log.error({ err: error }, 'the worker of spends has ended'));
  const report = () => {
    const { batches, ...counted } = starts.take();
    if (batches > 0) log.debug({ batches, ...counted }, 'spends carried');
  };
  const reporting = setInterval(report, REPORT_EVERY_MS);
  reporting.unref();
  return {
    gate,
    stop: async () => {
      await Promise.race([gate.drained(), patience(DRAIN_WITHIN_MS)]);
      clearInterval(reporting);
      report();
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await run.catch(() => undefined);
    },
  };
}

function patience(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

/** How many batches left, how many spends were in them, and which share was handed over with the start. */
function countStarts() {
  let counted = { batches: 0, spends: 0, eager: 0 };
  return {
    count: ({ size, isEager }: { size: number; isEager: boolean }): void => {
      counted.batches += 1;
      counted.spends += size;
      counted.eager += isEager ? 1 : 0;
    },
    take: () => {
      const { batches, spends, eager } = counted;
      counted = { batches: 0, spends: 0, eager: 0 };
      return { batches, spends, eagerPercent: Math.round((100 * eager) / Math.max(1, batches)) };
    },
  };
}
