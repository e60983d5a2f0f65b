import { and, asc, desc, eq, gt, isNull, lte, ne, or } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import {
  invoices,
  promoCampaigns,
  promoCodes,
  promoUses,
  tariffPrices,
  tariffs,
  tariffVersions,
  users,
} from '../../drizzle/schema';
import { sellsPeriod, type VersionTerms } from '../domain/billing/pricing';
import {
  judgePromo,
  judgeUnbound,
  normalizeCode,
  slotsLeftOf,
  type PromoEffect,
  type PromoRefusal,
  type PromoTerms,
} from '../domain/billing/promo';
import type { PromoLookup, PromoQuestion, PromoTariff, QuoteRequest } from './contract';

type FoundPromo =
  | { readonly kind: 'found'; readonly promo: PromoEffect | undefined }
  | { readonly kind: 'refused'; readonly reason: PromoRefusal; readonly inInvoiceId?: string };

/** What a code is to be applied to. */
type Goods = Pick<VersionTerms, 'kind' | 'periodUnit'> & { readonly tariffId: string };

/**
 * Looks up the code of a request and judges it; an order without a code is always possible, a trial never (PR-3, PR-8).
 * What is judged here is what a person sees; the slot is taken in PostgreSQL when the order opens (PR-4).
 */
export async function findPromo(
  db: Database,
  request: QuoteRequest,
  goods: Goods,
): Promise<FoundPromo> {
  const isTrial = goods.kind === 'trial';
  if (request.promo === undefined) {
    return isTrial ? refused('promo_bad') : { kind: 'found', promo: undefined };
  }
  const code = normalizeCode(request.promo);
  const promo = code === undefined ? undefined : await loadPromo(db, code);
  const uses = promo ? await usesOf(db, request.userId, promo.campaignId) : [];
  const refusal = judgePromo(promo, {
    asOf: request.asOf,
    tariffId: goods.tariffId,
    isTrial,
    hasPeriod: sellsPeriod(goods),
    currency: request.currency,
    usedByPerson: uses.length,
  });
  return refusal === undefined ? { kind: 'found', promo } : explained(refusal, uses);
}

/** Looks at a code for somebody who has not chosen what to buy with it yet. */
export async function lookUpPromo(db: Database, question: PromoQuestion): Promise<PromoLookup> {
  const { userId, typed, asOf } = question;
  const code = normalizeCode(typed);
  const promo = code === undefined ? undefined : await loadPromo(db, code);
  if (!promo) return refused('promo_bad');
  const uses = await usesOf(db, userId, promo.campaignId);
  const refusal = judgeUnbound(promo, { asOf, usedByPerson: uses.length });
  if (refusal !== undefined) return explained(refusal, uses);
  const { tariffId } = promo;
  const tariff = tariffId === null ? undefined : await loadPromoTariff(db, tariffId, asOf);
  // A code that is good for one thing only ends with it.
  if (tariffId !== null && !tariff) return refused('promo_bad');
  return { kind: 'found', promo: { ...promo, tariff } };
}

/** Keeps a code for the person's next order, or forgets it: a preference of their own, worth nothing by itself. */
export async function rememberPromo(
  db: Database,
  userId: number,
  code: string | undefined,
): Promise<void> {
  await db
    .update(users)
    .set({ promoCode: code ?? null })
    .where(eq(users.id, userId));
}

/** The tariff of a code in the newest version on sale, with a currency it has a price in. */
async function loadPromoTariff(
  db: Database,
  tariffId: string,
  asOf: Date,
): Promise<PromoTariff | undefined> {
  const [row] = await db
    .select({
      tariffId: tariffs.id,
      kind: tariffs.kind,
      tariffVersionId: tariffVersions.id,
      currency: tariffPrices.currency,
    })
    .from(tariffs)
    .innerJoin(tariffVersions, eq(tariffVersions.tariffId, tariffs.id))
    .leftJoin(tariffPrices, eq(tariffPrices.tariffVersionId, tariffVersions.id))
    .where(
      and(
        eq(tariffs.id, tariffId),
        eq(tariffs.isActive, true),
        lte(tariffVersions.validFrom, asOf),
        or(isNull(tariffVersions.validUntil), gt(tariffVersions.validUntil, asOf)),
      ),
    )
    .orderBy(desc(tariffVersions.version), asc(tariffPrices.currency))
    .limit(1);
  return row;
}

/** A code that the person has in an open order is best answered with that order (PR-7). */
function explained(
  reason: PromoRefusal,
  uses: Awaited<ReturnType<typeof usesOf>>,
): Extract<FoundPromo, { kind: 'refused' }> {
  const open = uses.find(({ state }) => state === 'reserved')?.invoiceId;
  return reason === 'promo_used' && open
    ? { ...refused(reason), inInvoiceId: open }
    : refused(reason);
}

function refused(reason: PromoRefusal): { kind: 'refused'; reason: PromoRefusal } {
  return { kind: 'refused', reason };
}

export type StoredPromo = PromoTerms & { readonly campaignId: string };

/** A code by its normalised text; equality on a unique column, so that no text can match two (PR-1). */
export async function loadPromo(db: Database, code: string): Promise<StoredPromo | undefined> {
  const [row] = await db
    .select({ promo: promoCodes, campaign: promoCampaigns })
    .from(promoCodes)
    .innerJoin(promoCampaigns, eq(promoCampaigns.id, promoCodes.campaignId))
    .where(eq(promoCodes.code, code));
  if (!row) return undefined;
  const { promo, campaign } = row;
  return {
    ...promo,
    codeId: promo.id,
    isActive: promo.isActive && campaign.isActive,
    validFrom: campaign.validFrom,
    validUntil: campaign.validUntil,
    perUser: campaign.perUser,
    slotsLeft: slotsLeftOf([
      { ...promo, limit: promo.maxUses },
      { ...campaign, limit: campaign.budget },
    ]),
  };
}

async function usesOf(db: Database, userId: number, campaignId: string) {
  return db
    .select({ state: promoUses.state, invoiceId: invoices.id })
    .from(promoUses)
    .innerJoin(promoCodes, eq(promoCodes.id, promoUses.codeId))
    .leftJoin(invoices, eq(invoices.id, promoUses.invoiceId))
    .where(
      and(
        eq(promoUses.userId, userId),
        eq(promoCodes.campaignId, campaignId),
        ne(promoUses.state, 'returned'),
      ),
    );
}
