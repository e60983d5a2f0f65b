import { sameMoney, type Money } from '../money';
import type { WireDispute } from './dispute';

/** What a provider says about one payment. */
export type FactState =
  'pending' | 'authorised' | 'failed' | 'paid' | 'partially_refunded' | 'refunded' | 'disputed';

/** One statement about one payment, as it travels through workflows; absent members were not said. */
export interface WireFact {
  readonly providerPaymentId: string;
  readonly state: FactState;
  readonly amount?: Money | undefined;
  readonly invoiceNo?: number | undefined;
  readonly invoiceId?: string | undefined;
  readonly userId?: number | undefined;
  /** The provider's instant of payment, ISO 8601. */
  readonly paidAt?: string | undefined;
  /** All that the provider has given back of it so far, in minor units. */
  readonly refundedMinor?: number | undefined;
  /** The payer's complaint at their bank, while there is or was one. */
  readonly dispute?: WireDispute | undefined;
  /** Why the payer's bank said no, where the provider says so. */
  readonly decline?: WireDecline | undefined;
  /** The first charge of a subscription that the provider renews by itself (Stars). */
  readonly isFirstRecurring?: boolean | undefined;
}

/** A refused charge: after a hard one the same method is never charged again. */
export interface WireDecline {
  readonly isHard: boolean;
  /** The provider's own word, such as `insufficient_funds`. */
  readonly code: string;
  /** Only the payer can help, such as by 3-D Secure: charging again without them is no use. */
  readonly needsUser?: boolean | undefined;
}

/** Facts are folded by rank: a lower one never overwrites a higher one (PC-8). */
export const FACT_RANK: Readonly<Record<FactState | 'unknown', number>> = {
  unknown: 0,
  pending: 10,
  authorised: 20,
  failed: 30,
  paid: 40,
  partially_refunded: 50,
  refunded: 60,
  disputed: 70,
};

/** The fact that stands when several were told, in whatever order they came. */
export function foldFacts(facts: readonly WireFact[]): WireFact | undefined {
  return facts.reduce<WireFact | undefined>(
    (best, fact) =>
      best === undefined || FACT_RANK[fact.state] > FACT_RANK[best.state] ? fact : best,
    undefined,
  );
}

/** The frozen side of the comparison: what was ordered, by whom, for how much. */
export interface OrderTerms {
  readonly invoiceId: string;
  readonly invoiceNo: number;
  readonly userId: number;
  readonly amount: Money;
}

export type MismatchKind =
  'unmatched' | 'wrong_currency' | 'underpaid' | 'overpaid' | 'wrong_owner';

export type Judgement =
  | { readonly kind: 'match' }
  | { readonly kind: 'mismatch'; readonly item: MismatchKind; readonly reason: string };

/**
 * Compares a paid fact with the order it names, in the order of PC-7: invoice, number against id, currency,
 * amount, owner. The first difference names the open item; money that differs is never credited.
 */
export function judgePayment(fact: WireFact, order: OrderTerms | undefined): Judgement {
  if (!order) return mismatch('unmatched', 'the payment names no invoice of ours');
  if (fact.invoiceNo !== undefined && fact.invoiceNo !== order.invoiceNo) {
    return mismatch('unmatched', `number ${fact.invoiceNo} is not that of the named invoice`);
  }
  if (fact.amount?.currency !== order.amount.currency) {
    return mismatch('wrong_currency', `paid in ${fact.amount?.currency ?? 'an unknown currency'}`);
  }
  if (!sameMoney(fact.amount, order.amount)) {
    const item = fact.amount.minor < order.amount.minor ? 'underpaid' : 'overpaid';
    return mismatch(item, `paid ${fact.amount.minor} of ${order.amount.minor} minor units`);
  }
  if (fact.userId !== undefined && fact.userId !== order.userId) {
    return mismatch('wrong_owner', `paid in the name of ${fact.userId}`);
  }
  return { kind: 'match' };
}

function mismatch(item: MismatchKind, reason: string): Judgement {
  return { kind: 'mismatch', item, reason };
}

/** What posting a payment led to; stored with its transfer, so that a repeat returns the very same value. */
export type PostOutcome =
  | {
      readonly kind: 'fulfilled';
      readonly as: 'order' | 'wallet_credit';
      readonly isLate: boolean;
      readonly invoiceId: string;
      readonly userId: number;
      readonly subscription?: SubscriptionChange;
      /** Some of the tokens end some day, so their owner's wallet is watched. */
      readonly hasExpiringLots?: boolean;
      /** The payer was brought by somebody, whose reward for it is now on hold. */
      readonly rewardedRefereeId?: number;
      /** The order was a gift, which now waits for whoever opens its link. */
      readonly giftId?: string;
      /** The payer agreed that we keep the way they paid. */
      readonly savesMethod?: boolean;
      /** Charged by the person's standing order, whose workflow waits for it. */
      readonly isAutomatic?: boolean;
      /** Charged by a subscription for its next period: nobody but its workflow waits for it. */
      readonly isRenewal?: boolean;
      /** Earlier part payments that this one made whole; their workflows need not wait any more. */
      readonly completes?: readonly PaymentRef[];
    }
  | {
      /** A second payment of an order that is already paid (CO-11). */
      readonly kind: 'duplicate';
      readonly policy: 'wallet' | 'refund';
      readonly invoiceId: string;
      readonly userId: number;
      readonly openItemKey: string;
      /** A charge of a subscription that its owner cancelled meanwhile (SB-14). */
      readonly cancelled?: SubscriptionChange;
    }
  | {
      readonly kind: 'quarantined';
      readonly item: MismatchKind | 'late_credit';
      readonly invoiceId?: string;
      readonly userId?: number;
      readonly openItemKey: string;
    }
  | {
      /** Suspended money found its end without fulfilling the order it named; the order stays as it was. */
      readonly kind: 'resolved';
      readonly how: 'credit_wallet' | 'complete_order' | 'refund' | 'write_off';
      readonly invoiceId?: string;
      readonly userId?: number;
    }
  | {
      /** Something of a higher rank is already known, such as a refund: the money never was ours to give for. */
      readonly kind: 'superseded';
      readonly state: string;
    };

export interface PaymentRef {
  readonly provider: string;
  readonly providerPaymentId: string;
}

export interface SubscriptionChange {
  readonly subscriptionId: string;
  /** `funded`: no period was given, but money came to a subscription that waits for its fee. */
  readonly change: 'started' | 'extended' | 'funded';
  /** The period the order gave; a refund takes exactly this one back. */
  readonly periodN?: number;
}

/** Seconds until the next question while a payment's outcome is unknown: 10 s, 30 s, 1, 5, 15 min, then hourly. */
const UNKNOWN_POLL_SECONDS = [10, 30, 60, 300, 900] as const;

/** Days of daily questions after the deadline (PC-11). */
export const DAYS_PAST_DEADLINE = 30;

/** When an outcome unknown since `sinceMs` is asked about daily, and when nobody asks any more (PC-11). */
export function unknownTerms(
  sinceMs: number,
  deadlineHours: number,
): { readonly overdueMs: number; readonly givenUpMs: number } {
  const overdueMs = sinceMs + deadlineHours * 3_600_000;
  return { overdueMs, givenUpMs: overdueMs + DAYS_PAST_DEADLINE * 24 * 3_600_000 };
}

/** Delay in milliseconds before question number `attempt` (from 0); daily once the deadline has passed (PC-11). */
export function unknownPollDelayMs(attempt: number, isPastDeadline: boolean): number {
  if (isPastDeadline) return 24 * 3_600_000;
  return (UNKNOWN_POLL_SECONDS[attempt] ?? 3_600) * 1_000;
}
