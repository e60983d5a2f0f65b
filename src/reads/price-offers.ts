import { and, count, desc, eq, inArray } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { countPriceAudience, type AudienceCount } from '../../drizzle/price-audience';
import { priceChanges, priceOffers, tariffVersions } from '../../drizzle/schema';
import {
  offerParams,
  type PriceOfferParams,
  type PriceOfferState,
} from '../domain/billing/price-change';

/** What a subscriber was offered. */
export interface PriceOfferView {
  readonly subscriptionId: string;
  readonly tariffVersionId: string;
  readonly state: PriceOfferState;
  readonly params: PriceOfferParams;
}

/** Offers of a tariff's newest version that can still be answered. */
export interface StandingPriceChange {
  readonly priceChangeId: string;
  readonly total: number;
  readonly offered: number;
  readonly open: number;
  readonly accepted: number;
  readonly kept: number;
  readonly closesAt: string;
}

/** Whom the newest version of a tariff could be offered to, and how an offer goes. */
export interface PriceProspect {
  readonly version: number;
  readonly audience: AudienceCount;
  readonly standing: StandingPriceChange | undefined;
}

export interface PriceOfferReads {
  /** Somebody's own offer; undefined for anybody else's. */
  priceOffer(offerId: string, userId: number): Promise<PriceOfferView | undefined>;
  priceProspect(tariffId: string): Promise<PriceProspect | undefined>;
}

export function priceOfferReads(db: Database): PriceOfferReads {
  return {
    priceOffer: (offerId, userId) => priceOffer(db, offerId, userId),
    priceProspect: (tariffId) => priceProspect(db, tariffId),
  };
}

async function priceOffer(
  db: Database,
  offerId: string,
  userId: number,
): Promise<PriceOfferView | undefined> {
  const [row] = await db
    .select({ offer: priceOffers, planName: tariffVersions.nameI18n })
    .from(priceOffers)
    .innerJoin(tariffVersions, eq(tariffVersions.id, priceOffers.tariffVersionId))
    .where(and(eq(priceOffers.id, offerId), eq(priceOffers.userId, userId)));
  if (!row) return undefined;
  const { subscriptionId, tariffVersionId, state, shown, holdsFrom, closesAt } = row.offer;
  const params = offerParams({
    ...{ offerId, planName: row.planName, shown },
    from: holdsFrom?.toISOString() ?? null,
    until: closesAt.toISOString(),
  });
  return { subscriptionId, tariffVersionId, state, params };
}

async function priceProspect(db: Database, tariffId: string): Promise<PriceProspect | undefined> {
  const [newest] = await db
    .select({ tariffVersionId: tariffVersions.id, version: tariffVersions.version })
    .from(tariffVersions)
    .where(eq(tariffVersions.tariffId, tariffId))
    .orderBy(desc(tariffVersions.version))
    .limit(1);
  if (!newest) return undefined;
  const audience = await countPriceAudience(db, { tariffId, ...newest });
  const standing = await standingChange(db, newest.tariffVersionId);
  return { version: newest.version, audience, standing };
}

async function standingChange(
  db: Database,
  tariffVersionId: string,
): Promise<StandingPriceChange | undefined> {
  const [change] = await db
    .select()
    .from(priceChanges)
    .where(
      and(
        eq(priceChanges.tariffVersionId, tariffVersionId),
        inArray(priceChanges.state, ['running', 'offered']),
      ),
    )
    .orderBy(desc(priceChanges.id))
    .limit(1);
  if (!change) return undefined;
  const rows = await db
    .select({ state: priceOffers.state, count: count() })
    .from(priceOffers)
    .where(eq(priceOffers.priceChangeId, change.id))
    .groupBy(priceOffers.state);
  const of = (state: PriceOfferState) => rows.find((row) => row.state === state)?.count ?? 0;
  const { id: priceChangeId, total, offered, closesAt } = change;
  return {
    ...{ priceChangeId, total, offered, closesAt: closesAt.toISOString() },
    ...{ open: of('open'), accepted: of('accepted'), kept: of('kept') },
  };
}
