import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { invoices, payments, quotes, refunds, tariffVersions } from '../../drizzle/schema';
import type { Money } from '../domain/money';

import type { RefundPlan } from '../domain/billing/refund';

/** What the screens about money that goes back need. */
export interface RefundReads {
  /** Paid orders of a person whose money could go back, newest first, eight at most. */
  refundable(userId: number): Promise<readonly PaidOrder[]>;
  /** One of them by its payment; whose it is, the caller compares. */
  paidOrder(paymentId: string): Promise<PaidOrder | undefined>;
  /** The newest paid one by the number of its invoice. */
  paidOrderByNo(invoiceNo: number): Promise<PaidOrder | undefined>;
  /** Refunds that wait for somebody's consent, oldest first, eight at most. */
  waitingRefunds(): Promise<readonly WaitingRefund[]>;
  /** One of them, while it waits. */
  waitingRefund(refundId: string): Promise<WaitingRefund | undefined>;
}

export interface WaitingRefund {
  readonly refundId: string;
  readonly workflowId: string;
  readonly userId: number;
  readonly invoiceNo: number;
  readonly amount: Money;
  readonly reason: string;
  /** `user:42`, `operator:7`, `system:api:shop`. */
  readonly requestedBy: string;
  readonly plan: RefundPlan | null;
}

export interface PaidOrder {
  readonly paymentId: string;
  readonly userId: number;
  readonly invoiceNo: number;
  readonly amount: Money;
  readonly planName: { readonly ru: string; readonly en: string };
  readonly paidAt: string;
  readonly state: string;
  /** The newest refund of it, unless it was refused. */
  readonly refund: { readonly state: string; readonly amountMinor: number } | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What fits a screen and a keyboard. */
const MOST_ORDERS = 8;

export function refundReads(db: Database): RefundReads {
  return {
    refundable: async (userId) => {
      const rows = await selectPaid(db)
        .where(and(eq(invoices.userId, userId), isReturnable()))
        .orderBy(desc(payments.paidAt))
        .limit(MOST_ORDERS);
      return rows.map(toView);
    },
    paidOrder: async (paymentId) => {
      if (!UUID.test(paymentId)) return undefined;
      const [row] = await selectPaid(db).where(eq(payments.id, paymentId));
      return row && toView(row);
    },
    paidOrderByNo: async (invoiceNo) => {
      const [row] = await selectPaid(db)
        .where(and(eq(invoices.no, invoiceNo), isReturnable()))
        .orderBy(desc(payments.paidAt))
        .limit(1);
      return row && toView(row);
    },
    waitingRefunds: async () => {
      const rows = await selectWaiting(db)
        .where(eq(refunds.state, 'proposed'))
        .orderBy(asc(refunds.id))
        .limit(MOST_ORDERS);
      return rows.map(toWaiting);
    },
    waitingRefund: async (refundId) => {
      if (!UUID.test(refundId)) return undefined;
      const [row] = await selectWaiting(db).where(
        and(eq(refunds.id, refundId), eq(refunds.state, 'proposed')),
      );
      return row && toWaiting(row);
    },
  };
}

function selectWaiting(db: Database) {
  return db
    .select({ refund: refunds, payment: payments, invoice: invoices })
    .from(refunds)
    .innerJoin(payments, eq(payments.id, refunds.paymentId))
    .innerJoin(invoices, eq(invoices.id, payments.invoiceId));
}

function toWaiting({
  refund,
  payment,
  invoice,
}: Awaited<ReturnType<typeof selectWaiting>>[number]): WaitingRefund {
  const { currency, exponent } = payment;
  return {
    refundId: refund.id,
    workflowId: refund.key,
    userId: invoice.userId,
    invoiceNo: invoice.no,
    amount: { minor: refund.amountMinor, currency, exponent },
    reason: refund.reason,
    requestedBy: refund.requestedBy ?? '',
    plan: refund.plan,
  };
}

function isReturnable() {
  return inArray(payments.state, ['paid', 'partially_refunded']);
}

function selectPaid(db: Database) {
  return db
    .select({
      payment: payments,
      invoice: invoices,
      planName: tariffVersions.nameI18n,
      refund: sql<PaidOrder['refund'] | null>`(
        select json_build_object('state', r.state, 'amountMinor', r.amount_minor)
        from ${refunds} r where r.payment_id = ${payments.id} and r.state <> 'refused'
        order by r.id desc limit 1)`,
    })
    .from(payments)
    .innerJoin(invoices, eq(invoices.id, payments.invoiceId))
    .innerJoin(quotes, eq(quotes.id, invoices.quoteId))
    .innerJoin(tariffVersions, eq(tariffVersions.id, quotes.tariffVersionId));
}

type Row = Awaited<ReturnType<typeof selectPaid>>[number];

function toView({ payment, invoice, planName, refund }: Row): PaidOrder {
  const { amountMinor: minor, currency, exponent } = payment;
  return {
    paymentId: payment.id,
    userId: invoice.userId,
    invoiceNo: invoice.no,
    amount: { minor, currency, exponent },
    planName,
    paidAt: (payment.paidAt ?? payment.recordedAt).toISOString(),
    state: payment.state,
    refund: refund ?? undefined,
  };
}
