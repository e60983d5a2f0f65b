import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { ExpiringLot } from '../../../src/domain/billing/lot-expiry';

/** One timer for all lots of a person that end some day. */
export function walletWorkflowId(userId: number): string {
  return `wallet:${userId}`;
}

export interface WalletInput {
  readonly userId: number;
  readonly clockOffsetMs?: number;
}

/** A lot that ends some day came or changed: look at them again. */
export const lotsChangedSignal = defineSignal('lotsChanged');

export interface WalletCard {
  readonly userId: number;
  /** Lots that end, the soonest first. */
  readonly lots: readonly ExpiringLot[];
  readonly waitingFor: string;
  readonly nextActionAt: string | undefined;
}

export const walletStateQuery = defineQuery<WalletCard>('state');
