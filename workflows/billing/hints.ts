import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { WireFact } from '../../src/domain/billing/payment';
import {
  paymentConfirmationId,
  paymentHintSignal,
  type PaymentConfirmationInput,
  type PaymentHint,
} from './contract';

/**
 * Makes sure that a payment somebody's question revealed is confirmed by its own workflow: a running one is told, else
 * one is started. It outlives this workflow and, as a child, lives by the same test clock.
 */
export async function hintPaymentConfirmation(found: {
  provider: string;
  fact: WireFact;
  /** Looked up by the order's owner when absent. */
  clockOffsetMs?: number;
}): Promise<void> {
  const { provider, fact, clockOffsetMs } = found;
  const { providerPaymentId } = fact;
  const hint: PaymentHint = { source: 'poll', fact };
  const input: PaymentConfirmationInput = {
    provider,
    providerPaymentId,
    ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
    hints: [hint],
  };
  const workflowId = paymentConfirmationId(provider, providerPaymentId);
  try {
    await startChild('paymentConfirmation', {
      workflowId,
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      staticSummary: `Payment ${providerPaymentId} at ${provider}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await tellRunning(workflowId, hint);
  }
}

/** It may have ended between the two steps; then it has done its work with the same facts. */
async function tellRunning(workflowId: string, hint: PaymentHint): Promise<void> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(paymentHintSignal, hint);
  } catch {
    // Ended meanwhile: the next question finds whatever is newer.
  }
}
