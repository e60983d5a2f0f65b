import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import {
  limitCounters,
  spendLimits,
  type LimitScope,
  type LimitWindow,
} from '../../../drizzle/schema';
import { windowOf } from '../../../src/domain/billing/spend-window';
import type { SpendLimit } from '../../../src/domain/billing/spend-batch';

/** Whose limits a spend fills, and on whose calendar their windows are counted. */
export interface LimitSubject {
  readonly scope: LimitScope;
  readonly scopeId: string;
  readonly zone: string;
  readonly asOf: Date;
}

/** A limit in the window of one spend. */
export interface OpenLimit extends SpendLimit {
  readonly scopeId: string;
  readonly windowStart: Date;
}

/** The limits of some subjects with what has been spent of them; counters are locked until the transaction ends. */
export async function lockLimits(
  tx: Transaction,
  subjects: readonly LimitSubject[],
): Promise<readonly OpenLimit[]> {
  const rows = await limitRows(tx, subjects);
  const open = rows.flatMap((row) =>
    subjects
      .filter(({ scope, scopeId }) => scope === row.scope && scopeId === row.scopeId)
      .map((subject) => openLimit(row, subject)),
  );
  const distinct = [...new Map(open.map((limit) => [limit.limitId, limit])).values()];
  const used = await lockCounters(tx, distinct);
  return distinct.map((limit) => ({ ...limit, usedUtok: used.get(limit.limitId) ?? 0 }));
}

async function limitRows(tx: Transaction, subjects: readonly LimitSubject[]) {
  const ids = (wanted: LimitScope) =>
    subjects.filter(({ scope }) => scope === wanted).map(({ scopeId }) => scopeId);
  const scopes = (['user', 'key', 'client'] as const).filter((scope) => ids(scope).length > 0);
  if (scopes.length === 0) return [];
  return tx
    .select()
    .from(spendLimits)
    .where(
      or(
        ...scopes.map((scope) =>
          and(eq(spendLimits.scope, scope), inArray(spendLimits.scopeId, ids(scope))),
        ),
      ),
    );
}

function openLimit(
  row: { scope: LimitScope; scopeId: string; window: LimitWindow; limitUtok: number },
  { zone, asOf }: LimitSubject,
): OpenLimit {
  const { startsMs, endsMs } = windowOf(row.window, { zone, atMs: asOf.getTime() });
  const windowStart = new Date(startsMs);
  return {
    ...row,
    limitId: limitId({ ...row, windowStart }),
    windowStart,
    usedUtok: 0,
    resetsAt: new Date(endsMs).toISOString(),
  };
}

function limitId(limit: {
  scope: LimitScope;
  scopeId: string;
  window: LimitWindow;
  windowStart: Date;
}): string {
  return [limit.scope, limit.scopeId, limit.window, limit.windowStart.toISOString()].join('|');
}

/** Made first and locked in one order, so that two batches cannot wait for each other. */
async function lockCounters(
  tx: Transaction,
  limits: readonly OpenLimit[],
): Promise<Map<string, number>> {
  if (limits.length === 0) return new Map();
  const ordered = [...limits].sort((a, b) => (a.limitId < b.limitId ? -1 : 1));
  const rows = await tx
    .insert(limitCounters)
    .values(
      ordered.map(({ scope, scopeId, window, windowStart }) => ({
        scope,
        scopeId,
        window,
        windowStart,
        usedUtok: 0,
      })),
    )
    .onConflictDoUpdate({
      target: [
        limitCounters.scope,
        limitCounters.scopeId,
        limitCounters.window,
        limitCounters.windowStart,
      ],
      set: { usedUtok: sql`${limitCounters.usedUtok}` },
    })
    .returning();
  return new Map(rows.map((row) => [limitId(row), row.usedUtok]));
}

/** Writes what a batch has spent of each limit. */
export async function fillLimits(
  tx: Transaction,
  filled: readonly { limit: OpenLimit; byUtok: number }[],
): Promise<void> {
  for (const { limit, byUtok } of filled) {
    if (byUtok === 0) continue;
    await tx
      .update(limitCounters)
      .set({ usedUtok: sql`${limitCounters.usedUtok} + ${byUtok}` })
      .where(
        and(
          eq(limitCounters.scope, limit.scope),
          eq(limitCounters.scopeId, limit.scopeId),
          eq(limitCounters.window, limit.window),
          eq(limitCounters.windowStart, limit.windowStart),
        ),
      );
  }
}
