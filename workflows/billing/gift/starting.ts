import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { billingState, billingUserId, invoiceIdAttribute } from '../../contract';
import { giftWorkflowId, type GiftInput } from './contract';

/** Starts the keeper of a gift that was just paid; as a child it lives by its buyer's test clock. A repeat is harmless. */
export async function startGift(input: Required<GiftInput>): Promise<void> {
  const { giftId, buyerId } = input;
  try {
    await startChild('gift', {
      workflowId: giftWorkflowId(giftId),
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Gift of ${buyerId}`,
      typedSearchAttributes: [
        { key: billingState, value: 'paid' },
        { key: billingUserId, value: String(buyerId) },
        { key: invoiceIdAttribute, value: giftId },
      ],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
