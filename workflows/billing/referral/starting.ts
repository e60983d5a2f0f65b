import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { billingState, billingUserId } from '../../contract';
import { referralWorkflowId, type ReferralInput } from './contract';

/** Starts the payout of a reward that was put on hold; as a child it lives by the payer's test clock. */
export async function startReferral(input: Required<ReferralInput>): Promise<void> {
  const { refereeId } = input;
  try {
    await startChild('referralPayout', {
      workflowId: referralWorkflowId(refereeId),
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Reward for bringing ${refereeId}`,
      typedSearchAttributes: [
        { key: billingState, value: 'held' },
        { key: billingUserId, value: String(refereeId) },
      ],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
