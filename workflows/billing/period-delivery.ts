import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { getExternalWorkflowHandle, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { SubscriptionChange } from '../../src/domain/billing/payment';
import { billingUserId, subscriptionIdAttribute } from '../contract';
import { fundsArrivedSignal, subscriptionWorkflowId, type SubscriptionInput } from './contract';

/** Whose period it is, and how far ahead their business clock runs. */
export interface PeriodOwner {
  readonly userId: number;
  readonly clockOffsetMs: number;
}

/**
 * Brings a period that was started or extended to the workflow that lives by it: starts it as a child, so that it
 * lives by the same test clock, or tells the one that runs to look again.
 */
export async function deliverPeriod(
  { subscriptionId }: SubscriptionChange,
  { userId, clockOffsetMs }: PeriodOwner,
): Promise<void> {
  const workflowId = subscriptionWorkflowId(subscriptionId);
  const input: SubscriptionInput = { subscriptionId, clockOffsetMs };
  try {
    await startChild('subscription', {
      workflowId,
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Subscription of ${userId}`,
      typedSearchAttributes: [
        { key: billingUserId, value: String(userId) },
        { key: subscriptionIdAttribute, value: subscriptionId },
      ],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await getExternalWorkflowHandle(workflowId).signal(fundsArrivedSignal);
  }
}
