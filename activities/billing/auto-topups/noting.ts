import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { accounts, autoTopups, users } from '../../../drizzle/schema';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { nudgeTopups, type TopupOwner } from './nudging';

export interface Debited {
  readonly userIds: readonly number[];
  readonly asOf: Date;
  readonly settings: Pick<BillingSettings, 'autoTopupDailyCapMinor'>;
}

/**
 * Notes in the debit's own transaction whose standing order has to act, after the wallets were written, and nudges the
 * workflows of those that had nothing to do before. Costs nothing while automatic top-ups are switched off, else one
 * indexed look for a batch.
 *
 * The nudge need not wait for the commit: the row's lock makes the workflow and the debit take turns, so that none of
 * them overlooks the other; of a debit that is rolled back the workflow finds nothing.
 */
export async function requestTopups(tx: Transaction, debited: Debited): Promise<void> {
  if (debited.settings.autoTopupDailyCapMinor === 0 || debited.userIds.length === 0) return;
  nudgeTopups(await noteTopups(tx, debited));
}

/** The note alone; answers those who were not noted before. */
export async function noteTopups(
  tx: Transaction,
  { userIds, asOf }: Pick<Debited, 'userIds' | 'asOf'>,
): Promise<readonly TopupOwner[]> {
  const codes = sql.join(
    userIds.map((userId) => sql`${`wallet:${userId}:TOK`}`),
    sql`, `,
  );
  const rows = await tx.execute<{ user_id: string | number; offset_ms: string | number }>(sql`
    with due as (
      select t.user_id, t.requested_at, u.clock_offset_ms from ${autoTopups} t
      join ${accounts} a on a.user_id = t.user_id
      join ${users} u on u.id = t.user_id
      where a.code in (${codes}) and t.is_active and a.balance - a.held < t.threshold_utok
      for update of t)
    update ${autoTopups} t set requested_at = ${asOf.toISOString()}::timestamptz
    from due where t.user_id = due.user_id and due.requested_at is null
    returning t.user_id, due.clock_offset_ms as offset_ms`);
  return rows.map((row) => ({
    userId: Number(row.user_id),
    clockOffsetMs: Number(row.offset_ms),
  }));
}
