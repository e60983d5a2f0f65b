import { and, eq, gt, inArray, or, sql } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { selectExpiringLots } from '../../drizzle/expiring-lots';
import { entries, lotMoves, lots, transfers } from '../../drizzle/schema';
import { noticeAtMs, type ExpiringLot } from '../../src/domain/billing/lot-expiry';
import type { BillingSettings } from '../../src/domain/billing/settings';
import type { ActivityDeps } from '../deps';
import { promiseToUser } from '../outbox';
import { inTransaction, readSettings } from '../transactions';
import { balanceOf, sweepExpired } from './ledger';

/** Side effects of the `wallet` workflow. Repeating them changes nothing. */
export function walletActivities({ db, settings: defaults }: ActivityDeps) {
  return {
    /** Lots of a person that end some day and still hold something that can expire, the soonest first. */
    async expiringLots(asked: { userId: number; asOf: string }): Promise<ExpiringLot[]> {
      return readLots(db, { ...asked, asOf: new Date(asked.asOf) });
    },

    /**
     * Books what expired by `asOf` to breakage and promises the notices that are due then: one before and one after the
     * end of each lot. `lotIds` are the lots whose end is told even when a debit booked them first.
     */
    async settleExpiry(due: {
      userId: number;
      lotIds: readonly string[];
      asOf: string;
    }): Promise<void> {
      const { userId } = due;
      const asOf = new Date(due.asOf);
      await inTransaction(db, async (tx) => {
        const settings = await readSettings(tx, defaults);
        const swept = await sweepExpired(tx, { userId, asOf });
        const lotIds = [...due.lotIds, ...swept.map(({ lotId }) => lotId)];
        await tellExpired(tx, { userId, lotIds, asOf, settings });
        await tellExpiring(tx, { userId, asOf, settings });
      });
    },
  };
}

/** Lots whose end is still ahead, and those past it that have something unheld. */
function readLots(
  tx: Pick<Transaction, 'select'>,
  { userId, asOf }: { userId: number; asOf: Date },
): Promise<ExpiringLot[]> {
  const isUnheld = gt(lots.remainingUtok, lots.heldUtok);
  const holdsSome = and(gt(lots.remainingUtok, 0), or(gt(lots.expiresAt, asOf), isUnheld));
  return selectExpiringLots(tx, userId, holdsSome);
}

interface Telling {
  readonly userId: number;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

async function tellExpiring(tx: Transaction, { userId, asOf, settings }: Telling): Promise<void> {
  for (const lot of await readLots(tx, { userId, asOf })) {
    const noticeMs = noticeAtMs(lot);
    if (noticeMs === undefined || noticeMs > asOf.getTime()) continue;
    await promiseToUser(tx, userId, {
      key: `${userId}:lot.expiring:${lot.lotId}`,
      template: 'lot.expiring',
      params: { tokensUtok: lot.remainingUtok, until: lot.expiresAt },
      category: 'service',
      asOf,
      settings,
    });
  }
}

async function tellExpired(
  tx: Transaction,
  { userId, lotIds, asOf, settings }: Telling & { lotIds: readonly string[] },
): Promise<void> {
  const balanceUtok = await balanceOf(tx, userId);
  for (const { lotId, lapsedUtok } of await lapsedOf(tx, lotIds)) {
    await promiseToUser(tx, userId, {
      key: `${userId}:lot.expired:${lotId}`,
      template: 'lot.expired',
      params: { tokensUtok: lapsedUtok, balanceUtok },
      category: 'service',
      asOf,
      settings,
    });
  }
}

/** What of these lots went to breakage, whoever booked it. */
async function lapsedOf(
  tx: Transaction,
  lotIds: readonly string[],
): Promise<{ lotId: string; lapsedUtok: number }[]> {
  if (lotIds.length === 0) return [];
  return tx
    .select({
      lotId: lotMoves.lotId,
      lapsedUtok: sql<number>`-sum(${lotMoves.amountUtok})`.mapWith(Number),
    })
    .from(lotMoves)
    .innerJoin(entries, eq(entries.id, lotMoves.entryId))
    .innerJoin(transfers, eq(transfers.id, entries.transferId))
    .where(and(inArray(lotMoves.lotId, [...lotIds]), eq(transfers.kind, 'breakage')))
    .groupBy(lotMoves.lotId);
}
