import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import {
  changeTariffUpdate,
  subscriptionWorkflowId,
  type OfferAnswer,
  type TariffChangeOutcome,
  type TariffChangeRefusal,
} from '../../workflows/billing/contract';
import { priceChangeCommands, type PriceChangeCommands } from './price-changes';
import type { Workflows } from './start';

export type { TariffChangeOutcome, TariffChangeRefusal };

/** Asks a subscription's workflow to begin another plan at the end of what is paid. */
export interface PlanChangeCommands extends PriceChangeCommands {
  /** `tariffVersionId` null withdraws an earlier wish. A subscription that is over is refused as `not_live`. */
  changeTariff(wish: {
    subscriptionId: string;
    userId: number;
    tariffVersionId: string | null;
    /** It answers this offer of another price: its version is a yes, null a no. */
    offer?: OfferAnswer;
  }): Promise<TariffChangeOutcome>;
}

export function planChangeCommands(client: Client): PlanChangeCommands {
  return {
    ...priceChangeCommands(client),
    changeTariff: async ({ subscriptionId, userId, tariffVersionId, offer }) => {
      const handle = client.workflow.getHandle<Workflows['subscription']>(
        subscriptionWorkflowId(subscriptionId),
      );
      const actor = { kind: 'user', id: String(userId) } as const;
      try {
        return await handle.executeUpdate(changeTariffUpdate, {
          args: [{ tariffVersionId, actor, ...(offer ? { offer } : {}) }],
        });
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        return { kind: 'refused', reason: 'not_live' };
      }
    },
  };
}
