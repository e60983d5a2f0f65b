import { randomBytes } from 'node:crypto';
import type { DisputeStage, MockDispute, MockPayment } from './model';

export interface DisputeMove {
  readonly stage: DisputeStage;
  /** What the payer wants back; the whole payment when absent. */
  readonly outSum?: string | undefined;
  /** ISO 8601: until when the bank takes evidence; a week when absent. */
  readonly dueAt?: string | undefined;
}

const WEEK_MS = 7 * 86_400_000;

/** A payment whose payer complains, or whose complaint was decided: a win brings back the state it had before. */
export function disputed(payment: MockPayment, move: DisputeMove, now: Date): MockPayment {
  const dispute = payment.dispute ?? opened(payment, move, now);
  const state = move.stage === 'won' ? dispute.stateBefore : 'disputed';
  return { ...payment, state, dispute: { ...dispute, stage: move.stage } };
}

function opened(payment: MockPayment, move: DisputeMove, now: Date): MockDispute {
  return {
    ref: `md_${randomBytes(9).toString('hex')}`,
    stage: 'opened',
    outSum: move.outSum ?? payment.outSum,
    dueAt: move.dueAt ?? new Date(now.getTime() + WEEK_MS).toISOString(),
    stateBefore: payment.state,
  };
}

/** The dispute as a signed notification carries it. */
export function disputeFields({ dispute }: MockPayment): Record<string, string> {
  if (!dispute) return {};
  return {
    Shp_dispute_due: dispute.dueAt,
    Shp_dispute_ref: dispute.ref,
    Shp_dispute_stage: dispute.stage,
    Shp_dispute_sum: dispute.outSum,
  };
}
