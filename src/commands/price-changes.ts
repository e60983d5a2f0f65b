import type { Client } from '@temporalio/client';
import {
  priceChangeWorkflowId,
  withdrawPricesUpdate,
  type WithdrawOutcome,
} from '../../workflows/billing/price-change/contract';
import { isGone } from './gone';
import type { Workflows } from './start';

export type { WithdrawOutcome };

export interface PriceChangeCommands {
  /** Takes back the offers of a price that nobody accepted yet; offers that are over cannot be. */
  withdrawPrices(order: {
    readonly priceChangeId: string;
    readonly operatorId: number;
    /** Ten characters or more. */
    readonly reason: string;
  }): Promise<WithdrawOutcome>;
}

export function priceChangeCommands(client: Client): PriceChangeCommands {
  return {
    withdrawPrices: async ({ priceChangeId, operatorId, reason }) => {
      const workflowId = priceChangeWorkflowId(priceChangeId);
      const handle = client.workflow.getHandle<Workflows['priceChange']>(workflowId);
      try {
        return await handle.executeUpdate(withdrawPricesUpdate, {
          args: [{ operatorId: String(operatorId), reason }],
        });
      } catch (error) {
        if (!isGone(error)) throw error;
        return { kind: 'refused', reason: 'not_possible' };
      }
    },
  };
}
