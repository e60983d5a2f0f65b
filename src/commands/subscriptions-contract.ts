import type { SubscriptionRepairKind } from '../domain/billing/subscription-repairs';
import type { Driver } from '../domain/billing/subscription-course';
import type {
  SubscriptionCourse,
  WishOutcome,
  WishRefusal,
} from '../../workflows/billing/subscription/contract';
import type { FreeOrderOutcome } from './free-orders';
import type { PlanChangeCommands } from './plan-changes';

export type { SubscriptionCourse, WishOutcome, WishRefusal };

/** A subscription in the words of its owner; anybody else is answered `not_owner`. */
export interface OwnSubscription {
  readonly subscriptionId: string;
  readonly userId: number;
  /** Names the tap: asking again with the same one changes nothing and gives the same answer. */
  readonly updateId?: string;
}

/** What an operator does to a subscription; `operationId` names it, so that a repeat changes nothing (OPS-3). */
export interface SubscriptionRepair {
  readonly operationId: string;
  readonly subscriptionId: string;
  readonly operatorId: number;
  /** Ten characters or more. */
  readonly reason: string;
  readonly wish:
    | { readonly kind: 'editTimeline'; readonly days: number }
    | { readonly kind: Exclude<SubscriptionRepairKind, 'editTimeline'> };
}

/**
 * Everything that can be asked of a subscription. Each waits for its workflow's answer, and a subscription that is
 * over, or whose workflow is gone, answers `not_live`.
 */
export interface SubscriptionCommands extends PlanChangeCommands {
  /** Ends a paid subscription with its period and an unpaid or resting one at once (SB-17). */
  cancelSubscription(wish: OwnSubscription): Promise<WishOutcome>;
  uncancelSubscription(wish: OwnSubscription): Promise<WishOutcome>;
  /** Lets it rest for whole days, from the period's end or from now with the rest kept (SB-20). */
  pauseSubscription(
    wish: OwnSubscription & { readonly days: number; readonly from: 'end' | 'now' },
  ): Promise<WishOutcome>;
  resumeSubscription(wish: OwnSubscription): Promise<WishOutcome>;
  /** Who renews it; `none` turns renewal off. A saved method needs its id and a consent to autopay in force (SB-8). */
  setDriver(
    wish: OwnSubscription & {
      readonly driver: Driver;
      readonly methodId?: string;
      readonly consentId?: string;
    },
  ): Promise<WishOutcome>;
  /** Tries an unpaid renewal at once. */
  renewNow(wish: OwnSubscription): Promise<WishOutcome>;
  /** Chooses the instant (ISO 8601) of the next try, until the last day of dunning (SB-16). */
  negotiate(wish: OwnSubscription & { readonly at: string }): Promise<WishOutcome>;
  muteReminders(wish: OwnSubscription & { readonly isMuted: boolean }): Promise<WishOutcome>;
  /** What it will do by itself, soonest first (SB-24); undefined when its workflow is gone. */
  upcoming(asked: { readonly subscriptionId: string }): Promise<SubscriptionCourse | undefined>;
  /**
   * Starts a new subscription from the balance, for somebody without a live one: the quote has the purpose `renewal`.
   * Repeating it with the same quote gives the same outcome.
   */
  renewFromBalance(order: {
    quoteId: string;
    userId: number;
    clockOffsetMs: number;
  }): Promise<FreeOrderOutcome>;
  /** An audited repair by an operator. */
  repairSubscription(repair: SubscriptionRepair): Promise<WishOutcome>;
}
