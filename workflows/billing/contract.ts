import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { InvoiceState } from '../../src/domain/billing/invoice';
import type { MoneyRefusal } from '../../src/domain/billing/standing';
import type { PostOutcome, WireFact } from '../../src/domain/billing/payment';
import type { PromoRefusal } from '../../src/domain/billing/promo';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** Who asks for something, for the audit. */
export interface Actor {
  readonly kind: 'user' | 'operator' | 'system' | 'provider';
  readonly id: string;
}

// ── checkout ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** An invoice takes the id of the quote it consumes: one quote, one invoice, one checkout. */
export function checkoutId(invoiceId: string): string {
  return `checkout:${invoiceId}`;
}

export interface CheckoutInput {
  readonly invoiceId: string;
  readonly userId: number;
  readonly provider: string;
  /** The person agreed that we keep the way they pay. */
  readonly savesMethod?: boolean;
  /** Who is to renew the plan that is bought, where the buyer wants that. */
  readonly renewal?: RenewalWish;
  /** Test customers only: milliseconds the business clock runs ahead of the workflow's own (OPS-20). */
  readonly clockOffsetMs?: number;
}

/**
 * How a plan is to be renewed: by the way it is paid, for which the buyer agreed to words whose version and SHA-256
 * (hexadecimal) are kept, or by Telegram itself, which asks for its own consent.
 */
export type RenewalWish =
  | { readonly by: 'saved_method'; readonly textVersion: string; readonly textHash: string }
  | { readonly by: 'stars' };

export type CheckoutRefusal =
  | 'quote_unknown'
  | 'quote_already_used'
  | 'quote_expired'
  | 'terms_changed'
  | MoneyRefusal
  | 'too_many_open'
  | 'provider_unavailable'
  | 'provider_unknown'
  | PromoRefusal;

/** What opening a checkout led to. `existing`: an identical order is already open under another id (CO-2). */
export type CheckoutOpening =
  | { readonly kind: 'open'; readonly invoiceId: string }
  | { readonly kind: 'existing'; readonly invoiceId: string }
  | { readonly kind: 'refused'; readonly reason: CheckoutRefusal };

export type CheckoutResult =
  | { readonly kind: 'paid'; readonly fulfilledAs: 'order' | 'wallet_credit' }
  | { readonly kind: 'closed'; readonly state: 'expired' | 'cancelled' }
  | { readonly kind: 'existing'; readonly invoiceId: string }
  | { readonly kind: 'refused'; readonly reason: CheckoutRefusal };

export interface CheckoutStatus {
  readonly invoiceId: string;
  readonly invoiceNo: number | undefined;
  readonly state: InvoiceState | 'opening';
  readonly isConfirming: boolean;
  /** What the workflow waits for, in words for an operator. */
  readonly waitingFor: string;
  readonly nextActionAt: string | undefined;
  readonly allowedRepairs: readonly string[];
}

/** Returns as soon as the invoice has its link or is refused; the workflow goes on. */
export const openCheckoutUpdate = defineUpdate<CheckoutOpening, []>('open');

export type CancelOutcome =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'already_paid' }
  | { readonly kind: 'closed'; readonly state: InvoiceState };

/** Who asks a checkout for something; an operator says why, in at least ten characters. */
export interface OrderRequest {
  readonly actor: Actor;
  readonly reason?: string;
}

/** The same asked by an operator as every repair is asked: by name, with a reason. */
export interface OperatorSigned {
  readonly operatorId: string;
  readonly reason: string;
}

/** Asks the provider once, then cancels: "already paid" wins over cancel (CO-7). */
export const cancelCheckoutUpdate = defineUpdate<CancelOutcome, [OrderRequest | OperatorSigned]>(
  'cancel',
);

/** Asks the provider now and answers with what is then known. */
export const checkPaymentUpdate = defineUpdate<CheckoutStatus, [{ actor: Actor }]>('check');

/** Type of the failure with which an update of somebody else's order is rejected. */
export const NOT_YOURS = 'NotYours';

export type ChangeProviderOutcome =
  | { readonly kind: 'changed'; readonly provider: string }
  | { readonly kind: 'refused'; readonly reason: string };

export const changeProviderUpdate = defineUpdate<
  ChangeProviderOutcome,
  [OrderRequest & { provider: string }]
>('changeProvider');

/** Operators: gives an open invoice more hours. */
export const prolongCheckoutUpdate = defineUpdate<
  { readonly expiresAt: string },
  [{ hours: number; operatorId: string; reason: string }]
>('prolong');

/** A payment of this order reached an outcome. */
export const paymentSeenSignal =
  defineSignal<[{ outcome: PostOutcome; providerPaymentId?: string }]>('paymentSeen');
/** Somebody has a reason to think that the provider knows more than we do. */
export const pollRequestedSignal = defineSignal('pollRequested');
export const checkoutStatusQuery = defineQuery<CheckoutStatus>('status');

// ── paymentConfirmation ──────────────────────────────────────────────────────────────────────────────────────────

export function paymentConfirmationId(provider: string, providerPaymentId: string): string {
  return `pay:${provider}:${providerPaymentId}`;
}

export interface PaymentConfirmationInput {
  readonly provider: string;
  readonly providerPaymentId: string;
  /** Undefined when started from outside: the clock of the order's owner is then looked up. */
  readonly clockOffsetMs?: number;
  /** Hints that came with the start, or that the previous run had not finished with. */
  readonly hints?: readonly PaymentHint[];
  /** Where a run that continued as new had got to. */
  readonly carried?: CarriedConfirmation;
}

export interface CarriedConfirmation {
  /** ISO 8601: when the outcome first became unknown. */
  readonly askingSince: string;
  readonly questions: number;
  readonly isToldSlow: boolean;
}

/** Something claimed something about this payment. It is a reason to ask, and evidence only where nobody can be asked. */
export interface PaymentHint {
  readonly source: 'webhook' | 'poll' | 'telegram' | 'operator';
  /** What the hint says, already verified as the provider's own words. */
  readonly fact: WireFact;
  readonly inboxEventId?: string;
}

export type PaymentResult =
  | { readonly kind: 'delivered'; readonly outcome: PostOutcome }
  | { readonly kind: 'failed' }
  | { readonly kind: 'reversed'; readonly state: string }
  | { readonly kind: 'refunded' }
  | { readonly kind: 'resolved'; readonly how: ResolutionKind | 'write_off' }
  /** Asked for a month past the deadline without an answer; the open item stays. */
  | { readonly kind: 'unresolved' };

export type ResolutionKind = 'credit_wallet' | 'complete_order' | 'refund';

/** An operator who has a role; written as digits, because the Web UI's other updates take text. */
export interface RoleSigned {
  /** Telegram id. */
  readonly operatorId: number | string;
  readonly reason: string;
}

/** `reason` has at least ten characters; it goes to the audit. */
export type Repair = OperatorSigned;

export const paymentHintSignal = defineSignal<[PaymentHint]>('hint');
/** Another payment of the same order settled this one too: its stored outcome is another now. */
export const outcomeChangedSignal = defineSignal('outcomeChanged');
export const resolvePaymentUpdate = defineUpdate<
  { readonly accepted: string },
  [Repair & { how: ResolutionKind }]
>('resolve');
/** Operators: declares a payment paid with evidence of their own, where the provider cannot be asked. */
export const markPaidUpdate = defineUpdate<
  { readonly accepted: string },
  [Repair & { evidence: string }]
>('markPaid');
export const retryDeliveryUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>(
  'retryDelivery',
);
/** Proposes to leave suspended money where it is and to close its item; others allow it (OPS-12). */
export const writeOffPaymentUpdate = defineUpdate<{ readonly accepted: string }, [RoleSigned]>(
  'writeOff',
);

export interface PaymentCard {
  readonly provider: string;
  readonly providerPaymentId: string;
  readonly phase: string;
  readonly facts: readonly WireFact[];
  readonly outcome: PostOutcome | undefined;
  readonly waitingFor: string;
  readonly nextActionAt: string | undefined;
  readonly allowedRepairs: readonly string[];
}

export const paymentFactsQuery = defineQuery<PaymentCard>('facts');

// ── subscription ─────────────────────────────────────────────────────────────────────────────────────────────────

export function subscriptionWorkflowId(subscriptionId: string): string {
  return `sub:${subscriptionId}`;
}

export interface SubscriptionInput {
  readonly subscriptionId: string;
  readonly clockOffsetMs?: number;
}

export interface SubscriptionCard {
  readonly subscriptionId: string;
  readonly state: string;
  readonly periodN: number;
  readonly periodEnd: string;
  readonly waitingFor: string;
}

/** The subscription's rows changed by a payment: look at them again. */
export const fundsArrivedSignal = defineSignal('fundsArrived');
export const subscriptionStateQuery = defineQuery<SubscriptionCard | undefined>('state');

export interface TariffChange {
  /** The plan to begin when what is paid has run out; null withdraws an earlier wish. */
  readonly tariffVersionId: string | null;
  readonly actor: Actor;
  /** The answer to an offer of another price: its version is a yes, null a no (SB-23). */
  readonly offer?: OfferAnswer;
}

/** Which offer is answered, and the words above the button. */
export interface OfferAnswer {
  readonly offerId: string;
  readonly textVersion: string;
  /** SHA-256 of the words as the person reads them. */
  readonly textHash: string;
}

export type TariffChangeOutcome =
  | { readonly kind: 'scheduled'; readonly from: string }
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'refused'; readonly reason: TariffChangeRefusal };

export type TariffChangeRefusal =
  | 'not_live'
  | 'not_sold'
  | 'same_plan'
  /** Who renews the subscription could not pay it; another payer has to be chosen first. */
  | 'driver_cannot_pay'
  /** The offer is not this person's, or nothing it says holds any more. */
  | 'offer_over'
  /** Somebody else pays now, so the figures are others; the offer has them, and waits for an answer. */
  | 'offer_changed';

/** Changes the plan at the end of what is paid, or withdraws that (SB-19). Repeating it changes nothing. */
export const changeTariffUpdate = defineUpdate<TariffChangeOutcome, [TariffChange]>('changeTariff');

// ── notifier ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** One shard keeps Telegram's global pause after a 429 truly global. */
export const NOTIFIER_ID = 'notifier:0';

export interface NotifierInput {
  readonly isPaused?: boolean;
  /** ISO 8601: the end of a silence Telegram asked for, which outlives the run that was told. */
  readonly silentUntil?: string;
}

/** Messages were committed; there is something to send. */
export const wakeNotifierSignal = defineSignal('wake');
export const pauseNotifierUpdate = defineUpdate<void, [Repair]>('pause');
export const resumeNotifierUpdate = defineUpdate<void, [Repair]>('resume');
export const notifierStateQuery = defineQuery<{
  readonly isPaused: boolean;
  readonly inFlight: number;
  readonly waitingFor: string;
}>('state');
