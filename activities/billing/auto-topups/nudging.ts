import { activityInfo, getClient } from '@temporalio/activity';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import { autoTopups, users } from '../../../drizzle/schema';
import {
  autoTopupId,
  topupNeededSignal,
  type AutoTopupInput,
} from '../../../workflows/billing/auto-topup/contract';
import { billingUserId } from '../../../workflows/contract';
import type { ActivityDeps } from '../../deps';

/**
 * Tells the workflows of standing orders that a debit noted them, after its transaction. Nobody waits for it: what is
 * lost here stands in the row, and the sweep finds it within a minute.
 */
export function nudgeTopups(deps: ActivityDeps, userIds: readonly number[]): void {
  if (userIds.length === 0) return;
  signalAll(deps, userIds).catch((error: unknown) => {
    deps.log.warn({ err: error, userIds }, 'automatic top-ups were not nudged; the sweep will');
  });
}

async function signalAll({ db }: ActivityDeps, userIds: readonly number[]): Promise<void> {
  const { client, taskQueue } = { client: getClient(), taskQueue: activityInfo().taskQueue };
  const people = await db
    .select({ userId: users.id, clockOffsetMs: users.clockOffsetMs })
    .from(users)
    .where(inArray(users.id, [...userIds]));
  for (const person of people) {
    await client.workflow.signalWithStart('autoTopup', {
      ...startOf(person, taskQueue),
      signal: topupNeededSignal.name,
      signalArgs: [],
    });
  }
}

/** People that one round of the sweep has time for; the others come with the next. */
const SWEPT = 500;

/** Starts the workflow of every standing order that is noted and due and that nobody works on. */
export async function sweepTopups(
  { db }: ActivityDeps,
  { asOf }: { readonly asOf: string },
): Promise<{ readonly started: number }> {
  const now = sql`${asOf}::timestamptz + ${users.clockOffsetMs} * interval '1 millisecond'`;
  const waiting = await db
    .select({ userId: users.id, clockOffsetMs: users.clockOffsetMs })
    .from(autoTopups)
    .innerJoin(users, eq(users.id, autoTopups.userId))
    .where(
      and(
        isNotNull(autoTopups.requestedAt),
        sql`coalesce(${autoTopups.deferredUntil}, '-infinity') <= ${now}`,
      ),
    )
    .orderBy(autoTopups.requestedAt)
    .limit(SWEPT);
  let started = 0;
  for (const person of waiting) if (await isStarted(person)) started += 1;
  return { started };
}

/** A workflow that runs looks again by itself before it ends; a signal each minute would only lengthen its history. */
async function isStarted(person: Person): Promise<boolean> {
  try {
    await getClient().workflow.start('autoTopup', startOf(person, activityInfo().taskQueue));
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

interface Person {
  readonly userId: number;
  readonly clockOffsetMs: number;
}

function startOf({ userId, clockOffsetMs }: Person, taskQueue: string) {
  const input: AutoTopupInput = { userId, ...(clockOffsetMs > 0 ? { clockOffsetMs } : {}) };
  return {
    taskQueue,
    workflowId: autoTopupId(userId),
    args: [input],
    staticSummary: `Automatic top-up of ${userId}`,
    typedSearchAttributes: [{ key: billingUserId, value: String(userId) }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
  };
}
