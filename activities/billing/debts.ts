import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { entries, lotMoves } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import { takeFromLot, type LotShare } from './lots';
import { debtOf, type LockedWallet } from './wallet-posting';

/**
 * Lets tokens that came free pay for debits that no lot covered when they were booked, so that nobody owes and owns at
 * once (LG-5). The balance does not move: the lots now say what it said already. `before` is the wallet as it was
 * before the tokens came free.
 */
export async function coverDebt(
  tx: Transaction,
  before: LockedWallet,
  freed: readonly LotShare[],
): Promise<void> {
  let owedUtok = debtOf(before);
  if (owedUtok === 0) return;
  const debits = await uncoveredDebits(tx, before.id);
  for (const { lotId, amountUtok } of freed) {
    let leftUtok = Math.min(amountUtok, owedUtok);
    owedUtok -= leftUtok;
    while (leftUtok > 0) {
      const debit = debits[0];
      assert(debit, `a debt of ${before.userId} comes from its debits`);
      const paidUtok = Math.min(leftUtok, debit.uncoveredUtok);
      await takeFromLot(tx, {
        lotId,
        entryId: debit.entryId,
        amountUtok: paidUtok,
        isHeld: false,
      });
      debit.uncoveredUtok -= paidUtok;
      leftUtok -= paidUtok;
      if (debit.uncoveredUtok === 0) debits.shift();
    }
  }
}

/** Debits with less taken from lots than from the balance, the latest first: it is the one still owed. */
async function uncoveredDebits(
  tx: Transaction,
  accountId: string,
): Promise<{ entryId: number; uncoveredUtok: number }[]> {
  const uncoveredUtok =
    sql<number>`-${entries.amount} + coalesce(sum(${lotMoves.amountUtok}), 0)`.mapWith(Number);
  return tx
    .select({ entryId: entries.id, uncoveredUtok })
    .from(entries)
    .leftJoin(lotMoves, eq(lotMoves.entryId, entries.id))
    .where(and(eq(entries.accountId, accountId), lt(entries.amount, 0)))
    .groupBy(entries.id)
    .having(sql`-${entries.amount} + coalesce(sum(${lotMoves.amountUtok}), 0) > 0`)
    .orderBy(desc(entries.id));
}
