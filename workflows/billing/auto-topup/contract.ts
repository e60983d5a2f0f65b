import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Repair } from '../contract';

/** One standing order of one wallet: never two charges under way. */
export function autoTopupId(userId: number): string {
  return `autoTopup:${userId}`;
}

export interface AutoTopupInput {
  readonly userId: number;
  /** Test customers only: milliseconds the business clock runs ahead of the workflow's own (OPS-20). */
  readonly clockOffsetMs?: number;
}

/** A debit left too little, or the standing order was changed: look again. */
export const topupNeededSignal = defineSignal('topupNeeded');
/** The money of the charge under way is booked. */
export const topupPaidSignal = defineSignal('topupPaid');

/** Somebody decided in PostgreSQL what became of the charge under way. */
export const chargeDecidedSignal = defineSignal('chargeDecided');

/** Operators: asks the provider now what became of the charge. */
export const askChargeUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>('retryNow');
/** Operators: declares on evidence that a charge of unknown outcome took nothing. */
export const resolveChargeUpdate = defineUpdate<
  { readonly accepted: string },
  [Repair & { how: 'not_made'; evidence: string }]
>('resolve');

export interface AutoTopupCard {
  readonly userId: number;
  readonly waitingFor: string;
  readonly nextActionAt: string | undefined;
}

export const autoTopupStateQuery = defineQuery<AutoTopupCard>('state');

/** One sweep looks after all standing orders whose nudge was lost. */
export const TOPUP_SWEEP_ID = 'autoTopupSweep:0';

/** Nothing is carried from round to round. */
export type AutoTopupSweepInput = Readonly<Record<never, never>>;
