import { randomBytes } from 'node:crypto';

// What Stripe remembers, in its own words.

export interface StripeCharge {
  readonly id: string;
  readonly object: 'charge';
  readonly amount: number;
  amount_refunded: number;
  refunded: boolean;
  disputed: boolean;
  readonly currency: string;
  readonly created: number;
  readonly payment_intent: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly status: 'succeeded' | 'failed';
}

export interface PaymentError {
  readonly type: 'card_error';
  readonly code: string;
  readonly decline_code?: string;
  readonly advice_code?: string;
  readonly message: string;
}

export interface StripeIntent {
  readonly id: string;
  readonly object: 'payment_intent';
  status: string;
  readonly amount: number;
  amount_received: number;
  readonly currency: string;
  readonly created: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly setup_future_usage: string | null;
  latest_charge: string | null;
  last_payment_error: PaymentError | null;
  customer: string | null;
  payment_method: string | null;
}

export interface StripeSession {
  readonly id: string;
  readonly object: 'checkout.session';
  status: 'open' | 'complete' | 'expired';
  payment_status: 'unpaid' | 'paid';
  payment_intent: string | null;
  url: string | null;
  readonly amount_total: number;
  readonly currency: string;
  readonly client_reference_id: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly expires_at: number;
  /** Not told to anybody: what the intent will be made of. */
  readonly intent: {
    readonly metadata: Readonly<Record<string, string>>;
    readonly setup_future_usage: string | null;
  };
  readonly savesCustomer: boolean;
}

export interface StripeRefund {
  readonly id: string;
  readonly object: 'refund';
  readonly amount: number;
  readonly currency: string;
  readonly payment_intent: string;
  readonly charge: string;
  readonly metadata: Readonly<Record<string, string>>;
  status: 'succeeded' | 'pending' | 'failed';
  failure_reason?: string;
}

export interface StripeMethod {
  readonly id: string;
  readonly object: 'payment_method';
  readonly type: 'card';
  customer: string | null;
  readonly card: {
    readonly brand: string;
    readonly last4: string;
    readonly exp_month: number;
    readonly exp_year: number;
  };
}

export interface StripeDispute {
  readonly id: string;
  readonly object: 'dispute';
  readonly amount: number;
  readonly currency: string;
  readonly payment_intent: string;
  status: string;
  readonly evidence_details: { readonly due_by: number | null };
}

export class StripeBook {
  readonly sessions = new Map<string, StripeSession>();
  readonly intents = new Map<string, StripeIntent>();
  readonly charges = new Map<string, StripeCharge>();
  readonly refunds = new Map<string, StripeRefund>();
  readonly methods = new Map<string, StripeMethod>();
  /** Newest first, as Stripe lists them. */
  readonly disputes: StripeDispute[] = [];
  readonly customers = new Set<string>();
  /** Intents that the search does not know yet. */
  readonly unindexed = new Set<string>();

  id(prefix: string): string {
    return `${prefix}_${randomBytes(9).toString('hex')}`;
  }

  refundsOf(intentId: string): StripeRefund[] {
    return [...this.refunds.values()].filter((each) => each.payment_intent === intentId).reverse();
  }

  refundedMinor(intentId: string): number {
    return this.refundsOf(intentId)
      .filter(({ status }) => status !== 'failed')
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  /** A card of the payer's; it belongs to a customer only where it is kept. */
  newMethod(customer: string | null): StripeMethod {
    const card = { brand: 'visa', last4: '4242', exp_month: 2, exp_year: 2028 };
    const method: StripeMethod = {
      ...{ id: this.id('pm'), object: 'payment_method', type: 'card', customer, card },
    };
    this.methods.set(method.id, method);
    return method;
  }

  /** Takes the money of an intent. */
  take(intent: StripeIntent): StripeCharge {
    const { amount, currency, created, metadata, id } = intent;
    const charge: StripeCharge = {
      ...{ id: this.id('ch'), object: 'charge', amount, currency, created, metadata },
      ...{ amount_refunded: 0, refunded: false, disputed: false },
      ...{ payment_intent: id, status: 'succeeded' },
    };
    this.charges.set(charge.id, charge);
    Object.assign(intent, {
      ...{ status: 'succeeded', amount_received: amount },
      ...{ latest_charge: charge.id, last_payment_error: null },
    });
    return charge;
  }

  /** An intent as it is shown, with the objects that the request wants expanded. */
  shownIntent(intent: StripeIntent, expand: readonly string[]): Record<string, unknown> {
    return {
      ...intent,
      ...(expand.includes('latest_charge') && intent.latest_charge
        ? { latest_charge: this.charges.get(intent.latest_charge) }
        : {}),
      ...(expand.includes('payment_method') && intent.payment_method
        ? { payment_method: this.methods.get(intent.payment_method) }
        : {}),
    };
  }
}
