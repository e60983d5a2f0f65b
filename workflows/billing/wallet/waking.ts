import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  sleep,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { billingUserId } from '../../contract';
import { lotsChangedSignal, walletWorkflowId, type WalletInput } from './contract';

/**
 * Makes sure that somebody watches the lots of a person after one came that ends some day. It is written into the
 * history of whoever credited the lot, so it is never lost; as a child the watcher lives by the same test clock.
 */
export async function wakeWallet(person: Required<WalletInput>): Promise<void> {
  for (;;) {
    if (await isStarted(person)) return;
    if (await isTold(person.userId)) return;
    await sleep('1 second', { summary: 'The watcher of the wallet ends just now' });
  }
}

async function isStarted(person: Required<WalletInput>): Promise<boolean> {
  const { userId, clockOffsetMs } = person;
  const input: WalletInput = { userId, clockOffsetMs };
  try {
    await startChild('wallet', {
      workflowId: walletWorkflowId(userId),
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      staticSummary: `Tokens of ${userId} that end some day`,
      typedSearchAttributes: [{ key: billingUserId, value: String(userId) }],
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** False when it ended between the two steps, before it could hear of the new lot. */
async function isTold(userId: number): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(walletWorkflowId(userId)).signal(lotsChangedSignal);
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}
