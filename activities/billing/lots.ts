import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { lotMoves, lots, type LotOrigin } from '../../drizzle/schema';
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
 * Burns lots for a debit in the declared order: priority, earliest expiry (never last), age, id (LG-4).
 * Returns what no lot covered, which is the part that became debt. The wallet's row must be locked by the caller.
 */
export async function drainLots(
  tx: Transaction,
  drain: { accountId: string; entryId: number; amountUtok: number },
): Promise<number> {
  let missing = drain.amountUtok;
  for (const lot of await spendableLots(tx, drain.accountId)) {
    if (missing === 0) break;
    const taken = Math.min(missing, lot.freeUtok);
    await takeFromLot(tx, { entryId: drain.entryId, lotId: lot.id, amountUtok: taken });
    missing -= taken;
  }
  return missing;
}

async function spendableLots(
  tx: Transaction,
  accountId: string,
): Promise<{ id: string; freeUtok: number }[]> {
  const freeUtok = sql<number>`${lots.remainingUtok} - ${lots.heldUtok}`.mapWith(Number);
  return tx
    .select({ id: lots.id, freeUtok })
    .from(lots)
    .where(and(eq(lots.accountId, accountId), gt(lots.remainingUtok, lots.heldUtok)))
    .orderBy(
      asc(lots.priority),
      sql`${lots.expiresAt} asc nulls last`,
      asc(lots.recordedAt),
      asc(lots.id),
    );
}

async function takeFromLot(
  tx: Transaction,
  take: { entryId: number; lotId: string; amountUtok: number },
): Promise<void> {
  await tx
    .update(lots)
    .set({ remainingUtok: sql`${lots.remainingUtok} - ${take.amountUtok}` })
    .where(eq(lots.id, take.lotId));
  await tx.insert(lotMoves).values({ ...take, amountUtok: -take.amountUtok });
}
