import { Connection } from '@temporalio/client';
import type { TemporalServer } from '../../src/embedded/temporal';
import { spendsTaskQueue } from '../../workflows/contract';
import type { VariantName } from '.';

/** Throws unless Temporal itself holds sealed payloads of the one side and readable ones of the other. */
export async function requireSealing(
  { address, namespace }: TemporalServer,
  queues: Readonly<Record<VariantName, string>>,
): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    for (const [name, queue] of Object.entries(queues)) {
      const found = await encodingOn(connection, { namespace, taskQueue: spendsTaskQueue(queue) });
      if ((found === SEALED) !== (name === 'sealed'))
        throw new Error(`payloads of the ${name} side are ${found ?? 'not there'}`);
    }
  } finally {
    await connection.close();
  }
}

const SEALED = 'binary/encrypted';

/** How the input of a workflow on a task queue is encoded, read past every client that would decode it. */
async function encodingOn(
  { workflowService }: Connection,
  { namespace, taskQueue }: { namespace: string; taskQueue: string },
): Promise<string | undefined> {
  const query = `TaskQueue = '${taskQueue}'`;
  const { executions } = await workflowService.listWorkflowExecutions({
    ...{ namespace, query, pageSize: 1 },
  });
  const execution = executions?.[0]?.execution;
  if (!execution) return undefined;
  const { history } = await workflowService.getWorkflowExecutionHistory({
    ...{ namespace, execution, maximumPageSize: 1 },
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  return Buffer.from(started?.input?.payloads?.[0]?.metadata?.['encoding'] ?? []).toString();
}
