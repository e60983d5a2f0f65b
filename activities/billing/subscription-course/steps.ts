import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { insertRows } from '../../../drizzle/rows';
import { subscriptionSteps } from '../../../drizzle/schema';
import { assertNever } from '../../../src/domain/assert';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import {
  courseOf,
  courseRules,
  type CourseStep,
} from '../../../src/domain/billing/subscription-course';
import type { SubscriptionCourse } from '../../../workflows/billing/subscription/contract';
import type { ActivityDeps } from '../../deps';
import { inTellingTransaction } from '../../telling';
import { endTrialIn, remindTrialIn } from '../trial-course';
import { readCourse } from './course';
import { lapse, restrict } from './lapsing';
import { pauseAtEnd, resumeAtEnd } from './pausing';
import { remind } from './reminding';
import { renew } from './renewing';
import { lockStanding, type LockedStanding } from './standings';

export interface DueStep {
  readonly subscriptionId: string;
  /** As the course named it. */
  readonly name: string;
  readonly asOf: string;
}

/** `moved`: by now the rows say that something else is due, or nothing yet. */
export interface StepTaken {
  readonly kind: 'done' | 'moved';
  /** Where the subscription stands after a step that was done: the workflow need not ask. */
  readonly course?: SubscriptionCourse;
}

/** A due step with everything it may need; the person, their wallet and the subscription are locked in this order. */
export interface StepTask extends LockedStanding {
  readonly step: CourseStep;
}

/**
 * Does what is due in the course of a subscription, if the rows under the lock agree that it is: one transaction, once
 * for each name in a period unless its instant moved.
 */
export async function takeStepAlone(
  { db, settings: defaults }: ActivityDeps,
  due: DueStep,
): Promise<StepTaken> {
  return inTellingTransaction(db, async (tx) => {
    const task = await judgeStep(tx, defaults, due);
    if (!task) return { kind: 'moved' };
    const outcome = await carryOut(tx, task);
    await recordStep(tx, task, outcome);
    const course = await readCourse(tx, due, task.settings);
    return { kind: 'done', ...(course ? { course } : {}) };
  });
}

async function judgeStep(
  tx: Transaction,
  defaults: BillingSettings,
  { subscriptionId, name, asOf }: DueStep,
): Promise<StepTask | undefined> {
  const standing = await lockStanding(tx, { subscriptionId, asOf: new Date(asOf), defaults });
  return standing && dueTask(standing, name);
}

/** The step of that name, if it is the next one and its instant has come. */
export function dueTask(standing: LockedStanding, name: string): StepTask | undefined {
  const { facts, settings, asOf } = standing;
  const [step] = courseOf(facts, courseRules(settings));
  const isDue = step?.name === name && step.atMs <= asOf.getTime();
  return isDue ? { ...standing, step } : undefined;
}

/** What became of it, in a word for whoever reads the table. */
async function carryOut(tx: Transaction, task: StepTask): Promise<string> {
  const { kind } = task.step;
  switch (kind) {
    case 'remind':
      return remind(tx, task);
    case 'convert':
      return remindTrialIn(tx, task);
    case 'trial_over':
      return endTrialIn(tx, task);
    case 'renew':
      return renew(tx, task);
    case 'restrict':
      return restrict(tx, task);
    case 'expire':
      return lapse(tx, task);
    case 'pause':
      return pauseAtEnd(tx, task);
    case 'resume':
      return resumeAtEnd(tx, task);
    case 'send':
    case 'ask':
    case 'stars':
      throw new Error(`subscription ${task.row.id} is in no state for ${kind}`);
    default:
      return assertNever(kind);
  }
}

/** Remembers that a step was taken, and what became of it; of a step that comes again the last time stands. */
export async function recordStep(tx: Transaction, task: StepTask, outcome: string): Promise<void> {
  await recordSteps(tx, [task], outcome);
}

/** The same of several that came to the same. */
export async function recordSteps(
  tx: Transaction,
  tasks: readonly StepTask[],
  outcome: string,
): Promise<void> {
  if (tasks.length === 0) return;
  const rows = tasks.map(({ row, step, asOf }) => ({
    ...{ subscriptionId: row.id, periodN: row.periodN, name: step.name, outcome, asOf },
  }));
  await tx.execute(sql`
    ${insertRows(subscriptionSteps, rows)} on conflict (subscription_id, period_n, name)
    do update set outcome = excluded.outcome, as_of = excluded.as_of`);
}
