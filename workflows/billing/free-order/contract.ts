import { defineUpdate } from '@temporalio/workflow';
import type { PromoRefusal } from '../../../src/domain/billing/promo';
import type { MoneyRefusal } from '../../../src/domain/billing/standing';
import type { TrialRefusal } from '../../../src/domain/billing/trial';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** An order that costs nothing is named by its quote: a double tap carries the same id and is one order. */
export function freeOrderWorkflowId(quoteId: string): string {
  return `free:${quoteId}`;
}

export interface FreeOrderInput {
  readonly quoteId: string;
  readonly userId: number;
  /** Test customers only: milliseconds the business clock runs ahead of the workflow's own (OPS-20). */
  readonly clockOffsetMs?: number;
}

export type FreeOrderRefusal =
  | 'quote_unknown'
  | 'quote_already_used'
  | 'quote_expired'
  | 'terms_changed'
  /** It has a price, so it needs a provider. */
  | 'not_free'
  /** The plan it was quoted for does not run any more. */
  | 'change_impossible'
  /** A period from the balance is for somebody without a live subscription. */
  | 'already_subscribed'
  | 'insufficient_balance'
  | MoneyRefusal
  | PromoRefusal
  | TrialRefusal;

export type FreeOrderOutcome =
  | { readonly kind: 'fulfilled'; readonly subscriptionId?: string }
  | { readonly kind: 'refused'; readonly reason: FreeOrderRefusal };

/** Returns when the order is fulfilled or refused. */
export const freeOrderOutcomeUpdate = defineUpdate<FreeOrderOutcome, []>('outcome');
