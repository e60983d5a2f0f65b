import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { accounts, holdLots, lots } from '../../drizzle/schema';
import { BURN_ORDER } from '../../drizzle/spenders';
import { noteFunds } from '../funds';
import { coverDebt } from './debts';
import { breakageLegs, lockWallet, postTransfer, type LockedWallet } from './ledger';
import { holdShare, totalUtok, type FreeLot, type LotShare } from './lots';

/** A lot under a hold; free for whoever ends it. */
export type HeldLot = FreeLot & { readonly expiresAt: Date | null };

/** The lots of a hold with what it holds of each, in the order they burn. */
export async function heldLots(tx: Transaction, holdId: string): Promise<HeldLot[]> {
  return tx
    .select({
      id: lots.id,
      freeUtok: holdLots.amountUtok,
      remainingUtok: lots.remainingUtok,
      expiresAt: lots.expiresAt,
    })
    .from(holdLots)
    .innerJoin(lots, eq(lots.id, holdLots.lotId))
    .where(eq(holdLots.holdId, holdId))
    .orderBy(...BURN_ORDER);
}

/** What is left of held lots after some of it was taken. */
export function restOf(held: readonly HeldLot[], taken: readonly LotShare[]): HeldLot[] {
  const takenOf = new Map(taken.map((share) => [share.lotId, share.amountUtok]));
  return held
    .map((lot) => ({ ...lot, freeUtok: lot.freeUtok - (takenOf.get(lot.id) ?? 0) }))
    .filter((lot) => lot.freeUtok > 0);
}

/**
 * Frees what a hold had of its lots: expired lots lapse in a transfer of the same transaction (LG-6), the rest first
 * covers a debt made meanwhile (LG-5).
 */
export async function giveBack(
  tx: Transaction,
  back: { end: { key: string; asOf: Date }; userId: number; held: readonly HeldLot[] },
): Promise<void> {
  const { end, userId, held } = back;
  const hasLapsed = (lot: HeldLot) => lot.expiresAt !== null && lot.expiresAt <= end.asOf;
  await lapse(tx, { end, userId, shares: sharesOf(held.filter(hasLapsed)) });
  const shares = sharesOf(held.filter((lot) => !hasLapsed(lot)));
  const locked = await lockWallet(tx, userId);
  for (const { lotId, amountUtok } of shares) {
    await holdShare(tx, { lotId, amountUtok: -amountUtok });
  }
  await raiseHeld(tx, locked, -totalUtok(shares));
  await coverDebt(tx, locked, shares);
  if (shares.length > 0) noteFunds(tx, userId);
}

/** Tokens of lots that expired under the hold never become free. */
async function lapse(
  tx: Transaction,
  lapsed: { end: { key: string; asOf: Date }; userId: number; shares: readonly LotShare[] },
): Promise<void> {
  const { end, userId, shares } = lapsed;
  if (shares.length === 0) return;
  await postTransfer(tx, {
    key: `${end.key}:breakage`,
    kind: 'breakage',
    legs: breakageLegs(userId, totalUtok(shares)),
    takes: { shares, isHeld: true },
    userId,
    asOf: end.asOf,
    meta: { lotIds: shares.map(({ lotId }) => lotId) },
  });
}

function sharesOf(held: readonly HeldLot[]): LotShare[] {
  return held.map(({ id: lotId, freeUtok: amountUtok }) => ({ lotId, amountUtok }));
}

/** Counts tokens of a locked wallet as held, or with a negative amount as free again. */
export async function raiseHeld(
  tx: Transaction,
  locked: LockedWallet,
  amountUtok: number,
): Promise<void> {
  await tx
    .update(accounts)
    .set({ held: sql`${accounts.held} + ${amountUtok}` })
    .where(eq(accounts.id, locked.id));
}
