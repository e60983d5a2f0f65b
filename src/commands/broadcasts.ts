import type { Client } from '@temporalio/client';
import {
  broadcastWorkflowId,
  cancelBroadcastUpdate,
  pauseBroadcastUpdate,
  resumeBroadcastUpdate,
} from '../../workflows/billing/broadcast/contract';
import type { BroadcastCommands } from './broadcasts-contract';
import { isGone } from './gone';
import type { Workflows } from './start';

const UPDATES = {
  pause: pauseBroadcastUpdate,
  resume: resumeBroadcastUpdate,
  cancel: cancelBroadcastUpdate,
} as const;

/** Steers broadcasts that are under way. */
export function broadcastCommands(client: Client): BroadcastCommands {
  return {
    steerBroadcast: async ({ broadcastId, move, operatorId, reason }) => {
      const workflowId = broadcastWorkflowId(broadcastId);
      const handle = client.workflow.getHandle<Workflows['broadcast']>(workflowId);
      try {
        return await handle.executeUpdate(UPDATES[move], { args: [{ operatorId, reason }] });
      } catch (error) {
        if (!isGone(error)) throw error;
        return { kind: 'refused', reason: 'not_possible' };
      }
    },
  };
}
