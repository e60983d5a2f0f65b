import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import {
  accounts,
  entries,
  lotMoves,
  lots,
  transfers,
  type charges,
} from '../../../drizzle/schema';
import type { BurnedLot, RefundableCharge } from '../../../src/domain/billing/spend-refund';
import { tokenAccount } from '../accounts';

type Charge = typeof charges.$inferSelect;

/** What of a charge can still go back, and to which lots. The wallet's row must be locked by the caller. */
export async function refundable(
  tx: Transaction,
  charge: Charge,
  asOf: Date,
): Promise<RefundableCharge> {
  const { chargedUtok, uncollectedUtok, waivedUtok, transferId } = charge;
  const amounts = { chargedUtok, uncollectedUtok, waivedUtok };
  if (transferId === null) return { ...amounts, givenBackUtok: 0, burned: [] };
  const [givenBackUtok, burned] = [
    await givenBackOf(tx, transferId),
    await burnedBy(tx, transferId, asOf),
  ];
  return { ...amounts, givenBackUtok, burned };
}

/** Whatever corrected the charge, a refund or a later report of costs, gave back what it took from `sys:spend`. */
async function givenBackOf(tx: Transaction, transferId: string): Promise<number> {
  const [row] = await tx
    .select({ utok: sql<number>`coalesce(-sum(${entries.amount}), 0)`.mapWith(Number) })
    .from(transfers)
    .innerJoin(entries, eq(entries.transferId, transfers.id))
    .innerJoin(accounts, eq(accounts.id, entries.accountId))
    .where(
      and(
        eq(transfers.reversesTransferId, transferId),
        eq(accounts.code, tokenAccount('spend').code),
      ),
    );
  return row?.utok ?? 0;
}

interface BurnedRow extends Record<string, unknown> {
  readonly lot_id: string;
  readonly left_utok: string;
  readonly is_expired: boolean;
}

/** Lots that the charge drained less what came back to them since, lapsed parts included; what burns last comes first. */
async function burnedBy(tx: Transaction, transferId: string, asOf: Date): Promise<BurnedLot[]> {
  const rows = await tx.execute<BurnedRow>(sql`
    with burned as (
      select m.lot_id, -sum(m.amount_utok) as utok
      from ${entries} e join ${lotMoves} m on m.entry_id = e.id
      where e.transfer_id = ${transferId} and m.amount_utok < 0
      group by m.lot_id),
    returned as (
      select m.lot_id, m.amount_utok as utok
      from ${transfers} t join ${entries} e on e.transfer_id = t.id
      join ${lotMoves} m on m.entry_id = e.id
      where t.reverses_transfer_id = ${transferId} and m.amount_utok > 0
      union all
      select (share ->> 'lotId')::uuid, (share ->> 'amountUtok')::bigint
      from ${transfers} t, jsonb_array_elements(coalesce(t.meta -> 'lapsed', '[]')) share
      where t.reverses_transfer_id = ${transferId})
    select b.lot_id, l.expires_at is not null and l.expires_at <= ${asOf.toISOString()}::timestamptz as is_expired,
      (b.utok - coalesce((select sum(r.utok) from returned r where r.lot_id = b.lot_id), 0))::text as left_utok
    from burned b join ${lots} l on l.id = b.lot_id
    order by l.priority desc, l.expires_at desc nulls first, l.recorded_at desc, l.id desc`);
  return [...rows].map((row) => ({
    lotId: row.lot_id,
    leftUtok: Math.max(0, Number(row.left_utok)),
    isExpired: row.is_expired,
  }));
}
