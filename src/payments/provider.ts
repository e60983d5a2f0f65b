import type { WireDispute } from '../domain/billing/dispute';
import type { ReceiptContent, ReceiptCustomer } from '../domain/billing/fiscal';
import type { WireDecline } from '../domain/billing/payment';
import type { Money } from '../domain/money';
import type { Notification, ProviderAnswer, Verification } from './notification';

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
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      /** What the provider calls a refund that it is still making; from now on it is asked about by that name. */
      readonly providerRef?: string;
      /** True when nothing was sent yet, so that sending is no repeat. */
      readonly isUnsent?: boolean;
    };

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
  /** It renews something on days known before, which the card schemes want to be told. */
  readonly isScheduled?: boolean;
}

/** `sent` is accepted and not yet paid; after `unknown` only the same charge may be sent, once it was asked about. */
export type ChargeOutcome =
  | { readonly kind: 'sent' | 'paid'; readonly providerPaymentId: string }
  | ({ readonly kind: 'refused' } & WireDecline)
  | { readonly kind: 'unknown'; readonly reason: string };

/** What 54-FZ wants to know of a sale: the tax system and the lines, which sum to the order's amount. */
export type OrderReceipt = Pick<ReceiptContent, 'sno' | 'lines'>;

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
  /** Where the payer lands after paying and after giving up; what they say on arrival proves nothing (PC-13). */
  readonly returnUrl: string;
  readonly failUrl: string;
  /** The fiscal receipt of this order, where the seller has to give one through the provider. */
  readonly receipt?: OrderReceipt;
  /** Where the payer wants that receipt, if they said it. */
  readonly receiptCustomer?: ReceiptCustomer;
  /** The payer agreed that we keep the way they pay, so the provider may offer it. */
  readonly savesMethod?: boolean;
  /** The provider itself charges the same again every thirty days, until it is stopped (Stars). */
  readonly isRecurring?: boolean;
}

/** An order in our names, and in the provider's where opening the payment gave one. */
export interface OrderRef {
  readonly invoiceId: string;
  readonly invoiceNo: number;
  readonly providerRef?: string | undefined;
  /** When the order was written, by real time: none of its payments is older. ISO 8601. */
  readonly writtenAt?: string | undefined;
}

/** Which payments to ask about: one by its own id, or all of one order. */
export type AskRef =
  | { readonly by: 'payment'; readonly providerPaymentId: string }
  | ({ readonly by: 'order' } & OrderRef);

export interface RefundRequest {
  readonly providerPaymentId: string;
  readonly amount: Money;
  /** The payer's Telegram id, which some providers need. */
  readonly userId: number | undefined;
  /** Stable over retries: the same key is the same refund. */
  readonly key: string;
  /** What the provider called this refund, once it did. */
  readonly providerRef?: string;
}

export interface ProviderCapabilities {
  readonly currencies: readonly string[];
  readonly canAsk: boolean;
  readonly canRefund: 'none' | 'full' | 'partial';
  /**
   * False where a refund has no key at the provider: one that may have been sent is only asked about, never sent again.
   */
  readonly isRefundRepeatable?: boolean;
  readonly canCancel: boolean;
  /** It can keep a way to pay and charge it again without the payer. */
  readonly canSave?: boolean;
  /** Days after which its list of a day no longer changes, so that a difference is a difference; one when absent. */
  readonly statementLagDays?: number;
}

/** Which days of a provider's own list are asked for: from inclusive, to exclusive, ISO 8601. */
export interface StatementRange {
  readonly from: string;
  readonly to: string;
}

/** Whether the credentials work, tried against the provider itself; `reason` never contains a secret. */
export type CredentialCheck =
  | { readonly kind: 'valid'; readonly account: string }
  | { readonly kind: 'invalid' | 'unknown'; readonly reason: string };

/** A line to paste into the provider's cabinet. */
export interface CabinetEntry {
  readonly field: string;
  readonly value: string;
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
  /** Judges a notification on its raw bytes; never throws and never rejects, whatever the bytes are. */
  verify(notification: Notification): Promise<Verification>;
  /**
   * Asks for the truth about one payment or one order. Where the protocol wants a last call once the payer has agreed
   * (PayPal's capture), asking about the order makes it, under a key of the order.
   */
  ask(ref: AskRef): Promise<AskOutcome>;
  /** Gives money back. "Already refunded" is `done`. */
  refund(request: RefundRequest): Promise<RefundOutcome>;
  /** Asks what became of a refund sent with this key; `unknown` when the provider has never heard of it yet. */
  askRefund(request: RefundRequest): Promise<RefundOutcome>;
  /** Closes the provider's object for an order, as far as the protocol can; best effort. */
  cancel(order: OrderRef): Promise<void>;
  /**
   * Every payment that the provider lists for these days, as it stands now; those that went back in these days, too,
   * where its list has them. Absent where it lists nothing.
   */
  statement?(range: StatementRange): Promise<AskOutcome>;
  /** Tries the credentials with a call that changes nothing. */
  check(): Promise<CredentialCheck>;
  /** What an administrator enters in the provider's cabinet, given our public address without a slash at the end. */
  cabinet(publicBaseUrl: string): readonly CabinetEntry[];
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
  /**
   * Takes back the permission to charge a saved method. Taken back already is `done`. Absent where nothing is saved, and
   * where the provider has no such call: then forgetting the token is all that can be done.
   */
  revokeMethod?(method: { readonly token: string }): Promise<StopOutcome>;
  /** The bytes that tell the provider the notification need not be repeated. */
  answer(fact: PaymentFact): ProviderAnswer;
}
