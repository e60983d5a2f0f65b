import { asc, sql } from 'drizzle-orm';
import type { Database, Transaction } from './client';
import { erasures, lots, subscriptions, users } from './schema';

/** What decides whether somebody may start work that costs tokens. */
export interface SpenderRow {
  readonly userId: number;
  readonly isBlocked: boolean;
  /** A dispute or the wish to be forgotten holds their money. */
  readonly isFrozen: boolean;
  /** A subscription in force gives them full access; one whose end nobody has processed yet still does. */
  readonly hasAccess: boolean;
  readonly timeZone: string;
  readonly clockOffsetMs: number;
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly time_zone: string;
  readonly clock_offset_ms: string;
  readonly is_blocked: boolean;
  readonly is_frozen: boolean;
  readonly has_access: boolean;
}

/**
 * Where many people stand, in one query and without a lock. Unknown people are left out. Looked up person by person: for
 * an `exists` PostgreSQL may read every subscription there is, to answer about one.
 */
export async function spenderRows(
  db: Pick<Database | Transaction, 'execute'>,
  userIds: readonly number[],
): Promise<readonly SpenderRow[]> {
  const rows = await db.execute<Row>(sql`
    select u.id, u.time_zone, u.clock_offset_ms, u.is_blocked,
      u.money_frozen_by is not null or coalesce((
        select true from ${erasures} e
        where e.user_id = u.id and e.state in ('requested', 'settling', 'waiting') limit 1), false) as is_frozen,
      coalesce((
        select true from ${subscriptions} s
        where s.user_id = u.id and s.access = 'full'
          and s.state not in ('expired', 'ended', 'paused') limit 1), false) as has_access
    from ${users} u where u.id = any(${`{${userIds.join(',')}}`}::bigint[])`);
  return [...rows].map((row) => ({
    userId: Number(row.id),
    isBlocked: row.is_blocked,
    isFrozen: row.is_frozen,
    hasAccess: row.has_access,
    timeZone: row.time_zone,
    clockOffsetMs: Number(row.clock_offset_ms),
  }));
}

/** The order in which lots burn: priority, earliest expiry (never last), age, id (LG-4). */
export const BURN_ORDER = [
  asc(lots.priority),
  sql`${lots.expiresAt} asc nulls last`,
  asc(lots.recordedAt),
  asc(lots.id),
];
