import { and, eq, ne } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { invoices, promoCampaigns, promoCodes, promoUses } from '../../drizzle/schema';
import type { PeriodUnit, TariffKind } from '../domain/billing/pricing';
import {
  judgePromo,
  normalizeCode,
  type PromoEffect,
  type PromoRefusal,
  type PromoTerms,
} from '../domain/billing/promo';
import type { QuoteRequest } from './contract';

type FoundPromo =
  | { readonly kind: 'found'; readonly promo: PromoEffect | undefined }
  | { readonly kind: 'refused'; readonly reason: PromoRefusal; readonly inInvoiceId?: string };

/** What a code is to be applied to. */
interface Goods {
  readonly tariffId: string;
  readonly kind: TariffKind;
  readonly version: { readonly periodUnit: PeriodUnit | null };
}

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
    tariffKind: goods.kind,
    isTrial,
    hasPeriod: goods.version.periodUnit !== null && goods.kind !== 'topup',
    currency: request.currency,
    usedByPerson: uses.length,
  });
  if (refusal === undefined) return { kind: 'found', promo };
  const open = uses.find(({ state }) => state === 'reserved')?.invoiceId;
  return open ? { ...refused(refusal), inInvoiceId: open } : refused(refusal);
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
  const left = [
    promo.maxUses === null ? [] : [promo.maxUses - promo.reserved - promo.used],
    campaign.budget === null ? [] : [campaign.budget - campaign.reserved - campaign.used],
  ].flat();
  return {
    ...promo,
    codeId: promo.id,
    isActive: promo.isActive && campaign.isActive,
    validFrom: campaign.validFrom,
    validUntil: campaign.validUntil,
    perUser: campaign.perUser,
    slotsLeft: left.length === 0 ? null : Math.min(...left),
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
