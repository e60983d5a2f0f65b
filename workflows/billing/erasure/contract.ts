import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Repair } from '../contract';

/** The n-th time that a person wants to be forgotten, from 1. */
export function erasureWorkflowId(userId: number, n: number): string {
  return `erasure:${userId}:${n}`;
}

export interface ErasureInput {
  readonly erasureId: string;
  readonly userId: number;
  readonly clockOffsetMs?: number;
}

export type ErasurePhase = 'opening' | 'settling' | 'waiting' | 'erasing' | 'withdrawn' | 'done';

export interface ErasureOpening {
  readonly kind: 'accepted';
  /** ISO 8601: until then it can be withdrawn. */
  readonly dueAt: string;
}

export type WithdrawOutcome = { readonly kind: 'withdrawn' } | { readonly kind: 'too_late' };

export interface ErasureCard {
  readonly erasureId: string;
  readonly phase: ErasurePhase;
  readonly dueAt: string | undefined;
  /** Ids of saved methods that a provider has not let go of yet. */
  readonly unstopped: readonly string[];
  readonly waitingFor: string;
}

/** Answers as soon as nothing can be charged any more. */
export const openErasureUpdate = defineUpdate<ErasureOpening, []>('open');
export const withdrawErasureUpdate = defineUpdate<WithdrawOutcome, []>('withdraw');
export const erasureStateQuery = defineQuery<ErasureCard>('state');
/** Operators: asks the providers now that have not confirmed that they charge no more. */
export const stopNowUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>('retryNow');
