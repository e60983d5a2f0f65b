import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { WireFact } from '../../../src/domain/billing/payment';
import {
  disputeStageSignal,
  disputeWorkflowId,
  type DisputeInput,
  type DisputeNews,
} from './contract';

/**
 * Carries what a fact says of a dispute to the dispute's own workflow: a running one is told, else one is started,
 * which outlives its starter. A provider that names no dispute means the one that every payment can have.
 */
export async function tellDispute(found: {
  provider: string;
  fact: WireFact;
  clockOffsetMs: number;
}): Promise<void> {
  const { provider, fact, clockOffsetMs } = found;
  const { providerPaymentId } = fact;
  const told = fact.dispute ?? { ref: providerPaymentId, stage: 'opened' as const };
  const { ref, stage, amountMinor, dueAt } = told;
  const news = {
    stage,
    ...(amountMinor === undefined ? {} : { amountMinor }),
    ...(dueAt === undefined ? {} : { dueAt }),
  };
  const workflowId = disputeWorkflowId(provider, ref);
  const input: DisputeInput = { provider, ref, providerPaymentId, clockOffsetMs, news: [news] };
  while (!(await isStarted(workflowId, input))) {
    // One that ends between the two steps has to be started anew, so that no word is lost.
    if (await isSignalled(workflowId, news)) return;
  }
}

async function isStarted(workflowId: string, input: DisputeInput): Promise<boolean> {
  const { ref, provider } = input;
  try {
    await startChild('dispute', {
      workflowId,
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      staticSummary: `Dispute ${ref} at ${provider}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return false;
  }
  return true;
}

async function isSignalled(workflowId: string, news: DisputeNews): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(disputeStageSignal, news);
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}
