import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DisputeStage, DisputeState } from '../../../src/domain/billing/dispute';
import type { Repair } from '../contract';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** One complaint of a payer at their bank, by the provider's own name for it. */
export function disputeWorkflowId(provider: string, ref: string): string {
  return `dispute:${provider}:${ref}`;
}

/** What the provider told of it, in whatever order. */
export interface DisputeNews {
  readonly stage: DisputeStage;
  /** Minor units of the payment's currency; all of it when absent. */
  readonly amountMinor?: number;
  /** ISO 8601. */
  readonly dueAt?: string;
}

export interface DisputeInput {
  readonly provider: string;
  readonly ref: string;
  readonly providerPaymentId: string;
  /** What came with the start. */
  readonly news?: readonly DisputeNews[];
  /** Undefined when started from outside: the clock of the payment's owner is then looked up. */
  readonly clockOffsetMs?: number;
}

export type DisputeResult =
  | { readonly kind: 'won' }
  | { readonly kind: 'lost' }
  /** Nothing was given for that payment, so nothing is at stake but the money itself. */
  | { readonly kind: 'ignored' };

export type DisputePhase = 'opening' | 'open' | 'deciding' | 'over';

export interface DisputeCard {
  readonly provider: string;
  readonly ref: string;
  readonly providerPaymentId: string;
  readonly phase: DisputePhase;
  readonly state: DisputeState | undefined;
  readonly news: readonly DisputeNews[];
  readonly dueAt: string | undefined;
  readonly waitingFor: string;
  readonly allowedRepairs: readonly string[];
}

/** The provider says how the dispute stands; late, early and repeated words are folded (PC-8). */
export const disputeStageSignal = defineSignal<[DisputeNews]>('stage');
/** An operator has handed the evidence to the bank, in the provider's cabinet. */
export const submitEvidenceUpdate = defineUpdate<
  { readonly accepted: string },
  [Repair & { note: string }]
>('submitEvidence');
/** An operator gives in: it is booked as lost at once. */
export const concedeDisputeUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>(
  'concede',
);
export const disputeQuery = defineQuery<DisputeCard>('dispute');
