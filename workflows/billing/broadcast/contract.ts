import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { BroadcastState } from '../../../src/domain/broadcast';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** One message to many people (NT-8). */
export function broadcastWorkflowId(broadcastId: string): string {
  return `broadcast:${broadcastId}`;
}

export interface BroadcastInput {
  readonly broadcastId: string;
}

/** Who steers it and why; the id is a Telegram id, whose role is looked up. */
export interface BroadcastRepair {
  readonly operatorId: number | string;
  readonly reason: string;
}

export type SteerOutcome =
  | { readonly kind: 'moved'; readonly state: BroadcastState }
  | { readonly kind: 'refused'; readonly reason: 'no_role' | 'not_possible' | 'unknown' };

export interface BroadcastCard {
  readonly broadcastId: string;
  readonly state: BroadcastState | 'unknown';
  /** People it was meant for when it began, and for how many it has been queued so far. */
  readonly total: number;
  readonly queued: number;
  /** Queued and neither sent nor given up. */
  readonly inOutbox: number;
  readonly waitingFor: string;
  readonly allowedRepairs: readonly string[];
}

export type BroadcastResult = { readonly state: BroadcastState | 'unknown' };

export const pauseBroadcastUpdate = defineUpdate<SteerOutcome, [BroadcastRepair]>('pause');
export const resumeBroadcastUpdate = defineUpdate<SteerOutcome, [BroadcastRepair]>('resume');
export const cancelBroadcastUpdate = defineUpdate<SteerOutcome, [BroadcastRepair]>('cancel');
export const broadcastQuery = defineQuery<BroadcastCard>('progress');
