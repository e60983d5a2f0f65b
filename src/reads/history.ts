import { and, desc, eq, lt, type SQL } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { accounts, charges, entries, transfers } from '../../drizzle/schema';
import type { HistoryPage, HistoryRow } from './billing';
import { isVisible } from './visibility';

const PAGE_SIZE = 10;

/** One page of a wallet's entries by keyset: page 10 000 costs what page 1 costs (DM-7). */
export async function history(
  db: Database,
  userId: number,
  cursor: string | undefined,
): Promise<HistoryPage> {
  return historyPage(db, { userId, cursor, limit: PAGE_SIZE });
}

/** The same in pages of any size. */
export async function historyPage(
  db: Database,
  { userId, cursor, limit }: { userId: number; cursor: string | undefined; limit: number },
): Promise<HistoryPage> {
  const before = readCursor(cursor);
  const rows = await entriesOf(db, userId, {
    where: before === undefined ? undefined : lt(entries.id, before),
    limit: limit + 1,
  });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    rows: shown.map(toRow),
    nextCursor: rows.length > limit && last ? last.entryId.toString(36) : undefined,
  };
}

/** The newest entries of a wallet among those that a condition lets through. */
export async function historyRows(
  db: Database,
  userId: number,
  wanted: Wanted,
): Promise<readonly HistoryRow[]> {
  return (await entriesOf(db, userId, wanted)).map(toRow);
}

interface Wanted {
  readonly where: SQL | undefined;
  readonly limit: number;
}

function entriesOf(db: Database, userId: number, { where, limit }: Wanted) {
  return db
    .select({
      entryId: entries.id,
      transferId: transfers.id,
      kind: transfers.kind,
      amountUtok: entries.amount,
      balanceAfterUtok: entries.balanceAfter,
      asOf: transfers.asOf,
      chargeId: transfers.chargeId,
      description: charges.description,
      track: charges.track,
    })
    .from(accounts)
    .innerJoin(entries, eq(entries.accountId, accounts.id))
    .innerJoin(transfers, eq(transfers.id, entries.transferId))
    .leftJoin(charges, eq(charges.id, transfers.chargeId))
    .where(
      and(
        eq(accounts.code, `wallet:${userId}:TOK`),
        where,
        isVisible(accounts.userId, transfers.asOf),
      ),
    )
    .orderBy(desc(entries.id))
    .limit(limit);
}

function toRow(row: Awaited<ReturnType<typeof entriesOf>>[number]): HistoryRow {
  const { asOf, balanceAfterUtok, transferId, kind, amountUtok } = row;
  return {
    ...{ transferId, kind, amountUtok },
    balanceAfterUtok: balanceAfterUtok ?? 0,
    asOf: asOf.toISOString(),
    chargeId: row.chargeId ?? undefined,
    description: row.description ?? undefined,
    track: row.track ?? undefined,
  };
}

/** A cursor is the last shown entry in base 36; anything else, as an old or forged button has, means the first page. */
function readCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined || !/^[0-9a-z]{1,11}$/.test(cursor)) return undefined;
  const entryId = Number.parseInt(cursor, 36);
  return Number.isSafeInteger(entryId) ? entryId : undefined;
}
