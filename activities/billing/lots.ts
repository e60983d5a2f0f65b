import { and, eq, gt, lte, sql, type SQL } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { lotMoves, lots, type LotOrigin } from '../../drizzle/schema';
import { BURN_ORDER } from '../../drizzle/spenders';
import { assert } from '../../src/domain/assert';

/** What a credit of tokens becomes: one lot with its own origin, price and expiry. */
export interface LotTerms {
  readonly origin: LotOrigin;
  readonly invoiceId?: string;
  /** What was paid for the whole lot, for the exact value of its unspent rest; absent for a lot that was free. */
  readonly paidMinor?: number;
  readonly expiresAt?: Date;
}

/** Lower burns first (LG-4): what expires or was a present goes before what was bought. */
const PRIORITY: Readonly<Record<LotOrigin, number>> = {
  trial: 10,
  promo: 20,
  gift: 30,
  grant: 40,
  adjustment: 40,
  topup: 50,
  pack: 50,
  refund: 50,
};

export interface LotFill {
  readonly accountId: string;
  readonly transferId: string;
  readonly entryId: number;
  readonly amountUtok: number;
  /** How much of the credit paid off a debt and never becomes spendable (LG-5). */
  readonly repaidUtok: number;
  readonly terms: LotTerms;
}

/** Opens the lot of a credit. The wallet's row must be locked by the caller. */
export async function fillLot(tx: Transaction, fill: LotFill): Promise<void> {
  const { terms, amountUtok, repaidUtok } = fill;
  const [lot] = await tx
    .insert(lots)
    .values({
      accountId: fill.accountId,
      origin: terms.origin,
      transferId: fill.transferId,
      invoiceId: terms.invoiceId ?? null,
      paid: terms.paidMinor !== undefined,
      unitPriceMinorNum: terms.paidMinor ?? null,
      unitPriceMinorDen: terms.paidMinor === undefined ? null : amountUtok,
      originalUtok: amountUtok,
      remainingUtok: amountUtok - repaidUtok,
      priority: PRIORITY[terms.origin],
      expiresAt: terms.expiresAt ?? null,
    })
    .returning({ id: lots.id });
  assert(lot, 'an inserted lot has an id');
  const moves = [amountUtok, -repaidUtok].filter((amount) => amount !== 0);
  await tx
    .insert(lotMoves)
    .values(moves.map((amount) => ({ entryId: fill.entryId, lotId: lot.id, amountUtok: amount })));
}

/**
 * Puts tokens back into the lots they once came from, which keep their terms; what is owed is repaid from them at once.
 * The wallet's row must be locked by the caller.
 */
export async function returnToLots(
  tx: Transaction,
  back: {
    readonly entryId: number;
    readonly shares: readonly LotShare[];
    readonly owedUtok: number;
  },
): Promise<void> {
  const { entryId } = back;
  let owedUtok = back.owedUtok;
  for (const { lotId, amountUtok } of back.shares) {
    const repaidUtok = Math.min(amountUtok, owedUtok);
    owedUtok -= repaidUtok;
    await tx
      .update(lots)
      .set({ remainingUtok: sql`${lots.remainingUtok} + ${amountUtok - repaidUtok}` })
      .where(eq(lots.id, lotId));
    const moves = [amountUtok, -repaidUtok].filter((amount) => amount !== 0);
    await tx
      .insert(lotMoves)
      .values(moves.map((amount) => ({ entryId, lotId, amountUtok: amount })));
  }
}

/** A part of one lot, in micro-tokens. */
export interface LotShare {
  readonly lotId: string;
  readonly amountUtok: number;
}

/** Lots chosen by name, such as those of a refunded order. */
export interface NamedLots {
  readonly shares: readonly LotShare[];
  /** True when the shares lie under a hold, which ends for them here; otherwise they must be free. */
  readonly isHeld: boolean;
}

export interface LotDrain {
  readonly accountId: string;
  readonly entryId: number;
  readonly amountUtok: number;
  readonly takes?: NamedLots | undefined;
}

/**
 * Burns lots for a debit: first those it names, then in the declared order (LG-4). Returns what no lot covered, which
 * is the part that became debt. The wallet's row must be locked by the caller.
 */
export async function drainLots(tx: Transaction, drain: LotDrain): Promise<number> {
  const { entryId, takes } = drain;
  let missing = drain.amountUtok;
  for (const share of takes?.shares ?? []) {
    await takeFromLot(tx, { ...share, entryId, isHeld: takes?.isHeld ?? false });
    missing -= share.amountUtok;
  }
  if (missing === 0) return 0;
  const shares = chooseShares(await freeLots(tx, drain.accountId), missing);
  for (const share of shares) await takeFromLot(tx, { ...share, entryId, isHeld: false });
  return missing - totalUtok(shares);
}

export interface FreeLot {
  readonly id: string;
  readonly freeUtok: number;
  readonly remainingUtok: number;
}

/** Lots with something that no hold lies on, in the order they burn. */
export async function freeLots(tx: Transaction, accountId: string): Promise<FreeLot[]> {
  return selectFree(tx, eq(lots.accountId, accountId));
}

/** Lots with something unheld whose time is over. */
export async function expiredLots(
  tx: Transaction,
  accountId: string,
  asOf: Date,
): Promise<FreeLot[]> {
  return selectFree(tx, and(eq(lots.accountId, accountId), lte(lots.expiresAt, asOf)));
}

/** Takes an amount from lots in their given order; less when they have less. */
export function chooseShares(
  free: readonly Pick<FreeLot, 'id' | 'freeUtok'>[],
  amountUtok: number,
): LotShare[] {
  const shares: LotShare[] = [];
  let missing = amountUtok;
  for (const lot of free) {
    if (missing === 0) break;
    const taken = Math.min(missing, lot.freeUtok);
    shares.push({ lotId: lot.id, amountUtok: taken });
    missing -= taken;
  }
  return shares;
}

export function totalUtok(shares: readonly LotShare[]): number {
  return shares.reduce((sum, share) => sum + share.amountUtok, 0);
}

/** Lays a share under a hold, or with a negative amount gives it back. */
export async function holdShare(tx: Transaction, share: LotShare): Promise<void> {
  await tx
    .update(lots)
    .set({ heldUtok: sql`${lots.heldUtok} + ${share.amountUtok}` })
    .where(eq(lots.id, share.lotId));
}

/** Burns a share and says which entry took it. */
export async function takeFromLot(
  tx: Transaction,
  take: LotShare & { entryId: number; isHeld: boolean },
): Promise<void> {
  const { entryId, lotId, amountUtok } = take;
  const heldUtok = take.isHeld ? amountUtok : 0;
  await tx
    .update(lots)
    .set({
      remainingUtok: sql`${lots.remainingUtok} - ${amountUtok}`,
      heldUtok: sql`${lots.heldUtok} - ${heldUtok}`,
    })
    .where(eq(lots.id, lotId));
  await tx.insert(lotMoves).values({ entryId, lotId, amountUtok: -amountUtok });
}

async function selectFree(tx: Transaction, condition: SQL | undefined): Promise<FreeLot[]> {
  const freeUtok = sql<number>`${lots.remainingUtok} - ${lots.heldUtok}`.mapWith(Number);
  return tx
    .select({ id: lots.id, freeUtok, remainingUtok: lots.remainingUtok })
    .from(lots)
    .where(and(condition, gt(lots.remainingUtok, lots.heldUtok)))
    .orderBy(...BURN_ORDER);
}
