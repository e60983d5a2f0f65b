import { and, desc, eq, isNotNull, not, or, sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import {
  invoices,
  payments,
  promoCodes,
  quotes,
  receipts,
  tariffs,
  tariffVersions,
} from '../../drizzle/schema';
import { sameMoney, type Money } from '../domain/money';
import { isVisible } from './visibility';
import type { InvoiceView, OrderName, PreCheckoutDecision, QuoteView } from './billing';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function quote(db: Database, quoteId: string): Promise<QuoteView | undefined> {
  if (!UUID.test(quoteId)) return undefined;
  const [row] = await db
    .select({ quote: quotes, version: tariffVersions, kind: tariffs.kind, code: promoCodes.code })
    .from(quotes)
    .innerJoin(tariffVersions, eq(tariffVersions.id, quotes.tariffVersionId))
    .innerJoin(tariffs, eq(tariffs.id, tariffVersions.tariffId))
    .leftJoin(promoCodes, eq(promoCodes.id, quotes.promoCodeId))
    .where(eq(quotes.id, quoteId));
  if (!row) return undefined;
  const { quote, version } = row;
  const { currency, exponent } = quote;
  return {
    quoteId: quote.id,
    userId: quote.userId,
    tariffId: version.tariffId,
    purpose: quote.purpose,
    tariffKind: row.kind,
    planName: version.nameI18n,
    listAmount: { minor: quote.listAmountMinor, currency, exponent },
    payAmount: { minor: quote.payAmountMinor, currency, exponent },
    discountMinor: quote.discountMinor,
    creditMinor: quote.creditMinor,
    tokensUtok: quote.tokensUtok,
    bonusUtok: quote.bonusUtok,
    bonusDays: quote.bonusDays,
    promoCode: row.code,
    feeUtok: quote.feeUtok,
    periodUnit: quote.periodUnit,
    periodCount: quote.periodCount,
    isRenewable: version.renewable,
    buttonUntil: quote.buttonUntil.toISOString(),
    isConsumed: quote.consumedBy !== null,
  };
}

export async function invoice(db: Database, invoiceId: string): Promise<InvoiceView | undefined> {
  if (!UUID.test(invoiceId)) return undefined;
  const [row] = await selectInvoices(db).where(eq(invoices.id, invoiceId));
  return row && toView(row);
}

export async function invoiceIdByNo(db: Database, no: number): Promise<string | undefined> {
  const [row] = await db.select({ id: invoices.id }).from(invoices).where(eq(invoices.no, no));
  return row?.id;
}

export async function invoiceTrace(
  db: Database,
  { invoiceId, invoiceNo }: OrderName,
): Promise<string | undefined> {
  const isNamed = invoiceId !== undefined && UUID.test(invoiceId);
  if (!isNamed && invoiceNo === undefined) return undefined;
  const [row] = await db
    .select({ traceParent: invoices.traceParent })
    .from(invoices)
    .where(isNamed ? eq(invoices.id, invoiceId) : eq(invoices.no, invoiceNo ?? 0));
  return row?.traceParent ?? undefined;
}

export async function invoicesOf(db: Database, userId: number): Promise<readonly InvoiceView[]> {
  const rows = await selectInvoices(db)
    .where(
      and(
        eq(invoices.userId, userId),
        isVisible(invoices.userId, invoices.createdAsOf),
        // Of a charge that nobody makes by hand there is nothing to do before it is paid.
        or(not(invoices.isAutomatic), isNotNull(invoices.paidAt)),
      ),
    )
    .orderBy(desc(invoices.no))
    .limit(10);
  return rows.map(toView);
}

function selectInvoices(db: Database) {
  return db
    .select({
      invoice: invoices,
      quote: quotes,
      planName: tariffVersions.nameI18n,
      kind: tariffs.kind,
      code: promoCodes.code,
      isConfirming: sql<boolean>`exists (
        select 1 from ${payments} p where p.invoice_id = ${invoices.id}
          and p.state in ('unknown', 'pending', 'authorised'))`,
      receipts: sql<InvoiceView['receipts']>`coalesce((
        select json_agg(json_build_object('receiptId', r.id, 'no', r.no) order by r.no)
        from ${receipts} r join ${payments} p on p.id = r.payment_id
        where p.invoice_id = ${invoices.id}), '[]')`,
    })
    .from(invoices)
    .innerJoin(quotes, eq(quotes.id, invoices.quoteId))
    .innerJoin(tariffVersions, eq(tariffVersions.id, quotes.tariffVersionId))
    .innerJoin(tariffs, eq(tariffs.id, tariffVersions.tariffId))
    .leftJoin(promoCodes, eq(promoCodes.id, quotes.promoCodeId));
}

type InvoiceRow = Awaited<ReturnType<typeof selectInvoices>>[number];

function toView(row: InvoiceRow): InvoiceView {
  const { invoice, quote, planName, kind, code, isConfirming, receipts } = row;
  return {
    invoiceId: invoice.id,
    no: invoice.no,
    userId: invoice.userId,
    provider: invoice.provider,
    state: invoice.state,
    fulfilledAs: invoice.fulfilledAs,
    purpose: quote.purpose,
    amount: amountOf(invoice),
    discountMinor: quote.discountMinor,
    bonusUtok: quote.bonusUtok,
    bonusDays: quote.bonusDays,
    promoCode: code,
    paymentUrl: invoice.paymentUrl,
    createdAt: invoice.createdAsOf.toISOString(),
    expiresAt: invoice.expiresAt.toISOString(),
    paidAt: invoice.paidAt?.toISOString() ?? null,
    tariffKind: kind,
    planName,
    tokensUtok: quote.tokensUtok,
    periodUnit: quote.periodUnit,
    periodCount: quote.periodCount,
    isConfirming,
    receipts,
  };
}

function amountOf(invoice: typeof invoices.$inferSelect): Money {
  const { payAmountMinor: minor, currency, exponent } = invoice;
  return { minor, currency, exponent };
}

/** Telegram waits at most ten seconds for this, so it is one read and nothing else (PC-14). */
export async function preCheckout(
  db: Database,
  question: { invoiceId: string; provider: string; userId: number; amount: Money; asOf: Date },
): Promise<PreCheckoutDecision> {
  if (!UUID.test(question.invoiceId)) return { kind: 'refused', reason: 'unknown_order' };
  const [row] = await db
    .select({
      invoice: invoices,
      holdsUntil: quotes.holdsUntil,
      validUntil: tariffVersions.validUntil,
    })
    .from(invoices)
    .innerJoin(quotes, eq(quotes.id, invoices.quoteId))
    .innerJoin(tariffVersions, eq(tariffVersions.id, quotes.tariffVersionId))
    .where(eq(invoices.id, question.invoiceId));
  return decide(row, question);
}

interface PreCheckoutRow {
  readonly invoice: typeof invoices.$inferSelect;
  readonly holdsUntil: Date;
  readonly validUntil: Date | null;
}

function decide(
  row: PreCheckoutRow | undefined,
  question: { provider: string; userId: number; amount: Money; asOf: Date },
): PreCheckoutDecision {
  if (!row) return { kind: 'refused', reason: 'unknown_order' };
  const { invoice, holdsUntil, validUntil } = row;
  const { asOf, provider } = question;
  if (invoice.userId !== question.userId) return { kind: 'refused', reason: 'foreign_order' };
  // An order that moved to another provider left a link behind that may not be possible to withdraw.
  if (invoice.state !== 'pending' || invoice.provider !== provider || invoice.expiresAt <= asOf) {
    return { kind: 'refused', reason: 'closed_order' };
  }
  if (!sameMoney(amountOf(invoice), question.amount)) {
    return { kind: 'refused', reason: 'other_amount' };
  }
  const isWithdrawn = validUntil !== null && validUntil <= asOf;
  if (holdsUntil <= asOf || isWithdrawn) return { kind: 'refused', reason: 'quote_expired' };
  return { kind: 'ok' };
}
