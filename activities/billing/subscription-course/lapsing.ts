import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptions } from '../../../drizzle/schema';
import { courseOf, courseRules } from '../../../src/domain/billing/subscription-course';
import { writeAudit } from '../../audit';
import { promiseToUser } from '../../outbox';
import { describeAttempt } from '../charges/attempts';
import { isGivenUp, showUnknown, unknownRenewalKey } from '../charges/unknown';
import { balanceOf } from '../ledger';
import type { StepTask } from './steps';

/** Unpaid for longer than the grace: its owner may read, pay and finish what runs, and start nothing (SB-12). */
export async function restrict(tx: Transaction, task: StepTask): Promise<string> {
  const { row, asOf, settings } = task;
  await change(tx, task, { access: 'restricted' });
  await promiseToUser(tx, row.userId, {
    key: `${row.userId}:sub.restricted:${row.id}:${row.periodN}`,
    template: 'sub.restricted',
    params: { subscriptionId: row.id, until: lastDayOf(task) },
    category: 'service',
    ...{ asOf, settings },
  });
  return 'restricted';
}

/** When an unpaid subscription ends for good. */
function lastDayOf({ facts, settings }: StepTask): string {
  const end = courseOf(facts, courseRules(settings)).find(({ kind }) => kind === 'expire');
  return new Date(end?.atMs ?? facts.periodEndMs).toISOString();
}

/** Over: no driver, no wish to go on, or nothing paid until the last day of dunning. The balance stays (15.1). */
export async function lapse(tx: Transaction, task: StepTask): Promise<string> {
  await change(tx, task, { state: 'expired', access: 'none' });
  await showUnasked(tx, task);
  await tellExpired(tx, task);
  return 'expired';
}

/** A charge that nobody asks about any more is an operator's, also when no worker was there to say so (PC-11). */
async function showUnasked(tx: Transaction, task: StepTask): Promise<void> {
  const { tries, asOf, settings } = task;
  const attempt = tries.find((one) => isGivenUp(one, task));
  if (!attempt) return;
  const { amount } = await describeAttempt(tx, attempt);
  const reason = 'the charge that renews a subscription has no outcome: nobody asks any more';
  const key = unknownRenewalKey(attempt);
  await showUnknown(tx, settings, { attempt, key, reason, amount, asOf });
}

/** Tells its owner once that it is over, and what they keep. */
export async function tellExpired(
  tx: Transaction,
  { row, asOf, settings }: Pick<StepTask, 'row' | 'asOf' | 'settings'>,
): Promise<void> {
  await promiseToUser(tx, row.userId, {
    key: `${row.userId}:sub.expired:${row.id}:${row.periodN}`,
    template: 'sub.expired',
    params: { balanceUtok: await balanceOf(tx, row.userId) },
    category: 'service',
    ...{ asOf, settings },
  });
}

async function change(
  tx: Transaction,
  { row, asOf }: StepTask,
  after: Partial<typeof subscriptions.$inferInsert>,
): Promise<void> {
  await tx.update(subscriptions).set(after).where(eq(subscriptions.id, row.id));
  await writeAudit(tx, {
    action: after.state === 'expired' ? 'subscription.expired' : 'access.restricted',
    entity: 'subscription',
    entityId: row.id,
    before: { state: row.state, access: row.access },
    after,
    asOf,
  });
}
