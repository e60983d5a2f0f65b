import { sql, type SQL } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { limitCounters, type LimitScope, type LimitWindow } from '../../../drizzle/schema';
import { limitRows, type LimitRow } from '../../../drizzle/spend-limits';
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
  return lockKnownLimits(tx, { subjects, rows: await limitRows(tx, subjects) });
}

/** The same where the limits were read before, perhaps with others that nobody fills. */
export async function lockKnownLimits(
  tx: Transaction,
  { subjects, rows }: { subjects: readonly LimitSubject[]; rows: readonly LimitRow[] },
): Promise<readonly OpenLimit[]> {
  const open = rows.flatMap((row) =>
    subjects
      .filter(({ scope, scopeId }) => scope === row.scope && scopeId === row.scopeId)
      .map((subject) => openLimit(row, subject)),
  );
  const distinct = [...new Map(open.map((limit) => [limit.limitId, limit])).values()];
  const used = await lockCounters(tx, distinct);
  return distinct.map((limit) => ({ ...limit, usedUtok: used.get(limit.limitId) ?? 0 }));
}

function openLimit(row: LimitRow, { zone, asOf }: LimitSubject): OpenLimit {
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

/** Those of some limits that subjects fill at their instants. */
export function limitsAt(
  limits: readonly OpenLimit[],
  subjects: readonly LimitSubject[],
): readonly OpenLimit[] {
  return limits.filter(({ scope, scopeId, windowStart, resetsAt }) =>
    subjects.some(
      (subject) =>
        subject.scope === scope &&
        subject.scopeId === scopeId &&
        windowStart <= subject.asOf &&
        subject.asOf.getTime() < Date.parse(resetsAt),
    ),
  );
}

/** Writes what was spent or reserved of limits that {@link lockLimits} has locked, in one statement. */
export async function fillLimits(tx: Transaction, filled: readonly FilledLimit[]): Promise<void> {
  for (const statement of limitUpdate(filled)) await tx.execute(statement);
}

interface FilledLimit {
  readonly limit: OpenLimit;
  readonly byUtok: number;
}

/** The same as a statement; none when no limit is filled. */
export function limitUpdate(filled: readonly FilledLimit[]): readonly SQL[] {
  const totals = new Map<string, FilledLimit>();
  for (const { limit, byUtok } of filled) {
    const sum = (totals.get(limit.limitId)?.byUtok ?? 0) + byUtok;
    totals.set(limit.limitId, { limit, byUtok: sum });
  }
  const rows = [...totals.values()].map(({ limit, byUtok }) => ({
    scope: limit.scope,
    scope_id: limit.scopeId,
    window: limit.window,
    window_start: limit.windowStart.toISOString(),
    by_utok: byUtok,
  }));
  if (rows.length === 0) return [];
  const statement = sql`
    update ${limitCounters} counter
    set used_utok = counter.used_utok + filled.by_utok, updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as filled
      (scope text, scope_id text, "window" text, window_start timestamptz, by_utok bigint)
    where (counter.scope, counter.scope_id, counter."window", counter.window_start)
      = (filled.scope, filled.scope_id, filled."window", filled.window_start)`;
  return [statement];
}
