import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BreakKind } from '../../../src/domain/billing/reconciliation';
import type { Repair } from '../contract';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** One workflow for each payment about which a provider and our books disagree. */
export function mismatchId(provider: string, providerPaymentId: string): string {
  return `mismatch:${provider}:${providerPaymentId}`;
}

/** What differs stands in the database, where it is found again whatever becomes of this workflow. */
export interface MismatchInput {
  readonly provider: string;
  readonly providerPaymentId: string;
}

/** `gone`: nobody knows of a difference any more. */
export interface MismatchResult {
  readonly state: 'healed' | 'resolved' | 'gone';
}

/** `retry` asks and books again, `accept` closes it with both sides as they are. */
export type MismatchRemedy = 'retry' | 'accept';

export interface MismatchCard {
  readonly provider: string;
  readonly providerPaymentId: string;
  readonly kind: BreakKind | undefined;
  /** What differs, in words. */
  readonly difference: string | undefined;
  readonly phase: string;
  readonly owner: string | undefined;
  readonly dueAt: string | undefined;
  readonly waitingFor: string;
  readonly nextActionAt: string | undefined;
  readonly allowedRepairs: Readonly<Record<string, string>>;
}

/** Operators: decides about the difference; `refused: …` when it cannot be done. */
export const resolveMismatchUpdate = defineUpdate<
  { readonly accepted: string },
  [Repair & { how: MismatchRemedy }]
>('resolve');
/** Operators: gives the difference to another owner, such as oneself. */
export const assignMismatchUpdate = defineUpdate<
  { readonly accepted: string },
  [Repair & { owner: string }]
>('assign');
/** Somebody closed the item that shows the difference. */
export const itemClosedSignal = defineSignal('itemClosed');
export const mismatchQuery = defineQuery<MismatchCard>('state');
