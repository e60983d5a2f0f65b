import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptions, subscriptionSteps } from '../../../drizzle/schema';
import { assert, assertNever } from '../../../src/domain/assert';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import {
  courseOf,
  courseRules,
  type CourseStep,
} from '../../../src/domain/billing/subscription-course';
import type { SubscriptionCourse } from '../../../workflows/billing/subscription/contract';
import type { ActivityDeps } from '../../deps';
import { inTransaction, readSettings } from '../../transactions';
import { lockWallet } from '../ledger';
import { moneyRefusal } from '../standing';
import { endTrialIn, remindTrialIn } from '../trial-course';
import { isOver, readCourse } from './course';
import { readFacts, type Standing } from './facts';
import { lapse, restrict } from './lapsing';
import { pauseAtEnd, resumeAtEnd } from './pausing';
import { remind } from './reminding';
import { renew } from './renewing';
import { renewalTerms } from './terms';

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
export interface StepTask extends Standing {
  readonly step: CourseStep;
  readonly asOf: Date;
  readonly settings: BillingSettings;
  /** Why nothing may be charged now. */
  readonly refusal: string | undefined;
}

/**
 * Does what is due in the course of a subscription, if the rows under the lock agree that it is: one transaction, once
 * for each name in a period unless its instant moved.
 */
export async function takeSubscriptionStep(
  { db, settings: defaults }: ActivityDeps,
  due: DueStep,
): Promise<StepTaken> {
  return inTransaction(db, async (tx) => {
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
  { subscriptionId, name, asOf: at }: DueStep,
): Promise<StepTask | undefined> {
  const asOf = new Date(at);
  const locked = await lockStanding(tx, { subscriptionId, asOf, defaults });
  if (!locked) return undefined;
  const [step] = courseOf(locked.facts, courseRules(locked.settings));
  const isDue = step?.name === name && step.atMs <= asOf.getTime();
  return isDue ? { ...locked, step } : undefined;
}

/** Locks a live subscription after its owner and their wallet, so that payments and steps take turns without deadlock. */
export async function lockStanding(
  tx: Transaction,
  asked: { subscriptionId: string; asOf: Date; defaults: BillingSettings },
): Promise<Omit<StepTask, 'step'> | undefined> {
  const { subscriptionId, asOf, defaults } = asked;
  const byId = eq(subscriptions.id, subscriptionId);
  const [owner] = await tx.select({ userId: subscriptions.userId }).from(subscriptions).where(byId);
  if (!owner) return undefined;
  const refusal = await moneyRefusal(tx, owner.userId);
  await lockWallet(tx, owner.userId);
  const [row] = await tx.select().from(subscriptions).where(byId).for('update');
  assert(row, `subscription ${subscriptionId} exists`);
  if (isOver(row)) return undefined;
  const settings = await readSettings(tx, defaults);
  const terms = await renewalTerms(tx, row, asOf);
  const standing = await readFacts(tx, row, { terms, settings, asOf });
  return { ...standing, asOf, settings, refusal };
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

/** Remembers that a step was taken, and what became of it; the first word stands. */
export async function recordStep(
  tx: Transaction,
  { row, step, asOf }: StepTask,
  outcome: string,
): Promise<void> {
  await tx
    .insert(subscriptionSteps)
    .values({ subscriptionId: row.id, periodN: row.periodN, name: step.name, outcome, asOf })
    .onConflictDoUpdate({
      target: [subscriptionSteps.subscriptionId, subscriptionSteps.periodN, subscriptionSteps.name],
      set: { outcome, asOf },
    });
}
