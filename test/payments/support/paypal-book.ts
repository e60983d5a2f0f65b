import { randomBytes } from 'node:crypto';

// What PayPal remembers, in its own words.

export interface PaypalMoney {
  readonly currency_code: string;
  readonly value: string;
}

export interface PaypalCapture {
  readonly id: string;
  status: string;
  readonly amount: PaypalMoney;
  readonly custom_id: string;
  readonly invoice_id: string;
  readonly create_time: string;
  readonly supplementary_data: { readonly related_ids: { readonly order_id: string } };
  readonly status_details?: { readonly reason: string };
}

export interface PaypalRefund {
  readonly id: string;
  status: string;
  readonly amount: PaypalMoney;
  readonly custom_id?: string;
  readonly invoice_id: string;
  readonly links: readonly { readonly rel: string; readonly href: string }[];
  /** Not told to anybody. */
  readonly captureId: string;
}

export interface PaypalOrder {
  readonly id: string;
  status: string;
  readonly amount: PaypalMoney;
  readonly custom_id: string;
  readonly invoice_id: string;
  readonly links: readonly { readonly rel: string; readonly href: string }[];
}

export interface PaypalDispute {
  readonly dispute_id: string;
  status: string;
  readonly create_time: string;
  readonly dispute_amount: PaypalMoney;
  readonly seller_response_due_date: string;
  readonly disputed_transactions: readonly { readonly seller_transaction_id: string }[];
  dispute_outcome?: { readonly outcome_code: string };
}

export class PaypalBook {
  readonly orders = new Map<string, PaypalOrder>();
  readonly captures = new Map<string, PaypalCapture>();
  readonly refunds = new Map<string, PaypalRefund>();
  readonly disputes = new Map<string, PaypalDispute>();

  id(): string {
    return randomBytes(9).toString('hex').slice(0, 17).toUpperCase();
  }

  capturesOf(orderId: string): PaypalCapture[] {
    return [...this.captures.values()].filter(
      ({ supplementary_data: data }) => data.related_ids.order_id === orderId,
    );
  }

  refundsOf(captureId: string): PaypalRefund[] {
    return [...this.refunds.values()].filter((refund) => refund.captureId === captureId);
  }

  /** What went back of a capture, in minor units. */
  refundedMinor(captureId: string): number {
    return this.refundsOf(captureId)
      .filter(({ status }) => status === 'COMPLETED' || status === 'PENDING')
      .reduce((sum, { amount }) => sum + minorOf(amount), 0);
  }

  /** An order with its payments, as it is shown once it was captured. */
  shownOrder(order: PaypalOrder): unknown {
    const { id, status, links, amount, custom_id, invoice_id } = order;
    const captures = this.capturesOf(id);
    const refunds = captures.flatMap((capture) => this.refundsOf(capture.id)).map(shownRefund);
    const unit = { reference_id: 'default', amount, custom_id, invoice_id };
    const payments = { captures, ...(refunds.length > 0 ? { refunds } : {}) };
    const isPaid = captures.length > 0;
    return { id, status, links, purchase_units: [{ ...unit, ...(isPaid ? { payments } : {}) }] };
  }
}

export function shownRefund({ captureId: _, ...refund }: PaypalRefund): unknown {
  return refund;
}

export function minorOf({ currency_code: code, value }: PaypalMoney): number {
  return Number(code === 'JPY' ? value : value.replace('.', ''));
}
