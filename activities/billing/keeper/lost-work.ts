import { activityInfo, getClient } from '@temporalio/activity';
import { and, asc, eq, sql } from 'drizzle-orm';
import { holds, trackJobs, usageEvents, users } from '../../../drizzle/schema';
import { holdWorkflowId, type HoldInput } from '../../../workflows/billing/hold/contract';
import { trackJobId, type TrackJobInput } from '../../../workflows/billing/track-job/contract';
import { billingUserId } from '../../../workflows/contract';
import type { ActivityDeps } from '../../deps';
import { readSettings } from '../../transactions';

export interface RecoveredWork {
  readonly holds: number;
  readonly jobs: number;
}

/** What is over for so long and still stands has nobody who keeps it: a timer is late by seconds. */
const GRACE_MINUTES = 5;

/** Work that one round has time for; the rest comes with the next. */
const AT_ONCE = 200;

/**
 * Starts a workflow for every hold whose lease is over, and for every job whose silence is, that nobody settled: somebody
 * terminated theirs, and no word about them came since. It goes on from the facts in the database (OPS-4). Where one runs
 * after all, nothing is started.
 */
export async function recoverWork(
  deps: ActivityDeps,
  round: { readonly asOf: string },
): Promise<RecoveredWork> {
  const [lostHolds, lostJobs] = [await findHolds(deps, round), await findJobs(deps, round)];
  const recovered = {
    holds: await startAll(lostHolds.map(startOfHold)),
    jobs: await startAll(lostJobs.map(startOfJob)),
  };
  const found = { holds: lostHolds.length, jobs: lostJobs.length };
  if (found.holds + found.jobs > 0) deps.log.warn({ found, recovered }, 'work without its keeper');
  return recovered;
}

/** The instant that people live in at a moment of ours, and so much before it. */
function before(asOf: string, minutes: number) {
  return sql`${asOf}::timestamptz + ${users.clockOffsetMs} * interval '1 millisecond'
    - ${minutes} * interval '1 minute'`;
}

function findHolds({ db }: ActivityDeps, { asOf }: { readonly asOf: string }) {
  return db
    .select({ holdKey: holds.key, userId: holds.userId })
    .from(holds)
    .innerJoin(users, eq(users.id, holds.userId))
    .where(
      and(
        eq(holds.state, 'active'),
        eq(holds.purpose, 'work'),
        sql`${holds.leaseUntil} < ${before(asOf, GRACE_MINUTES)}`,
      ),
    )
    .orderBy(asc(holds.leaseUntil))
    .limit(AT_ONCE);
}

/** A job that has had its last report waits for a rate, without a deadline. */
async function findJobs(
  { db, settings: defaults }: ActivityDeps,
  { asOf }: { readonly asOf: string },
) {
  const { trackMissingTimeoutMinutes } = await readSettings(db, defaults);
  const silentFor = trackMissingTimeoutMinutes + GRACE_MINUTES;
  return db
    .select({ jobKey: trackJobs.key, clientId: trackJobs.clientId, userId: trackJobs.userId })
    .from(trackJobs)
    .innerJoin(users, eq(users.id, trackJobs.userId))
    .where(
      and(
        eq(trackJobs.state, 'open'),
        sql`${trackJobs.lastSeenAt} < ${before(asOf, silentFor)}`,
        sql`not exists (
          select 1 from ${usageEvents} where ${usageEvents.jobId} = ${trackJobs.id} and ${usageEvents.final})`,
      ),
    )
    .orderBy(asc(trackJobs.lastSeenAt))
    .limit(AT_ONCE);
}

interface Start {
  readonly workflow: 'hold' | 'trackJob';
  readonly workflowId: string;
  readonly input: HoldInput | TrackJobInput;
  readonly summary: string;
}

function startOfHold(input: HoldInput): Start {
  const { holdKey, userId } = input;
  const workflowId = holdWorkflowId(holdKey);
  return { workflow: 'hold', workflowId, input, summary: `Hold of tokens of ${userId}` };
}

function startOfJob(input: TrackJobInput): Start {
  const { jobKey, userId } = input;
  const workflowId = trackJobId(jobKey);
  return { workflow: 'trackJob', workflowId, input, summary: `Costs of a job of ${userId}` };
}

async function startAll(starts: readonly Start[]): Promise<number> {
  let started = 0;
  for (const start of starts) if (await isStarted(start)) started += 1;
  return started;
}

/** By its name, because the client is Temporal's own here and not a package of ours. */
const ALREADY_STARTED = 'WorkflowExecutionAlreadyStartedError';

async function isStarted({ workflow, workflowId, input, summary }: Start): Promise<boolean> {
  try {
    await getClient().workflow.start(workflow, {
      workflowId,
      taskQueue: activityInfo().taskQueue,
      args: [input],
      staticSummary: summary,
      typedSearchAttributes: [{ key: billingUserId, value: String(input.userId) }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === ALREADY_STARTED) return false;
    throw error;
  }
}
