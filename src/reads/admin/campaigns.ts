import { asc, count, desc, eq, inArray, lt, min } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { promoCampaigns, promoCodes } from '../../../drizzle/schema';
import { normalizeCode, type PromoEffect } from '../../domain/billing/promo';

/** A campaign with what its codes do, all of them the same. */
export interface CampaignCard {
  readonly campaignId: string;
  readonly name: string;
  /** The first of its codes by name. */
  readonly code: string;
  readonly codes: number;
  readonly effect: PromoEffect;
  readonly budget: number | null;
  readonly reserved: number;
  readonly used: number;
  readonly perUser: number;
  readonly isActive: boolean;
  readonly validFrom: string;
  readonly validUntil: string | null;
}

export interface CampaignPage {
  readonly rows: readonly CampaignCard[];
  /** The last campaign shown; undefined on the last page. */
  readonly nextAfter: string | undefined;
}

export interface CodeLine {
  readonly codeId: string;
  readonly code: string;
  readonly isActive: boolean;
  readonly maxUses: number | null;
  readonly reserved: number;
  readonly used: number;
}

/** What operators see of promo codes. */
export interface CampaignReads {
  /** Newest first, by keyset. */
  campaigns(after: string | undefined): Promise<CampaignPage>;
  campaign(campaignId: string): Promise<CampaignCard | undefined>;
  /** All codes of a campaign by name, a thousand at most. */
  campaignCodes(campaignId: string): Promise<readonly CodeLine[]>;
  /** One code as it was typed. */
  codeByText(typed: string): Promise<(CodeLine & { readonly campaignId: string }) | undefined>;
}

const PAGE_SIZE = 8;
const MOST_CODES = 1_000;

export function createCampaignReads(db: Database): CampaignReads {
  return {
    campaigns: (after) => campaigns(db, after),
    campaign: async (campaignId) => (await cards(db, [campaignId]))[0],
    campaignCodes: (campaignId) => campaignCodes(db, campaignId),
    codeByText: (typed) => codeByText(db, typed),
  };
}

async function campaigns(db: Database, after: string | undefined): Promise<CampaignPage> {
  // Ids are made in the order of time, so they page like an instant that is never shared.
  const rows = await db
    .select({ id: promoCampaigns.id })
    .from(promoCampaigns)
    .where(after === undefined ? undefined : lt(promoCampaigns.id, after))
    .orderBy(desc(promoCampaigns.id))
    .limit(PAGE_SIZE + 1);
  const shown = rows.slice(0, PAGE_SIZE).map(({ id }) => id);
  const nextAfter = rows.length > PAGE_SIZE ? shown.at(-1) : undefined;
  return { rows: await cards(db, shown), nextAfter };
}

async function cards(db: Database, ids: readonly string[]): Promise<readonly CampaignCard[]> {
  if (ids.length === 0) return [];
  const firsts = db
    .select({
      campaignId: promoCodes.campaignId,
      code: min(promoCodes.code).as('first_code'),
      codes: count().as('codes'),
    })
    .from(promoCodes)
    .where(inArray(promoCodes.campaignId, [...ids]))
    .groupBy(promoCodes.campaignId)
    .as('firsts');
  const rows = await db
    .select({ campaign: promoCampaigns, promo: promoCodes, codes: firsts.codes })
    .from(promoCampaigns)
    .innerJoin(firsts, eq(firsts.campaignId, promoCampaigns.id))
    .innerJoin(promoCodes, eq(promoCodes.code, firsts.code))
    .orderBy(desc(promoCampaigns.id));
  return rows.map(toCard);
}

function toCard(row: {
  campaign: typeof promoCampaigns.$inferSelect;
  promo: typeof promoCodes.$inferSelect;
  codes: number;
}): CampaignCard {
  const { campaign, promo, codes } = row;
  const { name, budget, reserved, used, perUser, isActive, validFrom, validUntil } = campaign;
  return {
    ...{ name, budget, reserved, used, perUser, isActive, codes },
    campaignId: campaign.id,
    code: promo.code,
    effect: { ...promo, codeId: promo.id },
    validFrom: validFrom.toISOString(),
    validUntil: validUntil?.toISOString() ?? null,
  };
}

async function campaignCodes(db: Database, campaignId: string): Promise<readonly CodeLine[]> {
  return db
    .select(LINE)
    .from(promoCodes)
    .where(eq(promoCodes.campaignId, campaignId))
    .orderBy(asc(promoCodes.code))
    .limit(MOST_CODES);
}

async function codeByText(db: Database, typed: string) {
  const code = normalizeCode(typed);
  if (code === undefined) return undefined;
  const [row] = await db
    .select({ ...LINE, campaignId: promoCodes.campaignId })
    .from(promoCodes)
    .where(eq(promoCodes.code, code));
  return row;
}

const LINE = {
  codeId: promoCodes.id,
  code: promoCodes.code,
  isActive: promoCodes.isActive,
  maxUses: promoCodes.maxUses,
  reserved: promoCodes.reserved,
  used: promoCodes.used,
};
