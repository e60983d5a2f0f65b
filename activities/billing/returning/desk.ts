import { asc, desc, eq, isNotNull, and } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { disputes, invoices, openItems, payments, refunds } from '../../../drizzle/schema';
import type {
  NamedItem,
  PaymentName,
  PaymentStanding,
} from '../../../workflows/billing/operations/contract';
import type { ActivityDeps } from '../../deps';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the operators' desk in the Web UI reads. */
export function deskActivities({ db }: ActivityDeps) {
  return {
    /** Where a payment and all that went back of it stand; null when no such payment is known. */
    findPayment: (name: PaymentName) => findPayment(db, name),
    /** An open item by its id or its key; null when no such item was ever opened. */
    findOpenItem: (named: { readonly item: string }) => findOpenItem(db, named.item),
  };
}

async function findPayment(db: Database, name: PaymentName): Promise<PaymentStanding | null> {
  const named = conditionOf(name);
  if (!named) return null;
  const [row] = await db
    .select({ payment: payments, invoice: invoices })
    .from(payments)
    .leftJoin(invoices, eq(invoices.id, payments.invoiceId))
    .where(named)
    .orderBy(desc(payments.paidAt))
    .limit(1);
  if (!row) return null;
  const { payment, invoice } = row;
  return {
    paymentId: payment.id,
    provider: payment.provider,
    providerPaymentId: payment.providerPaymentId,
    state: payment.state,
    userId: invoice?.userId ?? payment.payerUserId,
    invoiceNo: invoice?.no ?? null,
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    refunds: await refundsOf(db, payment.id),
    disputes: await disputesOf(db, payment.id),
  };
}

async function findOpenItem(db: Database, item: string): Promise<NamedItem | null> {
  const [row] = await db
    .select({ openItemId: openItems.id, amountMinor: openItems.amountMinor })
    .from(openItems)
    .where(UUID.test(item) ? eq(openItems.id, item) : eq(openItems.key, item));
  return row ? { openItemId: row.openItemId, amountMinor: row.amountMinor ?? 0 } : null;
}

/** Of an order the newest payment that was booked; by its id any payment. */
function conditionOf({ paymentId, invoiceNo }: PaymentName) {
  if (paymentId !== undefined) return UUID.test(paymentId) ? eq(payments.id, paymentId) : undefined;
  if (invoiceNo === undefined || !Number.isSafeInteger(invoiceNo)) return undefined;
  return and(eq(invoices.no, invoiceNo), isNotNull(payments.paidAt));
}

async function refundsOf(db: Database, paymentId: string): Promise<PaymentStanding['refunds']> {
  const rows = await db
    .select()
    .from(refunds)
    .where(eq(refunds.paymentId, paymentId))
    .orderBy(asc(refunds.id));
  return rows.map(({ key, state, amountMinor, policy, reason }) => ({
    workflowId: key,
    state,
    amountMinor,
    policy,
    reason,
  }));
}

async function disputesOf(db: Database, paymentId: string): Promise<PaymentStanding['disputes']> {
  const rows = await db.select().from(disputes).where(eq(disputes.paymentId, paymentId));
  return rows.map(({ providerRef, state }) => ({ ref: providerRef, state }));
}
