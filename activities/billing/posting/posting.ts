import type { PostOutcome, WireFact } from '../../../src/domain/billing/payment';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { Secrets } from '../../../src/domain/secrets';
import type { Money } from '../../../src/domain/money';
import type { Evidence } from '../../../src/payments/provider';
import { clearing } from '../accounts';
import type { Receipt } from '../sales';
import type { Leg } from '../ledger';
import type { Order } from '../orders';

/** An operator's own evidence, for the audit. */
export interface Testimony {
  readonly operatorId: string;
  readonly reason: string;
  readonly evidence: string;
}

/** A fact that says "paid", with what made us believe it. */
export interface PaidFact {
  readonly provider: string;
  readonly fact: WireFact;
  readonly evidence: Evidence;
  /** Id of the payment's workflow, the base of every key. */
  readonly key: string;
  readonly asOf: Date;
  readonly settings: BillingSettings;
  readonly secrets: Secrets;
  readonly testimony?: Testimony;
}

/** A paid fact whose payment's row is locked. */
export type Posting = PaidFact & { readonly paymentId: string };

export type Fulfilled = Extract<PostOutcome, { kind: 'fulfilled' }>;

/** No currency: the amount could not be read, so nothing can be booked. */
const NO_MONEY: Money = { minor: 0, currency: 'XXX', exponent: 0 };

export function itemOf(posting: Posting, order: Order | undefined) {
  return {
    asOf: posting.asOf,
    paymentId: posting.paymentId,
    amount: posting.fact.amount,
    invoiceId: order?.invoice.id,
    userId: order?.invoice.userId,
  };
}

export function receiptPromise(posting: Posting, key: string) {
  return { key, category: 'money', asOf: posting.asOf, settings: posting.settings } as const;
}

export function receiptOf(posting: Posting, sources: readonly Leg[]): Receipt {
  const { key, paymentId, asOf, settings, secrets } = posting;
  return { key, paymentId, sources, isRelease: false, asOf, settings, secrets };
}

export function sourceLeg(posting: Posting): Leg {
  const { minor, currency } = moneyOf(posting);
  return { account: clearing(posting.provider, currency), amount: -minor };
}

export function moneyOf(posting: PaidFact): Money {
  return posting.fact.amount ?? NO_MONEY;
}
