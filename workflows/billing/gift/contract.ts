import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { MoneyRefusal } from '../../../src/domain/billing/standing';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** A gift takes the id of the invoice that paid for it. */
export function giftWorkflowId(giftId: string): string {
  return `gift:${giftId}`;
}

export interface GiftInput {
  readonly giftId: string;
  readonly buyerId: number;
  /** Test customers only: milliseconds the business clock runs ahead of the workflow's own (OPS-20). */
  readonly clockOffsetMs?: number;
}

export type GiftState = 'paid' | 'claimed' | 'returned';

export type GiftRefusal =
  | 'unknown'
  | 'own'
  | 'claimed'
  | 'returned'
  /** Its payment is disputed, or its buyer may not move money for another reason. */
  | 'not_now'
  | MoneyRefusal;

export type ClaimOutcome =
  /** Also for a repeat by the one who has it. */
  { readonly kind: 'claimed' } | { readonly kind: 'refused'; readonly reason: GiftRefusal };

export type TakeBackOutcome =
  | { readonly kind: 'returned' }
  | { readonly kind: 'refused'; readonly reason: 'not_yours' | 'claimed' };

export interface GiftResult {
  readonly state: GiftState;
}

export interface GiftCard {
  readonly giftId: string;
  readonly buyerId: number;
  readonly state: GiftState;
  readonly waitingFor: string;
  readonly nextActionAt: string | undefined;
}

/** Somebody opened the link. */
export const claimGiftUpdate = defineUpdate<ClaimOutcome, [{ userId: number }]>('claim');
/** The buyer does not want to give it any more. */
export const takeBackGiftUpdate = defineUpdate<TakeBackOutcome, [{ userId: number }]>('takeBack');
export const giftStateQuery = defineQuery<GiftCard>('state');
