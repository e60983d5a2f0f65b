import {
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowStartOptions,
} from '@temporalio/client';
import {
  spendBatchId,
  spendId,
  type SpendAnswer,
  type SpendRequest,
  type TokenSpendInput,
} from '../../workflows/billing/token-spend/contract';
import { billingUserId } from '../../workflows/contract';
import { createSpendGate, type SpendGate } from './spend-gate';
import type { Workflows } from './start';

export interface SpendingOptions {
  readonly client: Client;
  /** Where this process's own worker listens, so that the server may hand it the workflow with the start. */
  readonly taskQueue: string;
  /** Names this process in the ids of its batches; unique among all that run. */
  readonly processId: string;
  readonly onStart?: (start: { size: number; isEager: boolean }) => void;
}

/** Spends by workflow: alone a workflow of its own, together one for all that arrived while the last was under way. */
export function createSpending(options: SpendingOptions): SpendGate {
  let batches = 0;
  return createSpendGate(async (spends) => {
    batches += 1;
    return run(options, { spends, n: batches });
  });
}

async function run(
  { client, taskQueue, processId, onStart }: SpendingOptions,
  { spends, n }: { spends: readonly SpendRequest[]; n: number },
): Promise<readonly SpendAnswer[]> {
  const input: TokenSpendInput = { spends };
  const description = describe(spends, { processId, n });
  try {
    const handle = await client.workflow.start('tokenSpend', {
      ...description,
      taskQueue,
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      requestEagerStart: true,
    });
    onStart?.({ size: spends.length, isEager: handle.eagerlyStarted });
    return (await handle.result()) as readonly SpendAnswer[];
  } catch (error) {
    // The same caller sends the same key through another process: one charge, one answer for both.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return client.workflow.getHandle<Workflows['tokenSpend']>(description.workflowId).result();
  }
}

type Description = Required<
  Pick<WorkflowStartOptions, 'workflowId' | 'staticSummary' | 'memo' | 'typedSearchAttributes'>
>;

/** Keys that fit the two kilobytes a memo should have; the input has them all. */
const NAMED_KEYS = 40;

/** What an operator finds it by: the person, and in the memo the keys. */
function describe(
  spends: readonly SpendRequest[],
  batch: { processId: string; n: number },
): Description {
  const [first] = spends;
  const people = [...new Set(spends.map(({ userId }) => userId))];
  const isAlone = spends.length === 1 && first !== undefined;
  return {
    workflowId: isAlone
      ? spendId(first.clientId, first.key)
      : spendBatchId(batch.processId, batch.n),
    staticSummary: isAlone
      ? `Spend of ${first.userId}`
      : `${spends.length} spends of ${people.length} people`,
    memo: { keys: spends.slice(0, NAMED_KEYS).map(({ key }) => key) },
    typedSearchAttributes:
      people.length === 1 ? [{ key: billingUserId, value: String(people[0]) }] : [],
  };
}
