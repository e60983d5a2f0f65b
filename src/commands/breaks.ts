import type { Client } from '@temporalio/client';
import { breakItemId } from '../../workflows/billing/break-item/contract';
import { billingState, billingUserId } from '../../workflows/contract';
import { startOnce } from './start';

/** Reports what does not add up. */
export interface BreakCommands {
  /**
   * Brings a transfer that does not add up before the operators; resolves once Temporal has it for certain. Reporting
   * it again changes nothing.
   */
  reportBreak(found: {
    transferId: string;
    userId: number;
    broken: readonly string[];
    clockOffsetMs: number;
  }): Promise<void>;
}

export function breakCommands(client: Client, taskQueue: string): BreakCommands {
  return {
    reportBreak: ({ clockOffsetMs, ...found }) =>
      startOnce(client, 'breakItem', {
        taskQueue,
        workflowId: breakItemId(found.transferId),
        input: { ...found, ...(clockOffsetMs > 0 ? { clockOffsetMs } : {}) },
        summary: `A transfer of ${found.userId} does not add up`,
        attributes: [
          { key: billingState, value: 'reporting' },
          { key: billingUserId, value: String(found.userId) },
        ],
        idReuse: 'REJECT_DUPLICATE',
      }),
  };
}
