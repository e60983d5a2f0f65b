import { and, eq, isNull } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { payments, receipts, refunds } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import {
  receiptContent,
  receiptLine,
  refundContent,
  type FiscalSettings,
  type ReceiptContent,
  type Sold,
} from '../../src/domain/billing/fiscal';
import type { Money } from '../../src/domain/money';
import type { OrderReceipt } from '../../src/payments/provider';
import type { Order } from './orders';
import type { Receipt } from './sales';

/** What a message says of a receipt; its button makes the document. */
export interface IssuedReceipt {
  readonly receiptId: string;
  readonly receiptNo: number;
}

/** Money that was taken for something. */
export interface PaidFor {
  readonly paymentId: string;
  readonly userId: number;
  readonly invoiceNo?: number;
  readonly total: Money;
  readonly sold: Sold;
  readonly settings: FiscalSettings;
  readonly asOf: Date;
}

/**
 * Issues the receipt of a payment in the transaction that posts it. A payment has one; issuing it again changes
 * nothing and gives the first.
 */
export async function issueReceipt(tx: Transaction, paid: PaidFor): Promise<IssuedReceipt> {
  const { paymentId, userId, invoiceNo, total, settings } = paid;
  const [payment] = await tx
    .select({ provider: payments.provider, providerPaymentId: payments.providerPaymentId })
    .from(payments)
    .where(eq(payments.id, paymentId));
  assert(payment, `payment ${paymentId} was recorded before its receipt`);
  const content = receiptContent({
    kind: 'payment',
    userId,
    ...payment,
    ...(invoiceNo === undefined ? {} : { invoiceNo }),
    total,
    sno: settings.receiptSno,
    lines: [receiptLine(paid.sold, total.minor, settings)],
  });
  return insertReceipt(tx, { paymentId, userId, content, issuedAt: paid.asOf });
}

/** The receipt of money that fulfils an order: what was ordered, for what this payment itself brought. */
export async function receiptOfOrder(
  tx: Transaction,
  order: Order,
  receipt: Receipt,
): Promise<IssuedReceipt> {
  return issueReceipt(tx, { ...paidFor(order, receipt), sold: soldBy(order) });
}

/** The receipt of money that became tokens on the balance, because its order could not be fulfilled with it. */
export async function receiptOfCredit(
  tx: Transaction,
  order: Order,
  credit: Receipt & { readonly tokensUtok: number },
): Promise<IssuedReceipt> {
  const { tokensUtok } = credit;
  return issueReceipt(tx, { ...paidFor(order, credit), sold: { kind: 'tokens', tokensUtok } });
}

function paidFor({ invoice }: Order, receipt: Receipt): Omit<PaidFor, 'sold'> {
  const { paymentId, settings, asOf } = receipt;
  const { userId, no: invoiceNo, currency, exponent } = invoice;
  // The first source is the payment's own money; what other payments brought has receipts of its own.
  const total = { minor: -(receipt.sources[0]?.amount ?? 0), currency, exponent };
  return { paymentId, userId, invoiceNo, total, settings, asOf };
}

/** What the receipt of an order will say once it is paid in full, for providers that give it to the tax office. */
export function expectedReceipt(order: Order, settings: FiscalSettings): OrderReceipt {
  const line = receiptLine(soldBy(order), order.invoice.payAmountMinor, settings);
  return { sno: settings.receiptSno, lines: [line] };
}

function soldBy({ tariff, version, quote }: Order): Sold {
  if (quote.purpose === 'gift') return { kind: 'gift', name: version.nameI18n };
  return tariff.kind === 'topup'
    ? { kind: 'tokens', tokensUtok: quote.tokensUtok }
    : { kind: 'plan', name: version.nameI18n };
}

/**
 * Issues the receipt of money that went back, in the transaction that books it: the payment's lines, each by its share.
 * Undefined when the payment never had a receipt, as money that was only suspended. A refund has one receipt.
 */
export async function issueRefundReceipt(
  tx: Transaction,
  returned: { readonly refundId: string; readonly asOf: Date },
): Promise<IssuedReceipt | undefined> {
  const { refundId, asOf } = returned;
  const [row] = await tx
    .select({ amountMinor: refunds.amountMinor, receipt: receipts })
    .from(refunds)
    .innerJoin(receipts, and(eq(receipts.paymentId, refunds.paymentId), isNull(receipts.refundId)))
    .where(eq(refunds.id, refundId));
  if (!row) return undefined;
  const { paymentId, userId, content } = row.receipt;
  const refunded = refundContent(content, row.amountMinor);
  return insertReceipt(tx, { paymentId, refundId, userId, content: refunded, issuedAt: asOf });
}

type NewReceipt = typeof receipts.$inferInsert & { readonly content: ReceiptContent };

async function insertReceipt(tx: Transaction, receipt: NewReceipt): Promise<IssuedReceipt> {
  const known = await findReceipt(tx, receipt);
  if (known) return known;
  const [row] = await tx
    .insert(receipts)
    .values(receipt)
    .returning({ receiptId: receipts.id, receiptNo: receipts.no });
  assert(row, 'an inserted receipt has a number');
  return row;
}

/** Looked for first, because a refused insert would use up a number. */
async function findReceipt(
  tx: Transaction,
  { paymentId, refundId }: NewReceipt,
): Promise<IssuedReceipt | undefined> {
  const isSame = refundId ? eq(receipts.refundId, refundId) : isNull(receipts.refundId);
  const [row] = await tx
    .select({ receiptId: receipts.id, receiptNo: receipts.no })
    .from(receipts)
    .where(and(eq(receipts.paymentId, paymentId), isSame));
  return row;
}
