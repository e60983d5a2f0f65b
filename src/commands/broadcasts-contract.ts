import type { BroadcastMove } from '../domain/broadcast';
import type { SteerOutcome } from '../../workflows/billing/broadcast/contract';

export type { SteerOutcome };

export interface BroadcastCommands {
  /** Pauses, resumes or cancels a broadcast; one that has ended cannot be moved any more. */
  steerBroadcast(order: {
    broadcastId: string;
    move: BroadcastMove;
    operatorId: number;
    reason: string;
  }): Promise<SteerOutcome>;
}
