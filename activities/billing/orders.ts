import { eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { invoices, quotes, tariffs, tariffVersions } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import type { OrderTerms, WireFact } from '../../src/domain/billing/payment';
import { canonicalTerms, type QuoteTerms } from '../../src/domain/billing/pricing';
import { termsHash } from '../../drizzle/terms-hash';

export type Invoice = typeof invoices.$inferSelect;
export type Quote = typeof quotes.$inferSelect;
export type TariffVersion = typeof tariffVersions.$inferSelect;
export type Tariff = typeof tariffs.$inferSelect;

/** An order with the frozen terms it is judged by: today's catalogue has no say in it. */
export interface Order {
  readonly invoice: Invoice;
  readonly quote: Quote;
  readonly version: TariffVersion;
  readonly tariff: Tariff;
}

/** Loads an order and locks its invoice until the transaction ends. */
export async function lockOrder(tx: Transaction, invoiceId: string): Promise<Order | undefined> {
  const [invoice] = await tx
    .select()
    .from(invoices)
    .where(eq(invoices.id, invoiceId))
    .for('update');
  return invoice && loadOrder(tx, invoice);
}

/** Locks the order a payment names: by our id, else by its number. */
export async function lockOrderOfFact(tx: Transaction, fact: WireFact): Promise<Order | undefined> {
  const named = validUuid(fact.invoiceId);
  if (named !== undefined) return lockOrder(tx, named);
  if (fact.invoiceNo === undefined || !isInvoiceNo(fact.invoiceNo)) return undefined;
  const [row] = await tx
    .select({ id: invoices.id })
    .from(invoices)
    .where(eq(invoices.no, fact.invoiceNo));
  return row && lockOrder(tx, row.id);
}

async function loadOrder(tx: Transaction, invoice: Invoice): Promise<Order> {
  const terms = await loadTerms(tx, invoice.quoteId);
  assert(terms, `invoice ${invoice.id} has a quote`);
  return { invoice, ...terms };
}

/** A quote with the version and the tariff it was made of. */
export type OrderTariff = Omit<Order, 'invoice'>;

export async function loadTerms(
  tx: Transaction,
  quoteId: string,
): Promise<OrderTariff | undefined> {
  const [row] = await tx
    .select({ quote: quotes, version: tariffVersions, tariff: tariffs })
    .from(quotes)
    .innerJoin(tariffVersions, eq(tariffVersions.id, quotes.tariffVersionId))
    .innerJoin(tariffs, eq(tariffs.id, tariffVersions.tariffId))
    .where(eq(quotes.id, quoteId));
  return row;
}

/** A quote holds until its term ends and while its version is not withdrawn (TP-8). */
export function quoteHolds({ quote, version, tariff }: OrderTariff, asOf: Date): boolean {
  const isWithdrawn = version.validUntil !== null && version.validUntil <= asOf;
  return quote.holdsUntil >= asOf && !isWithdrawn && tariff.isActive;
}

/** What a payment is compared with. */
export function orderTerms({ invoice }: Order): OrderTerms {
  const { payAmountMinor: minor, currency, exponent } = invoice;
  return {
    invoiceId: invoice.id,
    invoiceNo: invoice.no,
    userId: invoice.userId,
    amount: { minor, currency, exponent },
  };
}

/** The members every message about an amount carries. */
export function amountOf(invoice: Pick<Invoice, 'payAmountMinor' | 'currency' | 'exponent'>) {
  const { payAmountMinor: amountMinor, currency, exponent } = invoice;
  return { amountMinor, currency, exponent };
}

/** True when a quote's stored terms still hash to what was promised (TP-9). */
export function isIntact(quote: Quote): boolean {
  const terms: QuoteTerms = {
    userId: quote.userId,
    tariffVersionId: quote.tariffVersionId,
    listAmountMinor: quote.listAmountMinor,
    discountMinor: quote.discountMinor,
    payAmountMinor: quote.payAmountMinor,
    currency: quote.currency,
    exponent: quote.exponent,
    tokensUtok: quote.tokensUtok,
    bonusUtok: quote.bonusUtok,
    feeUtok: quote.feeUtok,
    utokPerMinor: quote.utokPerMinor,
    periodUnit: quote.periodUnit,
    periodCount: quote.periodCount,
    purpose: quote.purpose,
    promoCodeId: quote.promoCodeId,
    bonusDays: quote.bonusDays,
    creditMinor: quote.creditMinor,
    subscriptionId: quote.subscriptionId,
  };
  return termsHash(canonicalTerms(terms)).equals(quote.termsHash);
}

/** A hint may say anything; only a well-formed id reaches the database. */
function validUuid(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
    ? text
    : undefined;
}

function isInvoiceNo(no: number): boolean {
  return Number.isInteger(no) && no >= 1 && no <= 2_147_483_647;
}
