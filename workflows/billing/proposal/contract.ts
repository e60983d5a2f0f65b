import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { OperatorCard } from '../../contract';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** An action that others must allow (OPS-12). */
export function proposalWorkflowId(proposalId: string): string {
  return `proposal:${proposalId}`;
}

export interface ProposalInput {
  readonly proposalId: string;
  readonly clockOffsetMs?: number;
}

export type ProposalState = 'open' | 'approved' | 'rejected' | 'expired' | 'executed';

/** One operator's answer. */
export interface Vote {
  /** Telegram id of the voter; digits as text are taken too, as the Web UI's other updates write it. */
  readonly operatorId: number | string;
  readonly reason?: string;
}

/** What a vote led to. */
export type VoteOutcome =
  /** Counted; so many more are needed. */
  | { readonly kind: 'counted'; readonly missing: number }
  /** Counted, and the action was done or could not be done. */
  | { readonly kind: 'executed'; readonly isDone: boolean; readonly reason?: string }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'refused'; readonly reason: 'no_role' | 'own' | 'voted' }
  /** It had ended before. */
  | { readonly kind: 'over'; readonly state: ProposalState | 'unknown' };

export type ProposalResult = { readonly state: ProposalState | 'unknown' };

export interface ProposalCard {
  readonly proposalId: string;
  readonly action: string;
  readonly params: unknown;
  /** Kopecks; what the quorum was judged by. */
  readonly amountMinor: number;
  readonly reason: string;
  readonly proposedBy: number;
  readonly quorum: number;
  readonly approvedBy: readonly number[];
  readonly state: ProposalState;
  readonly waitingFor: string;
  readonly expiresAt: string;
}

export const approveUpdate = defineUpdate<VoteOutcome, [Vote]>('approve');
export const rejectUpdate = defineUpdate<VoteOutcome, [Vote]>('reject');
/** The card of any workflow, and of a proposal that is known its row besides. */
export const proposalQuery = defineQuery<OperatorCard & Partial<Omit<ProposalCard, 'state'>>>(
  'card',
);
