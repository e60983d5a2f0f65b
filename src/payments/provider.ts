import type { WireDispute } from '../domain/billing/dispute';
import type { WireDecline } from '../domain/billing/payment';
import type { Money } from '../domain/money';

/** What we know a provider believes about one payment; the fold by rank decides which belief wins (PC-8). */
export type PaymentState =
  'pending' | 'authorised' | 'failed' | 'paid' | 'partially_refunded' | 'refunded' | 'disputed';

/** One statement about one payment, exact and without interpretation. */
export interface PaymentFact {
  readonly providerPaymentId: string;
  readonly state: PaymentState;
  /** Exactly what was paid; undefined when the provider's text is not an amount of a known currency. */
  readonly amount: Money | undefined;
  /** References the provider echoes: our invoice number, invoice id and user id, as far as given. */
  readonly invoiceNo: number | undefined;
  readonly invoiceId: string | undefined;
  readonly userId: number | undefined;
  /** The provider's own instant of payment, ISO 8601. */
  readonly paidAt: string | undefined;
  /** All that was given back of it so far in minor units, where the provider says so. */
  readonly refundedMinor?: number | undefined;
  /** The payer's complaint at their bank, while there is or was one. */
  readonly dispute?: WireDispute | undefined;
  /** Why the payer's bank said no, where the provider says so. */
  readonly decline?: WireDecline | undefined;
}

/** Where a fact comes from: the provider's answer to our question, or a verified signed notification. */
export type Evidence = 'asked' | 'signed' | 'operator';

/** The outcome of asking; `unknown` means nothing may be concluded, only asked again. */
export type AskOutcome =
  | { readonly kind: 'facts'; readonly facts: readonly PaymentFact[] }
  | { readonly kind: 'unknown'; readonly reason: string };

export type CreateOutcome =
  | { readonly kind: 'created'; readonly url: string; readonly providerRef?: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export type RefundOutcome =
  | { readonly kind: 'done'; readonly providerRef: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What became of a wish that somebody is never charged again; `refused` means that a human must look. */
export type StopOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A way to pay that the payer lets us charge again. */
export interface SavedMethod {
  /** A secret: it is sealed where it is received, and never travels through a workflow. */
  readonly token: string;
  /** Masked, for people: `Visa •• 4242`. */
  readonly label: string;
  /** The last day it can be charged, `YYYY-MM-DD`, where the provider says so. */
  readonly expiresOn: string | undefined;
}

export type SavedMethodOutcome =
  | { readonly kind: 'saved'; readonly method: SavedMethod }
  /** The payer did not agree, or this way to pay cannot be kept. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A charge without the payer: an order of its own, paid by what an earlier payment saved. */
export interface SavedCharge {
  readonly method: {
    readonly token: string;
    /** The payment it was saved from, which some protocols name in every charge. */
    readonly firstChargeId: string | undefined;
  };
  readonly order: PaymentOrder;
}

/** `sent` is accepted and not yet paid; after `unknown` only the same charge may be sent, once it was asked about. */
export type ChargeOutcome =
  | { readonly kind: 'sent' | 'paid'; readonly providerPaymentId: string }
  | ({ readonly kind: 'refused' } & WireDecline)
  | { readonly kind: 'unknown'; readonly reason: string };

/** An incoming notification before anything is believed. */
export interface Notification {
  readonly rawBody: Buffer;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The raw query string without the question mark. */
  readonly query: string;
  readonly peerAddress: string;
}

export type Verification =
  | {
      /** `not_possible`: the protocol has no proof of its own, so only `ask` decides. */
      readonly verified: 'yes' | 'not_possible';
      /** Equal for repeats of the same notification; never used to identify a payment. */
      readonly dedupeKey: string;
      readonly providerPaymentId: string;
      /** What the notification says; evidence only where the provider cannot be asked. */
      readonly fact: PaymentFact;
    }
  | {
      readonly verified: 'no';
      readonly dedupeKey: string;
      readonly reason: string;
      /** The invoice number it claims to be about, so that the poll of that invoice can be advanced. */
      readonly claimedInvoiceNo: number | undefined;
    }
  | { readonly verified: 'malformed'; readonly reason: string };

/** What a provider needs to know of an order to open a payment for it. */
export interface PaymentOrder {
  readonly invoiceId: string;
  readonly invoiceNo: number;
  readonly userId: number;
  readonly amount: Money;
  readonly description: string;
  readonly locale: 'ru' | 'en';
  /** ISO 8601. */
  readonly expiresAt: string;
  /** The payer agreed that we keep the way they pay, so the provider may offer it. */
  readonly savesMethod?: boolean;
  /** The provider itself charges the same again every thirty days, until it is stopped (Stars). */
  readonly isRecurring?: boolean;
}

/** Which payments to ask about: one by its own id, or all of one order. */
export type AskRef =
  | { readonly by: 'payment'; readonly providerPaymentId: string }
  | { readonly by: 'order'; readonly invoiceId: string; readonly invoiceNo: number };

export interface RefundRequest {
  readonly providerPaymentId: string;
  readonly amount: Money;
  /** The payer's Telegram id, which some providers need. */
  readonly userId: number | undefined;
  /** Stable over retries: the same key is the same refund. */
  readonly key: string;
}

export interface ProviderCapabilities {
  readonly currencies: readonly string[];
  readonly canAsk: boolean;
  readonly canRefund: 'none' | 'full' | 'partial';
  readonly canCancel: boolean;
  /** It can keep a way to pay and charge it again without the payer. */
  readonly canSave?: boolean;
}

/** How the HTTP edge answers a provider once its notification is safely ours. */
export interface ProviderAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * What a payment provider must do. Adapters are thin: they translate a wire protocol into facts and outcomes.
 * A timeout, lost connection, 5xx or unreadable answer is `unknown`, never a refusal, and never an exception.
 */
export interface PaymentProvider {
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  /** Opens a payment for an order. Repeating it with the same key gives the same payment page. */
  createPayment(order: PaymentOrder, key: string): Promise<CreateOutcome>;
  /** Judges a notification on its raw bytes; never throws, whatever the bytes are. */
  verify(notification: Notification): Verification;
  /** Asks for the truth about one payment or one order. */
  ask(ref: AskRef): Promise<AskOutcome>;
  /** Gives money back. "Already refunded" is `done`. */
  refund(request: RefundRequest): Promise<RefundOutcome>;
  /** Asks what became of a refund sent with this key; `unknown` when the provider has never heard of it yet. */
  askRefund(request: RefundRequest): Promise<RefundOutcome>;
  /** Closes the provider's object for an order, as far as the protocol can; best effort. */
  cancel(order: { readonly invoiceId: string; readonly invoiceNo: number }): Promise<void>;
  /**
   * Stops a subscription that the provider renews by itself, named by its first charge. Stopped already is `done`.
   * Absent where the provider renews nothing.
   */
  cancelSubscription?(subscription: {
    readonly userId: number;
    readonly firstChargeId: string;
  }): Promise<StopOutcome>;
  /** Lets a subscription that was stopped go on, as long as its paid time lasts. Going on already is `done`. */
  resumeSubscription?(subscription: {
    readonly userId: number;
    readonly firstChargeId: string;
  }): Promise<StopOutcome>;
  /** The way to pay that a payment saved; asked once the payment is paid. Absent where nothing can be saved. */
  savedMethod?(payment: { readonly providerPaymentId: string }): Promise<SavedMethodOutcome>;
  /**
   * Charges a saved method. Repeating it with the same key and order is the same charge; where the protocol has no
   * keys, the caller has asked about the order before it repeats.
   */
  chargeSaved?(charge: SavedCharge, key: string): Promise<ChargeOutcome>;
  /** Takes back the permission to charge a saved method. Taken back already is `done`; absent where nothing is saved. */
  revokeMethod?(method: { readonly token: string }): Promise<StopOutcome>;
  /** The bytes that tell the provider the notification need not be repeated. */
  answer(fact: PaymentFact): ProviderAnswer;
}
