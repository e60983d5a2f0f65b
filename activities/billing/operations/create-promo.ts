import { randomInt } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import { promoCampaigns, promoCodes, tariffs } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import {
  ENDING_LENGTH,
  problemOfCampaign,
  worthMinorOf,
  type NewCampaign,
} from '../../../src/domain/billing/campaigns';
import { defineOperation, type OperationRefused } from './definition';

const PARAMS = z
  .strictObject({
    name: z.string(),
    budget: z.int().optional(),
    perUser: z.int().optional(),
    validFrom: z.iso.datetime().optional(),
    validUntil: z.iso.datetime().optional(),
    code: z.string(),
    count: z.int().optional(),
    kind: z.enum(['percent', 'fixed', 'bonus_tokens', 'bonus_days', 'trial']),
    value: z.int(),
    currency: z.string().optional(),
    alsoBonusUtok: z.int().optional(),
    alsoBonusDays: z.int().optional(),
    tariffId: z.uuid().optional(),
    maxUses: z.int().optional(),
  })
  .superRefine((wish, context) => {
    const problem = problemOfCampaign(wish);
    if (problem !== undefined) {
      context.addIssue({ code: 'custom', path: [problem], message: 'is out of its range' });
    }
  });

/**
 * Makes a campaign with one code, or with many that share its budget. What it may give away beyond the limit of one
 * operator needs others, and what nothing bounds is judged like the largest (OPS-12).
 */
export const createPromo = defineOperation<NewCampaign>({
  roles: ['admin'],
  params: PARAMS,
  approval: (wish, { refundAutoLimitMinor, fourEyesLargeMinor }) => {
    const amountMinor = worthMinorOf(wish) ?? fourEyesLargeMinor + 1;
    return amountMinor > refundAutoLimitMinor ? { amountMinor } : undefined;
  },
  run: async (tx, { params: wish, asOf }) => {
    const refusal = await judgeTariff(tx, wish);
    if (refusal) return refusal;
    const isOver = wish.validUntil !== undefined && new Date(wish.validUntil) <= asOf;
    if (isOver) return { kind: 'refused', reason: 'expired_already' };
    const campaignId = await insertCampaign(tx, wish, asOf);
    const codes = await insertCodes(tx, wish, campaignId);
    if (codes === undefined) return { kind: 'refused', reason: 'code_taken', detail: wish.code };
    return {
      kind: 'done',
      result: { campaignId, codes: codes.length, first: codes[0] ?? '' },
      audit: {
        action: 'promo.created',
        entity: 'promo',
        entityId: campaignId,
        after: { ...wish, codes: codes.length },
      },
    };
  },
});

/** A trial code opens a trial and nothing else may be bound to one (PR-3): it would never apply. */
async function judgeTariff(
  tx: Transaction,
  { tariffId, kind }: NewCampaign,
): Promise<OperationRefused | undefined> {
  if (tariffId === undefined) return undefined;
  const [tariff] = await tx
    .select({ kind: tariffs.kind })
    .from(tariffs)
    .where(eq(tariffs.id, tariffId));
  if (!tariff) return { kind: 'refused', reason: 'unknown_tariff' };
  const fits = (tariff.kind === 'trial') === (kind === 'trial');
  return fits ? undefined : { kind: 'refused', reason: 'other_tariff_kind', detail: tariff.kind };
}

async function insertCampaign(tx: Transaction, wish: NewCampaign, asOf: Date): Promise<string> {
  const [campaign] = await tx
    .insert(promoCampaigns)
    .values({
      name: wish.name.trim(),
      budget: wish.budget ?? null,
      perUser: wish.perUser ?? 1,
      validFrom: wish.validFrom === undefined ? asOf : new Date(wish.validFrom),
      validUntil: wish.validUntil === undefined ? null : new Date(wish.validUntil),
    })
    .returning({ id: promoCampaigns.id });
  assert(campaign, 'an insert returns its row');
  return campaign.id;
}

/** The codes that were made; undefined when the one that was asked for exists already. */
async function insertCodes(
  tx: Transaction,
  wish: NewCampaign,
  campaignId: string,
): Promise<readonly string[] | undefined> {
  const { code, count = 1 } = wish;
  if (count === 1) {
    const made = await insertNew(tx, [codeRow(wish, campaignId, code)]);
    return made.length === 1 ? made : undefined;
  }
  const made: string[] = [];
  // An ending that is taken already is rolled again: one in 32^8 for each code there is.
  while (made.length < count) {
    const missing = Array.from({ length: count - made.length }, () => `${code}-${ending()}`);
    const rows = [...new Set(missing)].map((one) => codeRow(wish, campaignId, one));
    made.push(...(await insertNew(tx, rows)));
  }
  return made;
}

async function insertNew(
  tx: Transaction,
  rows: readonly (typeof promoCodes.$inferInsert)[],
): Promise<readonly string[]> {
  const made = await tx
    .insert(promoCodes)
    .values([...rows])
    .onConflictDoNothing({ target: promoCodes.code })
    .returning({ code: promoCodes.code });
  return made.map(({ code }) => code);
}

function codeRow(wish: NewCampaign, campaignId: string, code: string) {
  return {
    ...{ code, campaignId, kind: wish.kind, value: wish.value },
    currency: wish.currency ?? null,
    alsoBonusUtok: wish.alsoBonusUtok ?? 0,
    alsoBonusDays: wish.alsoBonusDays ?? 0,
    tariffId: wish.tariffId ?? null,
    maxUses: wish.maxUses ?? null,
  };
}

/** Without the letters that people take for digits. */
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

function ending(): string {
  return Array.from({ length: ENDING_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
