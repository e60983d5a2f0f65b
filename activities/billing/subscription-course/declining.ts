import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { WireDecline } from '../../../src/domain/billing/payment';
import type { ActivityDeps } from '../../deps';
import { closeOrder, isLive, lockAttempt, type Attempt } from '../charges/attempts';
import { lapse } from './lapsing';
import { failOrFallBack, type FailedTry } from './renewing';
import { lockStanding } from './standings';
import { recordStep, type StepTask } from './steps';

/**
 * Books a refusal of the bank: its order is closed, after a soft one the next try stands, after a hard one the method
 * is let alone (SB-11). An attempt whose outcome is known already stays as it is.
 */
export async function declineCharge(
  tx: Transaction,
  deps: ActivityDeps,
  { attempt, decline, asOf }: { attempt: Attempt; decline: WireDecline; asOf: Date },
): Promise<void> {
  const { code: declineCode, isHard } = decline;
  const state = isHard ? 'failed_hard' : 'failed_soft';
  const reason = `declined: ${declineCode}`;
  await conclude(tx, deps, {
    ...{ attempt, asOf, reason },
    change: { state, declineCode },
    failed: { reason: isHard ? 'refused' : 'declined', declineCode },
  });
}

/** A charge that was never sent, or that its provider has never heard of: nothing was taken. */
export async function voidCharge(
  tx: Transaction,
  deps: ActivityDeps,
  { attempt, reason, asOf }: { attempt: Attempt; reason: string; asOf: Date },
): Promise<void> {
  await conclude(tx, deps, {
    ...{ attempt, asOf, reason },
    change: { state: 'void' },
    failed: { reason: 'stopped' },
  });
}

interface Conclusion {
  readonly attempt: Attempt;
  readonly change: Pick<Attempt, 'state'> & Partial<Pick<Attempt, 'declineCode'>>;
  readonly failed: FailedTry;
  readonly reason: string;
  readonly asOf: Date;
}

/** The subscription is locked before the attempt, as wherever both are: payments and steps take turns. */
async function conclude(
  tx: Transaction,
  { settings: defaults }: ActivityDeps,
  { attempt: { id, subscriptionId }, change, failed, reason, asOf }: Conclusion,
): Promise<void> {
  assert(subscriptionId, `attempt ${id} renews a subscription`);
  const asked = { subscriptionId, asOf, defaults };
  await lockStanding(tx, asked);
  const attempt = await lockAttempt(tx, id);
  if (!isLive(attempt)) return;
  await tx.update(attempts).set(change).where(eq(attempts.id, id));
  await closeOrder(tx, attempt, { reason, asOf });
  const standing = await lockStanding(tx, asked);
  if (!standing || attempt.periodN !== standing.row.periodN + 1) return;
  const name = `over:${attempt.key.split(':').at(-1)}`;
  const task: StepTask = { ...standing, step: { kind: 'ask', name, atMs: asOf.getTime() } };
  await recordStep(tx, task, await goOn(tx, task, failed));
}

/** A cancel that waited for the outcome takes effect at once: the period was never paid (SB-14). */
async function goOn(tx: Transaction, task: StepTask, failed: FailedTry): Promise<string> {
  if (task.row.cancelAtEnd) return lapse(tx, task);
  const { method, row } = task;
  const isUnpermitted = failed.reason === 'stopped' && row.driver === 'saved_method' && !method;
  return failOrFallBack(tx, task, isUnpermitted ? { reason: 'no_method' } : failed);
}
