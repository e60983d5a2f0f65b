import { Client, Connection } from '@temporalio/client';
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
    const client = new Client({ connection, namespace });
    for (const [name, queue] of Object.entries(queues)) {
      const found = await encodingOn(client, spendsTaskQueue(queue));
      const isSealed = found === 'binary/encrypted';
      if (isSealed !== (name === 'sealed'))
        throw new Error(`payloads of the ${name} side are ${found ?? 'not there'}`);
    }
  } finally {
    await connection.close();
  }
}

/** How the input of the newest workflow on a task queue is encoded. */
async function encodingOn(client: Client, taskQueue: string): Promise<string | undefined> {
  const query = `TaskQueue = '${taskQueue}'`;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 1 })) {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    const [first] = events ?? [];
    const [input] = first?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    return Buffer.from(input?.metadata?.['encoding'] ?? []).toString();
  }
  return undefined;
}
