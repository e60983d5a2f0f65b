import { assert } from '../../src/domain/assert';

/** What the mock bank believes about a payment; the words the product's adapters use too. */
export const PAYMENT_STATES = [
  'pending',
  'authorised',
  'failed',
  'paid',
  'partially_refunded',
  'refunded',
  'disputed',
] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

/** The order a shop gave us, exactly as it gave it: amounts stay text, because text is what is signed. */
export interface MockOrder {
  readonly key: string;
  readonly invoiceNo: string;
  readonly outSum: string;
  readonly currency: string;
  readonly description: string;
  readonly locale: 'ru' | 'en';
  readonly expiresAt: string | undefined;
  readonly shp: Readonly<Record<string, string>>;
  readonly signature: string;
  readonly cancelled: boolean;
  /** The shop asks the payer to let it keep the card. */
  readonly offersSaving?: boolean;
  readonly createdAt: string;
}

/** How the status API answers about something while a rule lasts. */
export type Evasion = 'unknown' | 'error' | 'hang';
export const EVASIONS: readonly Evasion[] = ['unknown', 'error', 'hang'];

export interface EvasionRule {
  readonly answer: Evasion;
  readonly untilMs: number;
}

export interface MockPayment {
  readonly id: string;
  /** The order it was made for; `invoiceNo` and `shp` are what it claims, which a script may falsify. */
  readonly orderNo: string;
  readonly invoiceNo: string;
  readonly outSum: string;
  readonly currency: string;
  readonly shp: Readonly<Record<string, string>>;
  readonly state: PaymentState;
  readonly paidAt: string;
  readonly createdAt: string;
  readonly refusesRefunds: boolean;
  readonly evasion: EvasionRule | undefined;
  /** Why the card was declined. */
  readonly declineCode?: DeclineCode | undefined;
  /** The payer's complaint, from when it is made. */
  readonly dispute?: MockDispute | undefined;
}

/** Why a card says no, and whether it will say so for ever. */
export const DECLINES = {
  insufficient_funds: 'soft',
  issuer_unavailable: 'soft',
  card_expired: 'hard',
  permission_revoked: 'hard',
} as const;
export type DeclineCode = keyof typeof DECLINES;
export const DECLINE_CODES = Object.keys(DECLINES) as [DeclineCode, ...DeclineCode[]];

export const DISPUTE_STAGES = ['opened', 'won', 'lost'] as const;
/** `won` means that the shop keeps the money. */
export type DisputeStage = (typeof DISPUTE_STAGES)[number];

export interface MockDispute {
  readonly ref: string;
  readonly stage: DisputeStage;
  readonly outSum: string;
  readonly dueAt: string;
  /** What the payment is again when the shop wins. */
  readonly stateBefore: PaymentState;
}

export interface MockRefund {
  readonly key: string;
  readonly id: string;
  readonly paymentId: string;
  readonly outSum: string;
  readonly currency: string;
  readonly state: 'done' | 'refused';
  readonly createdAt: string;
}

/** A card a payer let the shop keep. */
export interface MockMethod {
  readonly id: string;
  /** The payment it was saved from. */
  readonly paymentId: string;
  readonly label: string;
  /** `YYYY-MM-DD`. */
  readonly expiresOn?: string;
  readonly state: 'active' | 'revoked';
  readonly createdAt: string;
}

export interface DeliveryAttempt {
  readonly at: string;
  /** Zero when nothing answered. */
  readonly status: number;
  readonly body: string;
}

/** A notification is signed once; every repeat sends the same bytes. */
export interface MockNotification {
  readonly id: string;
  readonly paymentId: string;
  readonly state: PaymentState;
  readonly contentType: string;
  readonly body: string;
  readonly expects: string;
  readonly status: 'waiting' | 'delivered' | 'dropped' | 'given_up';
  readonly attempts: number;
  readonly last: DeliveryAttempt | undefined;
  readonly nextAtMs: number;
  readonly createdAt: string;
}

/** Everything that may be made to go wrong with one payment; an empty script is a perfect payment. */
export interface Script {
  /** Copies of every notification, all sent at once. */
  readonly duplicates?: number;
  /** Gives every copy another payload (fee, e-mail, method, number format, form or JSON) for the same payment. */
  readonly variants?: boolean;
  /** Notifications sent one after the other in this order; the truth is the highest of them. */
  readonly states?: readonly PaymentState[];
  readonly delayMs?: number;
  readonly drop?: boolean;
  readonly badSignature?: boolean;
  readonly format?: 'form' | 'json';
  /** The sum paid instead of the order's, as decimal text. */
  readonly outSum?: string;
  readonly currency?: string;
  readonly userId?: string;
  /** Claims this invoice number while the invoice id stays that of the order. */
  readonly claimedInvoiceNo?: string;
  readonly claimedInvoiceId?: string;
  /** Falsifies only the notification: the status API tells the truth. */
  readonly onlyInNotification?: boolean;
  readonly decline?: boolean;
  /** Declines for this reason. */
  readonly declineCode?: DeclineCode;
  /** The payer lets the shop keep the card. */
  readonly savesMethod?: boolean;
  /** How the status API evades questions about this payment, and for how long. */
  readonly status?: { readonly answer: Evasion; readonly forMs: number };
  readonly refuseRefunds?: boolean;
  /** ISO 8601; the bank's clock when absent. */
  readonly paidAt?: string;
}

/** A script waiting for the next payment of one order, or for the next payment at all. */
export interface Fault {
  readonly id: string;
  readonly invoiceNo: string | undefined;
  readonly script: Script;
}

export type OutageScope = 'create' | 'status' | 'refund' | 'method' | 'all';
export const OUTAGE_SCOPES: readonly OutageScope[] = [
  'create',
  'status',
  'refund',
  'method',
  'all',
];

/** The API being ill: for some time, for some requests, or until lifted. */
export interface Outage {
  readonly id: string;
  readonly scope: OutageScope;
  readonly answer: 'hang' | 'error';
  readonly untilMs: number | undefined;
  readonly requests: number | undefined;
  /** Does what was asked and loses only the answer. */
  readonly afterEffect: boolean;
}

const RANKS: Readonly<Record<PaymentState, number>> = {
  pending: 10,
  authorised: 20,
  failed: 30,
  paid: 40,
  partially_refunded: 50,
  refunded: 60,
  disputed: 70,
};

/** The state that wins when several were announced, whatever their order. */
export function highestState(states: readonly PaymentState[]): PaymentState {
  const [first, ...rest] = states;
  assert(first !== undefined, 'a payment has at least one state');
  return rest.reduce((best, state) => (RANKS[state] > RANKS[best] ? state : best), first);
}

/** True when money has reached the bank and not all of it has gone back. */
export function holdsMoney(state: PaymentState): boolean {
  return state === 'paid' || state === 'partially_refunded' || state === 'disputed';
}
