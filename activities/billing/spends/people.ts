import type { Transaction } from '../../../drizzle/client';
import { spenderRows, type SpenderRow } from '../../../drizzle/spenders';
import { refusalOfSpender, type SpenderRefusal } from '../../../src/domain/billing/spend-batch';

/** Whether somebody may start new work, and on whose calendar their limits are counted. */
export interface Standing {
  readonly userId: number;
  readonly refusal: SpenderRefusal | undefined;
  readonly timeZone: string;
  /** Test customers only: milliseconds their business clock runs ahead of the wall clock. */
  readonly clockOffsetMs: number;
}

interface Needs {
  readonly needsSubscription: boolean;
}

/**
 * Where many people stand, in one query and without a lock: a block that comes in the same instant stops the next
 * spend (SP-1). Unknown people are left out.
 */
export async function standingsOf(
  tx: Transaction,
  userIds: readonly number[],
  needs: Needs,
): Promise<ReadonlyMap<number, Standing>> {
  return standingsFrom(await spenderRows(tx, userIds), needs);
}

/** The same of rows that were read before. */
export function standingsFrom(
  rows: readonly SpenderRow[],
  needs: Needs,
): ReadonlyMap<number, Standing> {
  return new Map(
    rows.map((row) => {
      const { userId, timeZone, clockOffsetMs } = row;
      return [userId, { userId, timeZone, clockOffsetMs, refusal: refusalOfSpender(row, needs) }];
    }),
  );
}
