import {
  QueryNotRegisteredError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import {
  abandonRefundUpdate,
  approveRefundUpdate,
  confirmRefundUpdate,
  openRefundUpdate,
  refundPlanQuery,
  refundWorkflowId,
} from '../../workflows/billing/refund/contract';
import { OPERATIONS_ID } from '../../workflows/billing/operations/contract';
import { billingState } from '../../workflows/contract';
import type { OpenedRefund, RefundCommands } from './refunds-contract';
import { startOperation, type Workflows } from './start';

/** Asks for refunds. */
export function refundCommands(client: Client, taskQueue: string): RefundCommands {
  const handleOf = (workflowId: string) =>
    client.workflow.getHandle<Workflows['refund']>(workflowId);
  return {
    ensureOperations: () => ensureOperations(client, taskQueue),
    openRefund: (order) => openRefund(client, taskQueue, order),
    confirmRefund: async ({ paymentId, n, actor }) => {
      const handle = handleOf(refundWorkflowId(paymentId, n));
      try {
        return await handle.executeUpdate(confirmRefundUpdate, { args: [{ actor }] });
      } catch (error) {
        if (!isGone(error)) throw error;
        return error instanceof WorkflowNotFoundError ? endOf(handle) : undefined;
      }
    },
    steerRefund: async ({ workflowId, how, operatorId, reason }) => {
      const update = how === 'approve' ? approveRefundUpdate : abandonRefundUpdate;
      try {
        const args: [{ operatorId: string; reason: string }] = [{ operatorId, reason }];
        const { accepted } = await handleOf(workflowId).executeUpdate(update, { args });
        return { kind: 'accepted', text: accepted };
      } catch (error) {
        if (!isGone(error)) throw error;
        return { kind: 'refused', reason: causeOf(error) };
      }
    },
    refundCard: async (workflowId) => {
      try {
        return await handleOf(workflowId).query(refundPlanQuery);
      } catch (error) {
        if (isGone(error) || error instanceof QueryNotRegisteredError) return undefined;
        throw error;
      }
    },
  };
}

async function ensureOperations(client: Client, taskQueue: string): Promise<void> {
  await client.workflow.start<Workflows['operations']>('operations', {
    workflowId: OPERATIONS_ID,
    taskQueue,
    args: [{}],
    staticSummary: 'Where operators begin refunds from the Web UI',
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
}

async function openRefund(
  client: Client,
  taskQueue: string,
  { n, input }: Parameters<RefundCommands['openRefund']>[0],
): Promise<OpenedRefund> {
  const workflowId = refundWorkflowId(input.paymentId, n);
  const startWorkflowOperation = startOperation('refund', taskQueue, {
    workflowId,
    input,
    summary: `Refund asked by ${input.requestedBy.kind} ${input.requestedBy.id}`,
    attributes: [{ key: billingState, value: 'refund_planning' }],
    idReuse: 'REJECT_DUPLICATE',
  });
  try {
    return await client.workflow.executeUpdateWithStart(openRefundUpdate, {
      startWorkflowOperation,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return {
      kind: 'over',
      result: await client.workflow.getHandle<Workflows['refund']>(workflowId).result(),
    };
  }
}

function causeOf(error: unknown): string {
  if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? 'refused';
  return 'the refund is over';
}

/** How a refund ended that was confirmed before; undefined when there never was one. */
async function endOf(
  handle: WorkflowHandle<Workflows['refund']>,
): Promise<OpenedRefund | undefined> {
  try {
    return { kind: 'over', result: await handle.result() };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** It ended before or while it was asked, or the asker is not the one who saw the plan. */
function isGone(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError;
}
