import { asc, gt, min, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { auditLog, auditSeals } from '../../../drizzle/schema';
import type { ChainCursor } from '../../../workflows/billing/keeper/contract';
import type { ActivityDeps } from '../../deps';
import { inTransaction, readSettings } from '../../transactions';
import { openItem } from '../open-items';
import { canonicalRows, sealHash } from './canonical';
import type { Seal } from './sealing';

/** Seals compared in one transaction. */
const SEALS_AT_ONCE = 50;
/** Audit rows older than this without a seal mean that seals are missing. */
const LATEST_SEAL_HOURS = 1;

/**
 * Compares the next seals with the rows they stand for, and each with the one before it. What does not fit becomes an
 * open item, once. Returns where to go on, or nothing at the end of the chain.
 */
export async function checkSeals(
  { db, settings: defaults, log }: ActivityDeps,
  round: { readonly asOf: string; readonly cursor?: ChainCursor },
): Promise<{ readonly cursor?: ChainCursor }> {
  return inTransaction(db, async (tx) => {
    const asOf = new Date(round.asOf);
    const seals = await nextSeals(tx, round.cursor);
    const settings = await readSettings(tx, defaults);
    let cursor = round.cursor;
    for (const seal of seals) {
      const reason = await breakOf(tx, seal, cursor);
      if (reason !== undefined) {
        log.error({ sealId: seal.id, reason }, 'the audit is broken');
        const key = `audit:seal:${seal.fromId}-${seal.toId}`;
        await openItem(tx, settings, { key, kind: 'break', reason, asOf });
      }
      cursor = { toId: seal.toId, hash: seal.hash.toString('hex') };
    }
    if (seals.length === SEALS_AT_ONCE && cursor) return { cursor };
    const missing = await unsealedSince(tx, cursor, asOf);
    if (missing !== undefined) {
      const key = `audit:unsealed:${missing}`;
      const reason = `audit rows from ${missing} on have no seal`;
      await openItem(tx, settings, { key, kind: 'break', reason, asOf });
    }
    // The head outside of the database: whoever rewrites rows and seals alike cannot rewrite the log.
    log.info({ ...cursor }, 'audit compared with its seals');
    return {};
  });
}

function nextSeals(tx: Transaction, cursor: ChainCursor | undefined): Promise<Seal[]> {
  return tx
    .select()
    .from(auditSeals)
    .where(gt(auditSeals.toId, cursor?.toId ?? 0))
    .orderBy(asc(auditSeals.toId))
    .limit(SEALS_AT_ONCE);
}

async function breakOf(
  tx: Transaction,
  seal: Seal,
  before: ChainCursor | undefined,
): Promise<string | undefined> {
  const span = { fromId: seal.fromId, toId: seal.toId };
  const named = `seal of audit rows ${seal.fromId} to ${seal.toId}`;
  if (seal.fromId !== (before?.toId ?? 0) + 1) return `${named}: the seal before it is missing`;
  if ((seal.prevHash?.toString('hex') ?? '') !== (before?.hash ?? '')) {
    return `${named}: it does not follow from the seal before it`;
  }
  const rows = await canonicalRows(tx, span, Number.MAX_SAFE_INTEGER);
  const isIntact = sealHash(seal.prevHash, span, rows).equals(seal.hash);
  return isIntact ? undefined : `${named}: the rows are not what was sealed`;
}

async function unsealedSince(
  tx: Transaction,
  cursor: ChainCursor | undefined,
  asOf: Date,
): Promise<number | undefined> {
  const deadline = new Date(asOf.getTime() - LATEST_SEAL_HOURS * 3_600_000);
  const [row] = await tx
    .select({ id: min(auditLog.id) })
    .from(auditLog)
    .where(
      sql`${gt(auditLog.id, cursor?.toId ?? 0)} and ${auditLog.recordedAt} < ${deadline.toISOString()}::timestamptz`,
    );
  return row?.id ?? undefined;
}
