import { desc, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { auditLog, auditSeals } from '../../../drizzle/schema';
import type { SealHorizon } from '../../../workflows/billing/keeper/contract';
import type { ActivityDeps } from '../../deps';
import { inTransaction } from '../../transactions';
import { canonicalRows, sealHash } from './canonical';

export type Seal = typeof auditSeals.$inferSelect;

export interface Sealing {
  readonly sealedRows: number;
  /** What the next sealing may go up to. */
  readonly horizon: SealHorizon;
}

/** Rows of one seal; more than this are sealed in several. */
const ROWS_PER_SEAL = 5_000;

/**
 * Seals the audit up to the horizon of an earlier call, and takes a new one. Numbers are given before a transaction
 * commits, so a smaller one may appear after a greater one: a horizon is used only when every transaction that was
 * open when it was taken has ended. Until then it is kept. A repeat seals nothing twice.
 */
export async function sealAudit(
  { db, log }: ActivityDeps,
  { horizon }: { readonly horizon?: SealHorizon },
): Promise<Sealing> {
  return inTransaction(db, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('audit_seals'))`);
    const now = await horizonNow(tx);
    if (horizon === undefined || isOfAnotherLife(horizon, now)) {
      return { sealedRows: 0, horizon: now.horizon };
    }
    if (now.oldestTransaction < BigInt(horizon.nextTransaction)) return { sealedRows: 0, horizon };
    const sealedRows = await sealUpTo(tx, horizon.toId);
    if (sealedRows > 0) log.info({ sealedRows, toId: horizon.toId }, 'audit sealed');
    return { sealedRows, horizon: now.horizon };
  });
}

/** The newest seal; its hash stands for the whole audit before it. */
export async function lastSeal(tx: Transaction): Promise<Seal | undefined> {
  const [seal] = await tx.select().from(auditSeals).orderBy(desc(auditSeals.toId)).limit(1);
  return seal;
}

interface Now {
  readonly horizon: SealHorizon;
  readonly oldestTransaction: bigint;
}

async function horizonNow(tx: Transaction): Promise<Now> {
  const [row] = await tx.execute<{ to_id: string; oldest: string; next: string }>(sql`
    select coalesce((select max(id) from ${auditLog}), 0)::text as to_id,
      pg_snapshot_xmin(pg_current_snapshot())::text as oldest,
      pg_snapshot_xmax(pg_current_snapshot())::text as next`);
  return {
    horizon: { toId: Number(row?.to_id), nextTransaction: row?.next ?? '0' },
    oldestTransaction: BigInt(row?.oldest ?? 0),
  };
}

/** A database restored from a copy may count its transactions from an earlier number. */
function isOfAnotherLife(horizon: SealHorizon, now: Now): boolean {
  return BigInt(now.horizon.nextTransaction) < BigInt(horizon.nextTransaction);
}

async function sealUpTo(tx: Transaction, toId: number): Promise<number> {
  let previous = await lastSeal(tx);
  let sealedRows = 0;
  for (;;) {
    const fromId = (previous?.toId ?? 0) + 1;
    const rows = fromId > toId ? [] : await canonicalRows(tx, { fromId, toId }, ROWS_PER_SEAL);
    const last = rows.at(-1);
    if (!last) return sealedRows;
    const span = { fromId, toId: last.id };
    const prevHash = previous?.hash ?? null;
    [previous] = await tx
      .insert(auditSeals)
      .values({ ...span, prevHash, hash: sealHash(prevHash, span, rows) })
      .returning();
    sealedRows += rows.length;
  }
}
