import { Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import type { TemporalAccess } from './temporal';

export interface PollerQuestion extends TemporalAccess {
  readonly namespace: string;
  readonly taskQueue: string;
  /** Only polls after this instant (ms) count. */
  readonly sinceMs: number;
  /** Only workers of this host count; every host when absent. */
  readonly host?: string;
}

/** True when Temporal has seen a worker ask for workflow tasks: the one proof that it really works. */
export async function isPolled(question: PollerQuestion): Promise<boolean> {
  const { address, tls, apiKey } = question;
  const connection = await Connection.connect({
    address,
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  try {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace: question.namespace,
      taskQueue: { name: question.taskQueue },
      taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    });
    return (pollers ?? []).some(
      ({ identity, lastAccessTime }) =>
        tsToMs(lastAccessTime) > question.sinceMs &&
        (question.host === undefined || identity?.endsWith(`@${question.host}`)),
    );
  } finally {
    await connection.close();
  }
}
