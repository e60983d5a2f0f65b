import type { Money } from '../domain/money';
import type { PaymentFact } from './provider';

/** An incoming notification before anything is believed. */
export interface Notification {
  readonly rawBody: Buffer;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The raw query string without the question mark. */
  readonly query: string;
  /** Who sent it, as far as our own proxies are believed; IPv4 may come mapped into IPv6. */
  readonly peerAddress: string;
  /** ISO 8601: when it came, for protocols that sign the time. */
  readonly receivedAt: string;
}

/** How the HTTP edge answers a provider once its notification is safely ours. */
export interface ProviderAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Whether an order may still be paid, and why not. */
export type PaymentPermission =
  'ok' | 'unknown_order' | 'foreign_order' | 'closed_order' | 'other_amount' | 'quote_expired';

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
      /** Genuine, but about no payment: it may name an order whose payment is to be asked for. */
      readonly verified: 'other';
      readonly dedupeKey: string;
      readonly about: { readonly invoiceNo?: number; readonly invoiceId?: string };
      readonly answer: ProviderAnswer;
    }
  | {
      /** Genuine, and the provider waits for our word before it takes the money. */
      readonly verified: 'question';
      readonly order: {
        readonly invoiceNo: number;
        readonly userId: number | undefined;
        readonly amount: Money | undefined;
      };
      readonly reply: (permission: PaymentPermission) => ProviderAnswer;
    }
  | {
      readonly verified: 'no';
      readonly dedupeKey: string;
      readonly reason: string;
      /** The invoice number it claims to be about, so that the poll of that invoice can be advanced. */
      readonly claimedInvoiceNo: number | undefined;
    }
  | { readonly verified: 'malformed'; readonly reason: string };
