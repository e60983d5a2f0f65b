import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { erasures, subscriptions, users } from '../../../drizzle/schema';
import type { SpenderRefusal } from '../../../src/domain/billing/spend-batch';

/** Whether somebody may start new work, and on whose calendar their limits are counted. */
export interface Standing {
  readonly userId: number;
  readonly refusal: SpenderRefusal | undefined;
  readonly timeZone: string;
}

interface PersonRow extends Record<string, unknown> {
  readonly id: string;
  readonly time_zone: string;
  readonly is_blocked: boolean;
  readonly is_frozen: boolean;
  readonly has_access: boolean;
}

/**
 * Where many people stand, in one query and without a lock: a block that comes in the same instant stops the next
 * spend (SP-1). Unknown people are left out.
 */
export async function standingsOf(
  tx: Transaction,
  userIds: readonly number[],
  { needsSubscription }: { needsSubscription: boolean },
): Promise<ReadonlyMap<number, Standing>> {
  const rows = await tx.execute<PersonRow>(sql`
    select u.id, u.time_zone, u.is_blocked,
      u.money_frozen_by is not null or exists (
        select 1 from ${erasures} e
        where e.user_id = u.id and e.state in ('requested', 'settling', 'waiting')) as is_frozen,
      exists (
        select 1 from ${subscriptions} s
        where s.user_id = u.id and s.access = 'full'
          and s.state not in ('expired', 'ended', 'paused')) as has_access
    from ${users} u where u.id = any(${`{${userIds.join(',')}}`}::bigint[])`);
  return new Map(
    [...rows].map((row) => [
      Number(row.id),
      {
        userId: Number(row.id),
        refusal: refusalOf(row, needsSubscription),
        timeZone: row.time_zone,
      },
    ]),
  );
}

function refusalOf(row: PersonRow, needsSubscription: boolean): SpenderRefusal | undefined {
  if (row.is_blocked) return 'user_blocked';
  if (row.is_frozen) return 'money_frozen';
  return needsSubscription && !row.has_access ? 'subscription_required' : undefined;
}
