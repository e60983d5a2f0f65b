import { Client, Connection } from '@temporalio/client';
import type { TemporalServer } from '../src/embedded/temporal';

/** What an observer sees of the product's workflows. */
export interface BatchWatch {
  /** Workflows of spends that have ended so far. */
  count(): Promise<number>;
  /** The share (0 to 1) of the newest ones whose first task was handed over with the start. */
  eagerShare(newest: number): Promise<number | undefined>;
  close(): Promise<void>;
}

const SPENDS = `WorkflowType = 'tokenSpend' and ExecutionStatus = 'Completed'`;

/** Watches from outside, through what Temporal shows everybody. */
export async function watchBatches({ address, namespace }: TemporalServer): Promise<BatchWatch> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const isEager = async (workflowId: string): Promise<boolean> => {
    const { history } = await connection.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId },
      maximumPageSize: 1,
    });
    const [first] = history?.events ?? [];
    return first?.workflowExecutionStartedEventAttributes?.eagerExecutionAccepted === true;
  };
  return {
    count: async () => (await client.workflow.count(SPENDS)).count,
    eagerShare: async (newest) => {
      const ids: string[] = [];
      // A page holds the keys of every spend of its workflows, and a large one is more than a message may be.
      for await (const { workflowId } of client.workflow.list({
        query: SPENDS,
        pageSize: newest,
      })) {
        if (ids.push(workflowId) >= newest) break;
      }
      if (ids.length === 0) return undefined;
      const eager = await Promise.all(ids.map(isEager));
      return eager.filter(Boolean).length / ids.length;
    },
    close: () => connection.close(),
  };
}
