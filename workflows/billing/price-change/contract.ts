import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { PriceChangeState } from '../../../src/domain/billing/price-change';
import type { Repair } from '../contract';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** The newest version of a tariff, offered to those who have an older one (SB-23). */
export function priceChangeWorkflowId(priceChangeId: string): string {
  return `priceChange:${priceChangeId}`;
}

export interface PriceChangeInput {
  readonly priceChangeId: string;
}

/** How far it is; `closesAt` (ISO 8601) is when unanswered offers end. */
export interface PriceChangeProgress {
  readonly state: PriceChangeState | 'unknown';
  readonly total: number;
  readonly offered: number;
  readonly closesAt: string;
}

export interface PriceChangeCount {
  readonly state: PriceChangeState | 'unknown';
  readonly offered: number;
  readonly accepted: number;
  readonly kept: number;
}

export type WithdrawOutcome =
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'refused'; readonly reason: 'no_role' | 'not_possible' | 'unknown' };

export interface PriceChangeCard extends Omit<PriceChangeProgress, 'closesAt'> {
  readonly priceChangeId: string;
  readonly waitingFor: string;
  readonly nextAt?: string;
  readonly allowedRepairs: readonly string[];
}

/** Takes back every offer that was not accepted; `operatorId` is a Telegram id, whose role is looked up. */
export const withdrawPricesUpdate = defineUpdate<WithdrawOutcome, [Repair]>('withdraw');
export const priceChangeQuery = defineQuery<PriceChangeCard>('progress');
