import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { refundWorkflowId, type RefundInput } from './contract';

/**
 * Starts a refund that outlives its starter; as a child it lives by the same test clock. One that runs or ran under the
 * same name is left alone. Returns its workflow id.
 */
export async function beginRefund(n: string, input: RefundInput): Promise<string> {
  const workflowId = refundWorkflowId(input.paymentId, n);
  const { kind, id } = input.requestedBy;
  try {
    await startChild('refund', {
      workflowId,
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      staticSummary: `Refund asked by ${kind} ${id}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return workflowId;
}
