import type { Client } from '@temporalio/client';
import {
  spendRefundId,
  type SpendRefundInput,
  type SpendRefundResult,
} from '../../workflows/billing/spend-refund/contract';
import type { Workflows } from './start';

export type { SpendRefundInput, SpendRefundResult };

/** Giving tokens of a charge back. */
export interface SpendRefundCommands {
  /** Answers when the tokens are back. Repeating it with the same name gives them back once. */
  refundSpend(input: SpendRefundInput): Promise<SpendRefundResult>;
}

export function spendRefundCommands(client: Client, taskQueue: string): SpendRefundCommands {
  return {
    refundSpend: (input) =>
      client.workflow.execute<Workflows['spendRefund']>('spendRefund', {
        taskQueue,
        workflowId: spendRefundId(input.request),
        args: [input],
        staticSummary: `Refund of the charge ${input.chargeId}`,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
  };
}
