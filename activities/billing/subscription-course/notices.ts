import { and, eq, gt, like } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptionSteps } from '../../../drizzle/schema';
import type { Subscription } from '../timelines';

const QUIET_MS = 12 * 3_600_000;

/** Whether the owner of an unpaid subscription heard of a failed try within twelve hours (SB-13). */
export async function isToldLately(
  tx: Transaction,
  { id, periodN }: Subscription,
  asOf: Date,
): Promise<boolean> {
  const [told] = await tx
    .select({ name: subscriptionSteps.name })
    .from(subscriptionSteps)
    .where(
      and(
        eq(subscriptionSteps.subscriptionId, id),
        eq(subscriptionSteps.periodN, periodN),
        like(subscriptionSteps.outcome, 'told: %'),
        gt(subscriptionSteps.asOf, new Date(asOf.getTime() - QUIET_MS)),
      ),
    )
    .limit(1);
  return told !== undefined;
}
