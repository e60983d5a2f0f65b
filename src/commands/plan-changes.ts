import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import {
  changeTariffUpdate,
  subscriptionWorkflowId,
  type TariffChangeOutcome,
  type TariffChangeRefusal,
} from '../../workflows/billing/contract';
import type { Workflows } from './start';

export type { TariffChangeOutcome, TariffChangeRefusal };

/** Asks a subscription's workflow to begin another plan at the end of what is paid. */
export interface PlanChangeCommands {
  /** `tariffVersionId` null withdraws an earlier wish. A subscription that is over is refused as `not_live`. */
  changeTariff(wish: {
    subscriptionId: string;
    userId: number;
    tariffVersionId: string | null;
  }): Promise<TariffChangeOutcome>;
}

export function planChangeCommands(client: Client): PlanChangeCommands {
  return {
    changeTariff: async ({ subscriptionId, userId, tariffVersionId }) => {
      const handle = client.workflow.getHandle<Workflows['subscription']>(
        subscriptionWorkflowId(subscriptionId),
      );
      const actor = { kind: 'user', id: String(userId) } as const;
      try {
        return await handle.executeUpdate(changeTariffUpdate, {
          args: [{ tariffVersionId, actor }],
        });
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        return { kind: 'refused', reason: 'not_live' };
      }
    },
  };
}
