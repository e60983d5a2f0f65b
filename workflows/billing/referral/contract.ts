import { defineQuery } from '@temporalio/workflow';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** A person is brought once, so a reward is named by who was brought. */
export function referralWorkflowId(refereeId: number): string {
  return `referral:${refereeId}`;
}

export interface ReferralInput {
  readonly refereeId: number;
  /** Test customers only: milliseconds the business clock runs ahead of the workflow's own (OPS-20). */
  readonly clockOffsetMs?: number;
}

export interface ReferralResult {
  readonly state: 'paid' | 'void';
}

export interface ReferralCard {
  readonly refereeId: number;
  readonly waitingFor: string;
  readonly nextActionAt: string | undefined;
}

export const referralStateQuery = defineQuery<ReferralCard>('state');
