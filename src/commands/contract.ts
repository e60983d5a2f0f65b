import type {
  CancelOutcome,
  ChangeProviderOutcome,
  CheckoutOpening,
  RenewalWish,
  CheckoutStatus,
  PaymentHint,
} from '../../workflows/billing/contract';
import type { AutoTopupCommands } from './auto-topups';
import type { FreeOrderOutcome } from './free-orders';
import type { ClaimOutcome, GiftOver, TakeBackOutcome } from './gifts';
import type { GrowthCommands } from './growth';
import type { HoldCommands } from './holds-contract';
import type { PrivacyCommands } from './privacy-contract';
import type { BroadcastCommands } from './broadcasts-contract';
import type { OperationCommands, OperationOutcome, VoteOutcome } from './operations-contract';
import type { LimitCommands } from './limits';
import type { MethodCommands } from './methods';
import type { ReconciliationCommands } from './reconciliation';
import type { RefundCommands } from './refunds-contract';
import type { BreakCommands } from './breaks';
import type { SpendRefundCommands } from './spend-refunds';
import type { SubscriptionCommands } from './subscriptions-contract';
import type { RepairCommands } from './repairs-contract';
import type { TrackCommands } from './tracks-contract';

export type {
  CancelOutcome,
  ChangeProviderOutcome,
  CheckoutOpening,
  CheckoutStatus,
  PaymentHint,
  RenewalWish,
};
export type {
  ClaimOutcome,
  FreeOrderOutcome,
  GiftOver,
  TakeBackOutcome,
  OperationOutcome,
  VoteOutcome,
};

/** Asking a checkout that does not exist, or whose order belongs to somebody else, gives `not_yours`. */
export type OwnedOutcome<T> = T | { readonly kind: 'not_yours' };

/** The only way the bot and the server reach Temporal: typed starts, signals and updates. */
export type BillingCommands = CheckoutCommands &
  AutoTopupCommands &
  BroadcastCommands &
  GrowthCommands &
  HoldCommands &
  LimitCommands &
  MethodCommands &
  SpendRefundCommands &
  OperationCommands &
  PrivacyCommands &
  ReconciliationCommands &
  RefundCommands &
  RepairCommands &
  SubscriptionCommands &
  TrackCommands &
  BreakCommands;

/** Orders and payments. */
export interface CheckoutCommands {
  /**
   * Consumes a quote and opens its invoice; returns when the pay link exists or the order is refused.
   * Repeating it with the same quote gives the same invoice.
   */
  openCheckout(order: {
    quoteId: string;
    userId: number;
    provider: string;
    clockOffsetMs: number;
    /** The person agreed that we keep the way they pay. */
    savesMethod?: boolean;
    /** Who is to renew the plan; dropped where the plan cannot be renewed like that. */
    renewal?: RenewalWish;
  }): Promise<CheckoutOpening>;
  /** Asks the provider now; the answer is what is known afterwards. */
  checkPayment(order: { invoiceId: string; userId: number }): Promise<OwnedOutcome<CheckoutAnswer>>;
  cancelCheckout(order: {
    invoiceId: string;
    userId: number;
  }): Promise<OwnedOutcome<CancelOutcome>>;
  changeProvider(order: {
    invoiceId: string;
    userId: number;
    provider: string;
  }): Promise<OwnedOutcome<ChangeProviderOutcome>>;
  /** Signals a payment's confirmation, starting it when there is none. Resolves once Temporal has it for certain. */
  hintPayment(hint: {
    provider: string;
    providerPaymentId: string;
    hint: PaymentHint;
  }): Promise<void>;
  /** Makes the checkout of an order ask its provider soon; harmless when there is none. */
  advancePoll(invoiceId: string): Promise<void>;
  /** Starts the sender of messages unless it runs. */
  ensureNotifier(): Promise<void>;
}

export type CheckoutAnswer = { readonly kind: 'status'; readonly status: CheckoutStatus };
