import { and, eq, inArray, sum } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { openItems, payments } from '../../../drizzle/schema';
import { isOpen } from '../../../src/domain/billing/invoice';
import type { PaymentRef, PostOutcome } from '../../../src/domain/billing/payment';
import { moneyAccount } from '../accounts';
import { issueReceipt } from '../receipts';
import { moneyOf as paidIn, type Payment } from '../suspense';
import type { Order } from '../orders';
import { honour } from './honour';
import { moneyOf, sourceLeg, type Posting } from './posting';
import { quarantine } from './quarantine';

/** Several underpayments complete an order when the setting says so and their sum is exactly its amount (CO-10). */
export async function settleUnderpaid(
  tx: Transaction,
  posting: Posting,
  underpaid: { order: Order; reason: string },
): Promise<PostOutcome> {
  const { order, reason } = underpaid;
  const isAccumulating = posting.settings.partialPayment === 'accumulate';
  if (!isAccumulating || !isOpen(order.invoice.state)) {
    return quarantine(tx, posting, { order, item: 'underpaid', reason });
  }
  const earlier = await sumOfPartials(tx, order.invoice.id);
  if (earlier + moneyOf(posting).minor !== order.invoice.payAmountMinor) {
    return quarantine(tx, posting, { order, item: 'underpaid', reason });
  }
  const suspense = moneyAccount('suspense', order.invoice.currency);
  const sources = [sourceLeg(posting), { account: suspense, amount: -earlier }];
  const completes = await settlePartials(tx, posting, order);
  const outcome = await honour(tx, posting, { order, isLate: false, sources });
  return { ...outcome, completes };
}

async function sumOfPartials(tx: Transaction, invoiceId: string): Promise<number> {
  const [row] = await tx
    .select({ total: sum(openItems.amountMinor).mapWith(Number) })
    .from(openItems)
    .where(isPartialOf(invoiceId));
  return row?.total ?? 0;
}

/** Each part payment ends here: its money is in the order, and nobody has to decide about it any more. */
async function settlePartials(
  tx: Transaction,
  posting: Posting,
  { invoice }: Order,
): Promise<PaymentRef[]> {
  const settled = await tx
    .update(openItems)
    .set({ state: 'resolved', resolution: 'completed the order', resolvedBy: 'accumulate' })
    .where(isPartialOf(invoice.id))
    .returning({ paymentId: openItems.paymentId });
  const ids = settled.flatMap(({ paymentId }) => (paymentId === null ? [] : [paymentId]));
  const { id: invoiceId, userId } = invoice;
  const outcome: PostOutcome = { kind: 'resolved', how: 'complete_order', invoiceId, userId };
  const parts = await tx
    .update(payments)
    .set({ state: 'paid', outcome })
    .where(inArray(payments.id, ids))
    .returning();
  for (const part of parts) await receiptOfPart(tx, posting, { invoice, part });
  return parts.map(({ provider, providerPaymentId }) => ({ provider, providerPaymentId }));
}

async function receiptOfPart(
  tx: Transaction,
  { settings, asOf }: Posting,
  { invoice, part }: Pick<Order, 'invoice'> & { readonly part: Payment },
): Promise<void> {
  const { userId, no: invoiceNo } = invoice;
  const paid = { paymentId: part.id, userId, invoiceNo, settings, asOf };
  await issueReceipt(tx, { ...paid, total: paidIn(part), sold: { kind: 'part', invoiceNo } });
}

function isPartialOf(invoiceId: string) {
  return and(
    eq(openItems.invoiceId, invoiceId),
    eq(openItems.kind, 'underpaid'),
    eq(openItems.state, 'open'),
  );
}
