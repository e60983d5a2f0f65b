import { and, count, eq, ne, sql } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { promoCampaigns, promoCodes, promoUses } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import type { PromoRefusal } from '../../src/domain/billing/promo';
import { writeAudit } from '../audit';
import type { Quote } from './orders';

/** An order that carries a code, and when it wants its slot. */
export interface SlotWish {
  readonly quote: Quote;
  /** Null for an order without an invoice, such as a trial. */
  readonly invoiceId: string | null;
  readonly asOf: Date;
}

/**
 * Takes one slot of the order's code, or says why there is none. The campaign's row is updated first: it is the lock
 * behind which everybody who wants a slot of the same budget queues, so that counting afterwards is exact (PR-4).
 * A quote that holds a slot already keeps it. Orders without a code need none.
 */
export async function reserveSlot(
  tx: Transaction,
  { quote, invoiceId, asOf }: SlotWish,
): Promise<PromoRefusal | undefined> {
  if (quote.promoCodeId === null) return undefined;
  const code = await lockCode(tx, quote.promoCodeId);
  if ((await liveUse(tx, quote.id)) !== undefined) return undefined;
  const refusal = judgeSlot(code, asOf) ?? (await judgePerson(tx, code, quote.userId));
  if (refusal !== undefined) return refusal;
  await stepCounter(tx, code, { counter: 'reserved', by: 1 });
  const slot = (await usesByPerson(tx, code.promo.campaignId, quote.userId)) + 1;
  const use = { codeId: code.promo.id, userId: quote.userId, slot, invoiceId, quoteId: quote.id };
  await tx.insert(promoUses).values({ ...use, state: 'reserved' });
  await auditUse(tx, { quote, asOf, action: 'promo.reserved', code: code.promo.code });
  return undefined;
}

/** The money came, in this transaction: the slot is used up (PR-5). Repeating it changes nothing. */
export async function confirmSlot(tx: Transaction, quote: Quote, asOf: Date): Promise<void> {
  await moveUse(tx, { quote, asOf, from: 'reserved', to: 'confirmed' });
}

/** The order came to nothing, or its money went back whole: the slot is free again (PR-6). */
export async function returnSlot(tx: Transaction, quote: Quote, asOf: Date): Promise<void> {
  await moveUse(tx, { quote, asOf, from: 'reserved', to: 'returned' });
  await moveUse(tx, { quote, asOf, from: 'confirmed', to: 'returned' });
}

/** The confirmed or reserved use of a quote, if there is one. */
export async function liveUse(
  tx: Transaction,
  quoteId: string,
): Promise<typeof promoUses.$inferSelect | undefined> {
  const [use] = await tx
    .select()
    .from(promoUses)
    .where(and(eq(promoUses.quoteId, quoteId), ne(promoUses.state, 'returned')));
  return use;
}

interface LockedCode {
  readonly promo: typeof promoCodes.$inferSelect;
  readonly campaign: typeof promoCampaigns.$inferSelect;
}

/** Campaign first, then the code: one order for everybody. */
async function lockCode(tx: Transaction, codeId: string): Promise<LockedCode> {
  const [found] = await tx
    .select({ campaignId: promoCodes.campaignId })
    .from(promoCodes)
    .where(eq(promoCodes.id, codeId));
  assert(found, `promo code ${codeId} exists: codes are never deleted`);
  const [campaign] = await tx
    .select()
    .from(promoCampaigns)
    .where(eq(promoCampaigns.id, found.campaignId))
    .for('update');
  const [promo] = await tx.select().from(promoCodes).where(eq(promoCodes.id, codeId)).for('update');
  assert(campaign && promo, `promo code ${codeId} has a campaign`);
  return { promo, campaign };
}

function judgeSlot({ promo, campaign }: LockedCode, asOf: Date): PromoRefusal | undefined {
  const isOver = campaign.validUntil !== null && campaign.validUntil <= asOf;
  if (!promo.isActive || !campaign.isActive || isOver) return 'promo_bad';
  const isCodeFull = promo.maxUses !== null && promo.reserved + promo.used >= promo.maxUses;
  const { budget } = campaign;
  const isBudgetSpent = budget !== null && campaign.reserved + campaign.used >= budget;
  return isCodeFull || isBudgetSpent ? 'promo_exhausted' : undefined;
}

async function judgePerson(
  tx: Transaction,
  { promo, campaign }: LockedCode,
  userId: number,
): Promise<PromoRefusal | undefined> {
  const used = await usesByPerson(tx, promo.campaignId, userId);
  return used >= campaign.perUser ? 'promo_used' : undefined;
}

/** Over all codes of the campaign: another word for the same budget is not another chance. */
async function usesByPerson(tx: Transaction, campaignId: string, userId: number): Promise<number> {
  const [row] = await tx
    .select({ uses: count() })
    .from(promoUses)
    .innerJoin(promoCodes, eq(promoCodes.id, promoUses.codeId))
    .where(
      and(
        eq(promoCodes.campaignId, campaignId),
        eq(promoUses.userId, userId),
        ne(promoUses.state, 'returned'),
      ),
    );
  return row?.uses ?? 0;
}

async function stepCounter(
  tx: Transaction,
  { promo, campaign }: LockedCode,
  { counter, by }: { counter: 'reserved' | 'used'; by: 1 | -1 },
): Promise<void> {
  await tx
    .update(promoCampaigns)
    .set({ [counter]: sql`${promoCampaigns[counter]} + ${by}` })
    .where(eq(promoCampaigns.id, campaign.id));
  await tx
    .update(promoCodes)
    .set({ [counter]: sql`${promoCodes[counter]} + ${by}` })
    .where(eq(promoCodes.id, promo.id));
}

interface UseMove {
  readonly quote: Quote;
  readonly asOf: Date;
  readonly from: 'reserved' | 'confirmed';
  readonly to: 'confirmed' | 'returned';
}

const COUNTERS = { reserved: 'reserved', confirmed: 'used' } as const;

async function moveUse(tx: Transaction, move: UseMove): Promise<void> {
  const { quote, asOf, from, to } = move;
  if (quote.promoCodeId === null) return;
  const code = await lockCode(tx, quote.promoCodeId);
  const [moved] = await tx
    .update(promoUses)
    .set({ state: to })
    .where(and(eq(promoUses.quoteId, quote.id), eq(promoUses.state, from)))
    .returning({ id: promoUses.id });
  if (!moved) return;
  await stepCounter(tx, code, { counter: COUNTERS[from], by: -1 });
  if (to === 'confirmed') await stepCounter(tx, code, { counter: 'used', by: 1 });
  await auditUse(tx, { quote, asOf, action: `promo.${to}`, code: code.promo.code });
}

async function auditUse(
  tx: Transaction,
  use: { quote: Quote; asOf: Date; action: string; code: string },
): Promise<void> {
  await writeAudit(tx, {
    action: use.action,
    entity: 'promo',
    entityId: use.quote.promoCodeId ?? '',
    actor: { kind: 'user', id: String(use.quote.userId) },
    after: { code: use.code, quoteId: use.quote.id },
    asOf: use.asOf,
  });
}
