import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { accounts, autoTopups } from '../../../drizzle/schema';

/**
 * Notes in the debit's own transaction whose standing order has to act, after the wallets were written; returns those
 * whose order had nothing to do before, for {@link nudgeTopups}. One indexed look for a batch: people without a
 * standing order, or with enough left, cost nothing more. The row's lock makes the order's workflow and a debit that
 * runs beside it take turns, so that none of them overlooks the other.
 */
export async function noteTopups(
  tx: Transaction,
  { userIds, asOf }: { userIds: readonly number[]; asOf: Date },
): Promise<readonly number[]> {
  if (userIds.length === 0) return [];
  const codes = sql.join(
    userIds.map((userId) => sql`${`wallet:${userId}:TOK`}`),
    sql`, `,
  );
  const rows = await tx.execute<{ user_id: string | number }>(sql`
    with due as (
      select t.user_id, t.requested_at from ${autoTopups} t
      join ${accounts} a on a.user_id = t.user_id
      where a.code in (${codes}) and t.is_active and a.balance - a.held < t.threshold_utok
      for update of t)
    update ${autoTopups} t set requested_at = ${asOf.toISOString()}::timestamptz
    from due where t.user_id = due.user_id and due.requested_at is null
    returning t.user_id`);
  return rows.map(({ user_id: userId }) => Number(userId));
}
