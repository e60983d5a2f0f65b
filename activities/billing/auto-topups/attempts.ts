import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts } from '../../../drizzle/schema';
import { LIVE, type Attempt } from '../charges/attempts';
import { isMoneySuspended } from '../charges/unknown';

/** The one charge of a person that is under way. */
export async function liveAttempt(tx: Transaction, userId: number): Promise<Attempt | undefined> {
  const [attempt] = await tx
    .select()
    .from(attempts)
    .where(
      and(
        eq(attempts.userId, userId),
        eq(attempts.purpose, 'auto_topup'),
        inArray(attempts.state, [...LIVE]),
      ),
    )
    .orderBy(desc(attempts.id))
    .limit(1);
  return attempt;
}

/** Whether the newest charge of a person brought money that waits in suspense: another one could be one too many. */
export async function isLastMoneySuspended(tx: Transaction, userId: number): Promise<boolean> {
  const [last] = await tx
    .select()
    .from(attempts)
    .where(and(eq(attempts.userId, userId), eq(attempts.purpose, 'auto_topup')))
    .orderBy(desc(attempts.asOf), desc(attempts.id))
    .limit(1);
  return last !== undefined && isMoneySuspended(tx, last);
}

/** What charges took of a person since two instants, those included whose outcome is open. */
export async function takenSince(
  tx: Transaction,
  userId: number,
  since: { readonly day: Date; readonly week: Date },
): Promise<{ takenTodayMinor: number; takenThisWeekMinor: number }> {
  const counts = inArray(attempts.state, [...LIVE, 'succeeded']);
  const sumSince = (at: Date) =>
    sql<number>`coalesce(sum(${attempts.amountMinor}) filter (
      where ${attempts.asOf} >= ${at.toISOString()}::timestamptz), 0)`.mapWith(Number);
  const [taken] = await tx
    .select({ takenTodayMinor: sumSince(since.day), takenThisWeekMinor: sumSince(since.week) })
    .from(attempts)
    .where(and(eq(attempts.userId, userId), eq(attempts.purpose, 'auto_topup'), counts));
  return taken ?? { takenTodayMinor: 0, takenThisWeekMinor: 0 };
}
