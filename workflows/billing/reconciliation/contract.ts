import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Repair } from '../contract';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** One reconciliation for each provider that lists its payments. */
export function reconciliationId(provider: string): string {
  return `reconciliation:${provider}`;
}

/** Up to when the books were compared stands in the books, so nothing is carried but a wish that was not done yet. */
export interface ReconciliationInput {
  readonly provider: string;
  /** ISO 8601: an operator wants everything since then compared. */
  readonly since?: string;
}

/** What the last comparison led to. */
export interface ReconciliationRound {
  /** ISO 8601. */
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly found: number;
}

export interface ReconciliationCard {
  readonly provider: string;
  readonly waitingFor: string;
  readonly nextActionAt: string | undefined;
  readonly lastRound: ReconciliationRound | undefined;
  readonly allowedRepairs: Readonly<Record<string, string>>;
}

export type ReconcileOrder = Repair & {
  /** ISO 8601: compares everything since then, up to now; what is closed and new when absent. */
  readonly since?: string;
};

/** Operators: compares now, or asks a silent provider again at once. */
export const reconcileUpdate = defineUpdate<{ readonly accepted: string }, [ReconcileOrder]>(
  'reconcile',
);
/** Operators: ends the comparison with a provider that is not used any more. */
export const retireProviderUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>('retire');
export const reconciliationQuery = defineQuery<ReconciliationCard>('state');
