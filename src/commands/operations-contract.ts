import type { ActionName, ActionParams } from '../domain/billing/operations';
import type { OperationOutcome } from '../../workflows/billing/operation/contract';

import type { VoteOutcome } from '../../workflows/billing/proposal/contract';

export type { OperationOutcome, VoteOutcome };

/** One audited admin action, as a screen asks for it. */
export type OperationRequest<A extends ActionName = ActionName> = {
  readonly [K in A]: {
    /** A UUID made once by the screen, so that a double tap is one operation. */
    readonly operationId: string;
    readonly action: K;
    readonly params: ActionParams[K];
    readonly operator: { readonly userId: number };
    /** At least ten characters. */
    readonly reason: string;
    /** Test customers only: milliseconds the business clock runs ahead (OPS-20). */
    readonly clockOffsetMs?: number;
  };
}[A];

export interface OperationCommands {
  /**
   * Does an audited admin action and waits for its outcome: done, refused, or proposed to those who must allow it.
   * Repeating it with the same id changes nothing and gives the same answer.
   */
  operate(request: OperationRequest): Promise<OperationOutcome>;
  /** Allows or rejects a proposal and waits for what it led to; one that has ended says so. */
  vote(vote: {
    proposalId: string;
    operatorId: number;
    isApproval: boolean;
    reason?: string;
  }): Promise<VoteOutcome>;
}
