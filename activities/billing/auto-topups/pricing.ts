import { and, asc, desc, eq, gt, isNull, lte, or } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { tariffs, tariffVersions } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { priceOrder, type VersionTerms } from '../../../src/domain/billing/pricing';
import { topupLimits, type TopupLimits } from '../../../src/domain/billing/topup-limits';
import { placeOrder, type AutomaticOrder } from '../charges/orders';
import { rateOf } from '../charges/rates';

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

/** Quote and invoice of a top-up that nobody makes by hand. */
export async function orderTopup(
  tx: Transaction,
  offer: TopupOffer,
  order: AutomaticOrder & { readonly userId: number; readonly amountMinor: number },
): Promise<{ readonly invoiceId: string }> {
  const { userId, amountMinor } = order;
  const { currency } = offer;
  const price = priceOrder(offer.terms, { userId, currency, amountMinor, purpose: 'topup' });
  assert(price.kind === 'priced', `${amountMinor} of ${currency} is within the limits`);
  return placeOrder(tx, price.terms, order);
}
