import { activityInfo, getClient, log } from '@temporalio/activity';
import { and, eq, isNotNull, sql } from 'drizzle-orm';
import { autoTopups, users } from '../../../drizzle/schema';
import {
  autoTopupId,
  topupNeededSignal,
  type AutoTopupInput,
} from '../../../workflows/billing/auto-topup/contract';
import { billingTaskQueue, billingUserId } from '../../../workflows/contract';
import type { ActivityDeps } from '../../deps';

export interface TopupOwner {
  readonly userId: number;
  /** Test customers only: milliseconds their business clock runs ahead. */
  readonly clockOffsetMs: number;
}

/**
 * Tells the workflows of standing orders that a debit noted them. Nobody waits for it: what is lost here stands in the
 * row, and the sweep finds it within a minute.
 */
export function nudgeTopups(owners: readonly TopupOwner[]): void {
  if (owners.length === 0) return;
  signalAll(owners).catch((error: unknown) => {
    log.warn('automatic top-ups were not nudged; the sweep will', { error });
  });
}

async function signalAll(owners: readonly TopupOwner[]): Promise<void> {
  const client = getClient();
  const taskQueue = billingTaskQueue(activityInfo().taskQueue);
  for (const owner of owners) {
    await client.workflow.signalWithStart('autoTopup', {
      ...startOf(owner, taskQueue),
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

/** By its name, because the client is Temporal's own here and not a package of ours. */
const ALREADY_STARTED = 'WorkflowExecutionAlreadyStartedError';

/** A workflow that runs looks again by itself before it ends; a signal each minute would only lengthen its history. */
async function isStarted(person: TopupOwner): Promise<boolean> {
  try {
    await getClient().workflow.start('autoTopup', startOf(person, activityInfo().taskQueue));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === ALREADY_STARTED) return false;
    throw error;
  }
}

function startOf({ userId, clockOffsetMs }: TopupOwner, taskQueue: string) {
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
