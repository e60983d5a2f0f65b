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
import { billingUserId, billingUserIds } from '../../workflows/contract';
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

/** How long a start may take: whoever waits longer should hear that the outcome is unknown. */
const START_WITHIN_MS = 8_000;

/** What nobody waits for any more should not begin: a batch that found no worker for so long is repeated by its callers. */
const OVER_AFTER = '2 minutes';

interface Batch {
  readonly spends: readonly SpendRequest[];
  readonly n: number;
}

async function run(options: SpendingOptions, batch: Batch): Promise<readonly SpendAnswer[]> {
  const { client, onStart } = options;
  const description = describe(batch.spends, { processId: options.processId, n: batch.n });
  for (;;) {
    try {
      const handle = await client.withDeadline(Date.now() + START_WITHIN_MS, () =>
        start(options, { spends: batch.spends, description }),
      );
      onStart?.({ size: batch.spends.length, isEager: handle.eagerlyStarted });
      return (await handle.result()) as readonly SpendAnswer[];
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      await ended(client, description.workflowId);
    }
  }
}

function start(
  { client, taskQueue }: SpendingOptions,
  { spends, description }: { spends: readonly SpendRequest[]; description: Description },
) {
  const input: TokenSpendInput = { spends };
  return client.workflow.start('tokenSpend', {
    ...description,
    taskQueue,
    args: [input],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowRunTimeout: OVER_AFTER,
    requestEagerStart: true,
  });
}

/**
 * The same key is under way through another process. Its answer is that caller's: whether this is the same request,
 * PostgreSQL says once the other has ended.
 */
async function ended(client: Client, workflowId: string): Promise<void> {
  await client.workflow
    .getHandle<Workflows['tokenSpend']>(workflowId)
    .result()
    .catch(() => undefined);
}

type Description = Required<
  Pick<WorkflowStartOptions, 'workflowId' | 'staticSummary' | 'memo' | 'typedSearchAttributes'>
>;

/** What an operator finds it by: the person, and in the memo the keys. */
function describe(
  spends: readonly SpendRequest[],
  batch: { processId: string; n: number },
): Description {
  const [first] = spends;
  const people = [...new Set(spends.map(({ userId }) => userId))];
  const isAlone = spends.length === 1 && first !== undefined;
  return {
    workflowId: isAlone ? spendId(first) : spendBatchId(batch.processId, batch.n),
    staticSummary: isAlone
      ? `Spend of ${first.userId}`
      : `${spends.length} spends of ${people.length} users`,
    memo: memoOf(spends),
    typedSearchAttributes: [
      { key: billingUserIds, value: people.map(String) },
      ...(people.length === 1 ? [{ key: billingUserId, value: String(people[0]) }] : []),
    ],
  };
}

/** Temporal warns of a memo beyond two kilobytes, its envelope included. */
const MOST_NAMED_BYTES = 1_600;

/** As many keys as a memo should hold, and how many more there are; the input has them all. */
function memoOf(spends: readonly SpendRequest[]): { keys: readonly string[]; more?: number } {
  const keys: string[] = [];
  let bytes = 0;
  for (const { key } of spends) {
    bytes += Buffer.byteLength(JSON.stringify(key)) + 1;
    if (bytes > MOST_NAMED_BYTES) return { keys, more: spends.length - keys.length };
    keys.push(key);
  }
  return { keys };
}
