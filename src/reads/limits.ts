import { and, eq, inArray, or } from 'drizzle-orm';
import type { Database, Transaction } from '../../drizzle/client';
import { limitCounters, type LimitScope } from '../../drizzle/schema';
import { limitRows } from '../../drizzle/spend-limits';
import type { SpendLimit } from '../domain/billing/spend-batch';
import { windowOf } from '../domain/billing/spend-window';

/** Whose limits, and on whose calendar their windows are counted. */
export interface LimitSubject {
  readonly scope: LimitScope;
  readonly scopeId: string;
  /** IANA zone. */
  readonly zone: string;
  readonly atMs: number;
}

const WINDOWS = ['day', 'month'] as const;

/** The limits of some subjects in the windows of their instant, with what is used of them. */
export async function limitsAt(
  db: Pick<Database | Transaction, 'select' | 'execute'>,
  subjects: readonly LimitSubject[],
): Promise<readonly SpendLimit[]> {
  const rows = await limitRows(db, subjects);
  if (rows.length === 0) return [];
  const spans = subjects.flatMap((subject) => WINDOWS.map((window) => spanOf(subject, window)));
  const counters = await db
    .select()
    .from(limitCounters)
    .where(
      and(
        ofSubjects(subjects),
        inArray(
          limitCounters.windowStart,
          spans.map(({ startsMs }) => new Date(startsMs)),
        ),
      ),
    );
  const used = new Map(
    counters.map((row) => [idOf({ ...row, startsMs: row.windowStart.getTime() }), row.usedUtok]),
  );
  const open = new Map(spans.map((span) => [idOf({ ...span, startsMs: 0 }), span]));
  return rows.flatMap(({ scope, scopeId, window, limitUtok }) => {
    const span = open.get(idOf({ scope, scopeId, window, startsMs: 0 }));
    if (!span) return [];
    const limitId = idOf(span);
    const resetsAt = new Date(span.endsMs).toISOString();
    return [{ limitId, scope, window, limitUtok, usedUtok: used.get(limitId) ?? 0, resetsAt }];
  });
}

interface Span {
  readonly scope: LimitScope;
  readonly scopeId: string;
  readonly window: 'day' | 'month';
  readonly startsMs: number;
}

function spanOf({ scope, scopeId, zone, atMs }: LimitSubject, window: Span['window']) {
  return { scope, scopeId, window, ...windowOf(window, { zone, atMs }) };
}

function idOf({ scope, scopeId, window, startsMs }: Span): string {
  return [scope, scopeId, window, startsMs].join('|');
}

function ofSubjects(subjects: readonly LimitSubject[]) {
  return or(
    ...subjects.map(({ scope, scopeId }) =>
      and(eq(limitCounters.scope, scope), eq(limitCounters.scopeId, scopeId)),
    ),
  );
}
