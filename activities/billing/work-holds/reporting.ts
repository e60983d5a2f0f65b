import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { holds } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { holdView, type HoldView } from '../../../src/domain/billing/hold';
import type { HeartbeatOrder, HoldAnswer } from '../../../workflows/billing/hold/contract';
import type { ActivityDeps } from '../../deps';
import { inTransaction } from '../../transactions';
import { earlierAnswer, keepAnswer } from '../requests';

const OK = 200;

export interface Heartbeat extends Omit<HeartbeatOrder, 'extendSeconds'> {
  readonly holdId: string;
  /** When the extended lease ends, ISO 8601. */
  readonly leaseUntil: string;
  readonly asOf: string;
}

/** One statement moves the total up and the lease on; it touches neither the person nor their wallet. */
export async function reportHold(
  { db }: ActivityDeps,
  { holdId, request, reportedUtok = 0, leaseUntil, asOf }: Heartbeat,
): Promise<HoldAnswer> {
  return inTransaction(db, async (tx) => {
    const earlier = await earlierAnswer<HoldView>(tx, request);
    if (earlier?.kind === 'other') return { kind: 'mismatch' };
    if (earlier) return { kind: 'done', hold: earlier.response, isReplay: true };
    const [row] = await tx
      .update(holds)
      .set({
        reportedUtok: sql`greatest(${holds.reportedUtok}, ${reportedUtok})`,
        leaseUntil: sql`greatest(${holds.leaseUntil}, ${leaseUntil}::timestamptz)`,
      })
      .where(and(eq(holds.id, holdId), eq(holds.state, 'active')))
      .returning();
    if (!row) return { kind: 'closed', hold: await viewOf(tx, holdId) };
    const kept = { request, status: OK, resourceId: holdId, asOf: new Date(asOf) };
    const hold = holdView(row);
    await keepAnswer(tx, { ...kept, response: hold });
    return { kind: 'done', hold, isReplay: false };
  });
}

async function viewOf(tx: Transaction, holdId: string): Promise<HoldView> {
  const [row] = await tx.select().from(holds).where(eq(holds.id, holdId));
  assert(row, `hold ${holdId} exists`);
  return holdView(row);
}
