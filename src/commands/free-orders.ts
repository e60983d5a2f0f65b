import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import {
  freeOrderOutcomeUpdate,
  freeOrderWorkflowId,
  type FreeOrderOutcome,
} from '../../workflows/billing/free-order/contract';
import { billingState, billingUserId } from '../../workflows/contract';
import { startOperation, type Workflows } from './start';

export type { FreeOrderOutcome };

/** Orders that cost nothing. */
export interface FreeOrderCommands {
  /**
   * Consumes a quote whose pay amount is zero; returns when what it promised is given or refused. Repeating it with the
   * same quote gives the same outcome.
   */
  completeFreeOrder(order: {
    quoteId: string;
    userId: number;
    clockOffsetMs: number;
  }): Promise<FreeOrderOutcome>;
}

export function freeOrderCommands(client: Client, taskQueue: string): FreeOrderCommands {
  return {
    completeFreeOrder: async ({ quoteId, userId, clockOffsetMs }) => {
      const workflowId = freeOrderWorkflowId(quoteId);
      const startWorkflowOperation = startOperation('freeOrder', taskQueue, {
        workflowId,
        input: { quoteId, userId, ...(clockOffsetMs > 0 ? { clockOffsetMs } : {}) },
        summary: `Free order of ${userId}`,
        attributes: [
          { key: billingState, value: 'opening' },
          { key: billingUserId, value: String(userId) },
        ],
        idReuse: 'REJECT_DUPLICATE',
      });
      try {
        return await client.workflow.executeUpdateWithStart(freeOrderOutcomeUpdate, {
          startWorkflowOperation,
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        // The button was pressed again after the order ended: the first press decided.
        return client.workflow.getHandle<Workflows['freeOrder']>(workflowId).result();
      }
    },
  };
}
