import type { Client } from '@temporalio/client';
import {
  methodRemovalId,
  openMethodRemovalUpdate,
  type MethodRemovalOpening,
} from '../../workflows/billing/method-removal/contract';
import { billingState, billingUserId } from '../../workflows/contract';
import { startOperation } from './start';

export type { MethodRemovalOpening };

/** What people ask of the ways to pay that they left with us. */
export interface MethodCommands {
  /**
   * Removes a saved method and answers when nothing can be charged by it any more; its provider is asked to revoke it
   * until it confirms. Repeating it changes nothing, and after a refusal it may be asked for again.
   */
  removeMethod(wish: {
    methodId: string;
    userId: number;
    clockOffsetMs: number;
  }): Promise<MethodRemovalOpening>;
}

export function methodCommands(client: Client, taskQueue: string): MethodCommands {
  return {
    removeMethod: ({ methodId, userId, clockOffsetMs }) =>
      client.workflow.executeUpdateWithStart(openMethodRemovalUpdate, {
        startWorkflowOperation: startOperation('methodRemoval', taskQueue, {
          workflowId: methodRemovalId(methodId),
          input: { methodId, userId, ...(clockOffsetMs > 0 ? { clockOffsetMs } : {}) },
          summary: `Removal of a saved method of ${userId}`,
          attributes: [
            { key: billingState, value: 'opening' },
            { key: billingUserId, value: String(userId) },
          ],
          idReuse: 'ALLOW_DUPLICATE',
        }),
      }),
  };
}
