import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { users, type holds } from '../../../drizzle/schema';
import { holdView, memoryOf, SHORTEST_LEASE_SECONDS } from '../../../src/domain/billing/hold';
import type { KeptHold } from '../../../workflows/billing/hold/contract';

/** What the keeper of a hold has to know of its row. */
export function keptHold(row: typeof holds.$inferSelect, clockOffsetMs: number): KeptHold {
  const { leaseSeconds, request } = memoryOf(row);
  return {
    hold: holdView(row),
    leaseSeconds: leaseSeconds ?? SHORTEST_LEASE_SECONDS,
    clockOffsetMs,
    ...(request === undefined ? {} : { request }),
  };
}

/** How far a test customer's business clock is ahead; zero for everybody else. */
export async function clockOffsetOf(
  tx: Pick<Transaction, 'select'>,
  userId: number,
): Promise<number> {
  const [person] = await tx
    .select({ clockOffsetMs: users.clockOffsetMs })
    .from(users)
    .where(eq(users.id, userId));
  return person?.clockOffsetMs ?? 0;
}
