import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import {
  erasureWorkflowId,
  openErasureUpdate,
  withdrawErasureUpdate,
} from '../../workflows/billing/erasure/contract';
import { exportWorkflowId, openExportUpdate } from '../../workflows/billing/export/contract';
import { KEEPER_ID } from '../../workflows/billing/keeper/contract';
import { billingState, billingUserId } from '../../workflows/contract';
import { methodCommands, type MethodCommands } from './methods';
import type { PrivacyCommands, WithdrawOutcome } from './privacy-contract';
import { startOperation, type Workflows } from './start';

/** Asks the workflows about the books, about personal data and about what people left with us. */
export function privacyCommands(
  client: Client,
  taskQueue: string,
): PrivacyCommands & MethodCommands {
  return {
    ...methodCommands(client, taskQueue),
    ensureKeeper: () => ensureKeeper(client, taskQueue),

    requestExport: async ({ exportId, userId, clockOffsetMs }) => {
      const startWorkflowOperation = startOperation('export', taskQueue, {
        workflowId: exportWorkflowId(exportId),
        input: { exportId, userId, ...ahead(clockOffsetMs) },
        summary: `Copy of the data of ${userId}`,
        attributes: attributesOf(userId),
        idReuse: 'REJECT_DUPLICATE',
      });
      try {
        return await client.workflow.executeUpdateWithStart(openExportUpdate, {
          startWorkflowOperation,
        });
      } catch (error) {
        // The button was pressed again after its copy was over.
        if (error instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'accepted' };
        throw error;
      }
    },

    requestErasure: ({ erasureId, userId, n, clockOffsetMs }) =>
      client.workflow.executeUpdateWithStart(openErasureUpdate, {
        startWorkflowOperation: startOperation('erasure', taskQueue, {
          workflowId: erasureWorkflowId(userId, n),
          input: { erasureId, userId, ...ahead(clockOffsetMs) },
          summary: `Erasure of ${userId}`,
          attributes: attributesOf(userId),
          idReuse: 'REJECT_DUPLICATE',
        }),
      }),

    withdrawErasure: (wish) => withdraw(client, wish),
  };
}

async function ensureKeeper(client: Client, taskQueue: string): Promise<void> {
  await client.workflow.start<Workflows['keeper']>('keeper', {
    taskQueue,
    workflowId: KEEPER_ID,
    args: [{}],
    staticSummary: 'Seals the audit and checks the books',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}

async function withdraw(
  client: Client,
  { userId, n }: { userId: number; n: number },
): Promise<WithdrawOutcome> {
  const handle = client.workflow.getHandle<Workflows['erasure']>(erasureWorkflowId(userId, n));
  try {
    return await handle.executeUpdate(withdrawErasureUpdate);
  } catch (error) {
    const isOver =
      error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError;
    if (isOver) return { kind: 'too_late' };
    throw error;
  }
}

function attributesOf(userId: number) {
  return [
    { key: billingState, value: 'opening' },
    { key: billingUserId, value: String(userId) },
  ];
}

/** Test customers only (OPS-20). */
function ahead(clockOffsetMs: number): { clockOffsetMs?: number } {
  return clockOffsetMs > 0 ? { clockOffsetMs } : {};
}
