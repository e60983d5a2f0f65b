import { and, asc, desc, eq, gt, isNull, lte, or } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import { invoices, quotes, tariffs, tariffVersions, topupRates } from '../../../drizzle/schema';
import { termsHash } from '../../../drizzle/terms-hash';
import { assert } from '../../../src/domain/assert';
import {
  canonicalTerms,
  priceOrder,
  type QuoteTerms,
  type VersionTerms,
} from '../../../src/domain/billing/pricing';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { topupLimits, type TopupLimits } from '../../../src/domain/billing/topup-limits';
import { writeAudit } from '../../audit';
import { workflowId } from '../../transactions';

/** The top-up that is on sale, in one currency. */
export interface TopupOffer {
  readonly terms: VersionTerms;
  readonly currency: string;
  readonly utokPerMinor: number;
  readonly limits: TopupLimits;
}

/** The first top-up on sale, as everybody is offered it (TP-2); undefined without one, or without a rate. */
export async function topupOffer(
  tx: Transaction,
  { currency, asOf }: { currency: string; asOf: Date },
): Promise<TopupOffer | undefined> {
  const [row] = await tx
    .select({ version: tariffVersions })
    .from(tariffVersions)
    .innerJoin(tariffs, eq(tariffs.id, tariffVersions.tariffId))
    .where(
      and(
        eq(tariffs.kind, 'topup'),
        eq(tariffs.isActive, true),
        eq(tariffs.isHidden, false),
        lte(tariffVersions.validFrom, asOf),
        or(isNull(tariffVersions.validUntil), gt(tariffVersions.validUntil, asOf)),
      ),
    )
    .orderBy(asc(tariffs.sortOrder), asc(tariffs.id), desc(tariffVersions.version))
    .limit(1);
  const utokPerMinor = await rateOf(tx, { currency, asOf });
  if (!row || utokPerMinor === undefined) return undefined;
  const { version } = row;
  const limits = topupLimits(version, { currency, utokPerMinor });
  if (!limits) return undefined;
  const { id: tariffVersionId } = version;
  const terms = { ...version, tariffVersionId, kind: 'topup', priceMinor: undefined } as const;
  return { terms: { ...terms, utokPerMinor }, currency, utokPerMinor, limits };
}

async function rateOf(
  tx: Transaction,
  { currency, asOf }: { currency: string; asOf: Date },
): Promise<number | undefined> {
  const [rate] = await tx
    .select({ utokPerMinor: topupRates.utokPerMinor })
    .from(topupRates)
    .where(and(eq(topupRates.currency, currency), lte(topupRates.validFrom, asOf)))
    .orderBy(desc(topupRates.validFrom))
    .limit(1);
  return rate?.utokPerMinor;
}

export interface AutomaticOrder {
  readonly userId: number;
  readonly provider: string;
  readonly amountMinor: number;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

const HOUR_MS = 3_600_000;

/** Quote and invoice of a charge that nobody makes by hand, from the one pricing function (TP-7). */
export async function orderTopup(
  tx: Transaction,
  offer: TopupOffer,
  order: AutomaticOrder,
): Promise<{ readonly invoiceId: string }> {
  const { userId, amountMinor } = order;
  const { currency } = offer;
  const price = priceOrder(offer.terms, { userId, currency, amountMinor, purpose: 'topup' });
  assert(price.kind === 'priced', `${amountMinor} of ${currency} is within the limits`);
  const invoiceId = v7();
  await insertQuote(tx, price.terms, { invoiceId, order });
  await insertInvoice(tx, price.terms, { invoiceId, order });
  await writeAudit(tx, {
    ...{ action: 'invoice.created', entity: 'invoice', entityId: invoiceId, asOf: order.asOf },
    actor: { kind: 'system', id: workflowId() },
    after: { payAmountMinor: amountMinor, currency, provider: order.provider, isAutomatic: true },
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
  const { userId, provider, asOf, settings } = order;
  await tx.insert(invoices).values({
    ...{ id: invoiceId, quoteId: invoiceId, userId, provider, state: 'pending', isAutomatic: true },
    payAmountMinor: terms.payAmountMinor,
    currency: terms.currency,
    exponent: terms.exponent,
    createdAsOf: asOf,
    expiresAt: new Date(asOf.getTime() + settings.unknownDeadlineHours * HOUR_MS),
    termsHash: termsHash(canonicalTerms(terms)),
  });
}
