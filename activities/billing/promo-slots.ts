import { and, eq, ne, sql } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { promoCampaigns, promoCodes, promoUses } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import {
  freeSlot,
  isInForce,
  judgeSlots,
  slotsLeftOf,
  type PromoRefusal,
} from '../../src/domain/billing/promo';
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
 * Takes one slot of the order's code, or says why there is none. A quote that holds a slot already keeps it. Orders
 * without a code need none. Whoever locks a wallet too does that before: person, wallet, campaign is the one sequence.
 */
export async function reserveSlot(
  tx: Transaction,
  wish: SlotWish,
): Promise<PromoRefusal | undefined> {
  const refusal = await judgeSlot(tx, wish);
  if (refusal === undefined) await takeSlot(tx, wish);
  return refusal;
}

/**
 * Whether the code has a slot for this order. The campaign's row is locked: behind it everybody who wants a slot of the
 * same budget queues, so that what is counted stands until the transaction ends (PR-4). Whoever finds nothing left does
 * not queue. A refusal is audited.
 */
export async function judgeSlot(
  tx: Transaction,
  { quote, asOf }: Omit<SlotWish, 'invoiceId'>,
): Promise<PromoRefusal | undefined> {
  const { promoCodeId: codeId } = quote;
  if (codeId === null || (await liveUse(tx, quote.id)) !== undefined) return undefined;
  const wish = { userId: quote.userId, asOf };
  const seen = await seeCode(tx, codeId);
  const refusal =
    (await judgeCode(tx, seen, wish)) ?? (await judgeCode(tx, await lockCode(tx, codeId), wish));
  if (refusal !== undefined) {
    const { code } = seen.promo;
    await auditUse(tx, { quote, asOf, action: 'promo.rejected', code, why: refusal });
  }
  return refusal;
}

async function judgeCode(
  tx: Transaction,
  { promo, campaign }: CodeRows,
  { userId, asOf }: { userId: number; asOf: Date },
): Promise<PromoRefusal | undefined> {
  const isActive = promo.isActive && campaign.isActive;
  if (!isInForce({ ...campaign, isActive }, asOf)) return 'promo_bad';
  const slotsLeft = slotsLeftOf([
    { ...campaign, limit: campaign.budget },
    { ...promo, limit: promo.maxUses },
  ]);
  const taken = await slotsOf(tx, campaign.id, userId);
  return judgeSlots({ perUser: campaign.perUser, slotsLeft }, taken.length);
}

/** Takes the slot that `judgeSlot` has found in this transaction. */
export async function takeSlot(
  tx: Transaction,
  { quote, invoiceId, asOf }: SlotWish,
): Promise<void> {
  if (quote.promoCodeId === null) return;
  const code = await lockCode(tx, quote.promoCodeId);
  if ((await liveUse(tx, quote.id)) !== undefined) return;
  const { promo, campaign } = code;
  await stepCounters(tx, code, { reserved: 1, used: 0 });
  await tx.insert(promoUses).values({
    codeId: promo.id,
    userId: quote.userId,
    slot: freeSlot(await slotsOf(tx, campaign.id, quote.userId)),
    invoiceId,
    quoteId: quote.id,
    state: 'reserved',
  });
  await auditUse(tx, { quote, asOf, action: 'promo.reserved', code: promo.code });
}

/**
 * The money came, in this transaction: the slot is used up (PR-5). Repeating it changes nothing. Whoever fulfils an
 * order has its slot reserved before; without one the budget would give more than it has.
 */
export async function confirmSlot(tx: Transaction, quote: Quote, asOf: Date): Promise<void> {
  if (quote.promoCodeId === null) return;
  await moveUse(tx, { quote, asOf, from: 'reserved', to: 'confirmed' });
  const use = await liveUse(tx, quote.id);
  assert(use?.state === 'confirmed', `order ${quote.id} reserved its promo slot before it is paid`);
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

interface CodeRows {
  readonly promo: typeof promoCodes.$inferSelect;
  readonly campaign: typeof promoCampaigns.$inferSelect;
}

async function seeCode(tx: Transaction, codeId: string): Promise<CodeRows> {
  const [found] = await tx
    .select({ promo: promoCodes, campaign: promoCampaigns })
    .from(promoCodes)
    .innerJoin(promoCampaigns, eq(promoCampaigns.id, promoCodes.campaignId))
    .where(eq(promoCodes.id, codeId));
  assert(found, `promo code ${codeId} exists: a code in use cannot be deleted`);
  return found;
}

/** Campaign first, then the code: one order for everybody. */
async function lockCode(tx: Transaction, codeId: string): Promise<CodeRows> {
  const { campaign: seen } = await seeCode(tx, codeId);
  const [campaign] = await tx
    .select()
    .from(promoCampaigns)
    .where(eq(promoCampaigns.id, seen.id))
    .for('update');
  const [promo] = await tx.select().from(promoCodes).where(eq(promoCodes.id, codeId)).for('update');
  assert(campaign && promo, `promo code ${codeId} has a campaign`);
  return { promo, campaign };
}

/** Over all codes of the campaign: another word for the same budget is not another chance (PR-7). */
async function slotsOf(tx: Transaction, campaignId: string, userId: number): Promise<number[]> {
  const rows = await tx
    .select({ slot: promoUses.slot })
    .from(promoUses)
    .innerJoin(promoCodes, eq(promoCodes.id, promoUses.codeId))
    .where(
      and(
        eq(promoCodes.campaignId, campaignId),
        eq(promoUses.userId, userId),
        ne(promoUses.state, 'returned'),
      ),
    );
  return rows.map(({ slot }) => slot);
}

async function stepCounters(
  tx: Transaction,
  { promo, campaign }: CodeRows,
  by: { readonly reserved: number; readonly used: number },
): Promise<void> {
  for (const [table, id] of [
    [promoCampaigns, campaign.id],
    [promoCodes, promo.id],
  ] as const) {
    await tx
      .update(table)
      .set({
        reserved: sql`${table.reserved} + ${by.reserved}`,
        used: sql`${table.used} + ${by.used}`,
      })
      .where(eq(table.id, id));
  }
}

interface UseMove {
  readonly quote: Quote;
  readonly asOf: Date;
  readonly from: 'reserved' | 'confirmed';
  readonly to: 'confirmed' | 'returned';
}

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
  const gained = to === 'confirmed' ? 1 : 0;
  await stepCounters(
    tx,
    code,
    from === 'reserved' ? { reserved: -1, used: gained } : { reserved: 0, used: -1 },
  );
  await auditUse(tx, { quote, asOf, action: `promo.${to}`, code: code.promo.code });
}

interface UseNote {
  readonly quote: Quote;
  readonly asOf: Date;
  readonly action: string;
  readonly code: string;
  /** Why a use was refused. */
  readonly why?: PromoRefusal;
}

async function auditUse(tx: Transaction, { quote, asOf, action, code, why }: UseNote) {
  await writeAudit(tx, {
    action,
    entity: 'promo',
    entityId: quote.promoCodeId ?? '',
    actor: { kind: 'user', id: String(quote.userId) },
    after: { code, quoteId: quote.id, ...(why === undefined ? {} : { why }) },
    asOf,
  });
}
