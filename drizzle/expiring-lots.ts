import { and, asc, eq, isNotNull, type SQL } from 'drizzle-orm';
import type { ExpiringLot } from '../src/domain/billing/lot-expiry';
import type { Transaction } from './client';
import { accounts, lots, transfers } from './schema';

/** Lots of a person that end some day and for which `condition` holds, the soonest first. */
export async function selectExpiringLots(
  db: Pick<Transaction, 'select'>,
  userId: number,
  condition: SQL | undefined,
): Promise<ExpiringLot[]> {
  const rows = await db
    .select({ lot: lots, creditedAt: transfers.asOf })
    .from(lots)
    .innerJoin(accounts, eq(accounts.id, lots.accountId))
    .innerJoin(transfers, eq(transfers.id, lots.transferId))
    .where(and(eq(accounts.code, `wallet:${userId}:TOK`), isNotNull(lots.expiresAt), condition))
    .orderBy(asc(lots.expiresAt), asc(lots.id));
  return rows.map(({ lot, creditedAt }) => ({
    lotId: lot.id,
    origin: lot.origin,
    remainingUtok: lot.remainingUtok,
    heldUtok: lot.heldUtok,
    creditedAt: creditedAt.toISOString(),
    expiresAt: (lot.expiresAt ?? creditedAt).toISOString(),
  }));
}
