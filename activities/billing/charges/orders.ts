import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import { invoices, quotes } from '../../../drizzle/schema';
import { termsHash } from '../../../drizzle/terms-hash';
import { canonicalTerms, type QuoteTerms } from '../../../src/domain/billing/pricing';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { traceParent } from '../../../src/tracing/spans';
import { writeAudit } from '../../audit';
import { workflowId } from '../../transactions';

export interface AutomaticOrder {
  readonly provider: string;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

const HOUR_MS = 3_600_000;

/** Quote and invoice of a charge that nobody makes by hand, from terms of the one pricing function (TP-7). */
export async function placeOrder(
  tx: Transaction,
  terms: QuoteTerms,
  order: AutomaticOrder,
): Promise<{ readonly invoiceId: string }> {
  const invoiceId = v7();
  const { payAmountMinor, currency } = terms;
  await insertQuote(tx, terms, { invoiceId, order });
  await insertInvoice(tx, terms, { invoiceId, order });
  await writeAudit(tx, {
    ...{ action: 'invoice.created', entity: 'invoice', entityId: invoiceId, asOf: order.asOf },
    actor: { kind: 'system', id: workflowId() },
    after: { payAmountMinor, currency, provider: order.provider, isAutomatic: true },
  });
  return { invoiceId };
}

interface Placed {
  readonly invoiceId: string;
  readonly order: AutomaticOrder;
}

async function insertQuote(tx: Transaction, terms: QuoteTerms, { invoiceId, order }: Placed) {
  const until = new Date(order.asOf.getTime() + order.settings.quoteHoldHours * HOUR_MS);
  await tx.insert(quotes).values({
    ...terms,
    id: invoiceId,
    termsHash: termsHash(canonicalTerms(terms)),
    holdsUntil: until,
    buttonUntil: order.asOf,
    consumedBy: invoiceId,
    asOf: order.asOf,
  });
}

/** No checkout watches it: it is open until its charge is decided. */
async function insertInvoice(tx: Transaction, terms: QuoteTerms, { invoiceId, order }: Placed) {
  const { provider, asOf, settings } = order;
  const { userId } = terms;
  await tx.insert(invoices).values({
    ...{ id: invoiceId, quoteId: invoiceId, userId, provider, state: 'pending', isAutomatic: true },
    payAmountMinor: terms.payAmountMinor,
    currency: terms.currency,
    exponent: terms.exponent,
    createdAsOf: asOf,
    expiresAt: new Date(asOf.getTime() + settings.unknownDeadlineHours * HOUR_MS),
    termsHash: termsHash(canonicalTerms(terms)),
    traceParent: traceParent() ?? null,
  });
}
