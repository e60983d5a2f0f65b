import type { Transaction } from '../../../drizzle/client';
import { spenderRows } from '../../../drizzle/spenders';
import { refusalOfSpender, type SpenderRefusal } from '../../../src/domain/billing/spend-batch';

/** Whether somebody may start new work, and on whose calendar their limits are counted. */
export interface Standing {
  readonly userId: number;
  readonly refusal: SpenderRefusal | undefined;
  readonly timeZone: string;
  /** Test customers only: milliseconds their business clock runs ahead of the wall clock. */
  readonly clockOffsetMs: number;
}

/**
 * Where many people stand, in one query and without a lock: a block that comes in the same instant stops the next
 * spend (SP-1). Unknown people are left out.
 */
export async function standingsOf(
  tx: Transaction,
  userIds: readonly number[],
  needs: { needsSubscription: boolean },
): Promise<ReadonlyMap<number, Standing>> {
  const rows = await spenderRows(tx, userIds);
  return new Map(
    rows.map((row) => {
      const { userId, timeZone, clockOffsetMs } = row;
      return [userId, { userId, timeZone, clockOffsetMs, refusal: refusalOfSpender(row, needs) }];
    }),
  );
}
