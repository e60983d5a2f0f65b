import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type {
  RefundOrigin,
  RefundPlan,
  RefundPolicy,
  RefundRefusal,
} from '../../../src/domain/billing/refund';
import type { Actor, Repair } from '../contract';

/** `n` tells the refunds of one payment apart: a number counted by the asker, or the digest of the asker's own key. */
export function refundWorkflowId(paymentId: string, n: string): string {
  return `refund:${paymentId}:${n}`;
}

export interface RefundInput {
  /** Our id of the payment. */
  readonly paymentId: string;
  readonly origin: RefundOrigin;
  readonly requestedBy: Actor;
  readonly reason: string;
  /** The setting's when absent; people cannot choose it for themselves. */
  readonly policy?: RefundPolicy;
  /** Minor units; all that the policy gives when absent. */
  readonly amountMinor?: number;
  /** All that the provider says it has given back so far; only where it did so by itself (RF-3). */
  readonly returnedMinor?: number;
  /** The API request that asked for it; a name means one refund, once (API-4). */
  readonly request?: RequestName;
  /** True where the plan is shown first: nothing is recorded before `confirm`, and soon it is given up. */
  readonly isPreview?: boolean;
  /** Operators who agreed before, such as to the proposal that led here. */
  readonly approvedBy?: readonly string[];
  /** Undefined when started from outside: the clock of the payment's owner is then looked up. */
  readonly clockOffsetMs?: number;
}

/** How a caller of the API names a request, and what exactly it asked under that name. */
export interface RequestName {
  readonly caller: string;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** SHA-256 of the canonical body, hexadecimal. */
  readonly bodyHash: string;
}

/** What asking for a refund led to: the plan with every figure, or why there can be none. */
export type RefundOpening =
  | {
      readonly kind: 'planned';
      readonly workflowId: string;
      readonly plan: RefundPlan;
      /** How many other operators must still agree before money moves (RF-6). */
      readonly approvals: number;
      /** Hash of the request that began it, by which another request under its name is known. */
      readonly fingerprint?: string;
    }
  | {
      readonly kind: 'refused';
      readonly reason: RefundRefusal;
      /** What could go back at most. */
      readonly mostMinor: number;
    };

export type RefundResult =
  | { readonly kind: 'done'; readonly plan: RefundPlan; readonly providerRef: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'abandoned'; readonly reason: string };

export type RefundPhase =
  | 'planning'
  | 'preview'
  | 'proposed'
  | 'freezing'
  | 'sending'
  | 'unknown'
  | 'booking'
  | 'stuck'
  | 'over';

export interface RefundCard {
  readonly workflowId: string;
  readonly paymentId: string;
  readonly phase: RefundPhase;
  readonly requestedBy: string;
  readonly reason: string;
  readonly plan: RefundPlan | undefined;
  readonly approvedBy: readonly string[];
  readonly approvalsMissing: number;
  readonly waitingFor: string;
  readonly nextActionAt: string | undefined;
  readonly allowedRepairs: readonly string[];
}

/** Returns as soon as the plan stands or is refused; the workflow goes on. */
export const openRefundUpdate = defineUpdate<RefundOpening, []>('open');
/** The asker has seen the plan and wants it; returns what then stands, which may be less than was shown. */
export const confirmRefundUpdate = defineUpdate<RefundOpening, [{ actor: Actor }]>('confirm');
/** Another operator agrees; the one who asked cannot (RF-6). */
export const approveRefundUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>('approve');
/** Asks about the outcome now, or sends once more after the provider refused. */
export const retryRefundUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>('retry');
/** What became of money that its provider cannot tell about, or that somebody sent by hand. */
export interface RefundWord {
  readonly how: 'made' | 'not_made';
  readonly evidence: string;
}

/** Operators: declares on evidence whether the money went back. */
export const resolveRefundUpdate = defineUpdate<
  { readonly accepted: string },
  [Repair & RefundWord]
>('resolve');
/** Gives the refund up while no money is on its way; its tokens are free again. */
export const abandonRefundUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>('abandon');
export const refundPlanQuery = defineQuery<RefundCard>('plan');
