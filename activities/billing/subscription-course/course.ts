import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptions } from '../../../drizzle/schema';
import {
  courseAfterEnd,
  courseOf,
  courseRules,
  mostTries,
  type CourseStep,
} from '../../../src/domain/billing/subscription-course';
import {
  allowedRepairs,
  type SubscriptionRepairKind,
} from '../../../src/domain/billing/subscription-repairs';
import type {
  CourseWait,
  SubscriptionCourse,
} from '../../../workflows/billing/subscription/contract';
import type { ActivityDeps } from '../../deps';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { inTransaction, readSettings } from '../../transactions';
import type { Attempt } from '../charges/attempts';
import type { Subscription } from '../timelines';
import { readFacts, type Moment, type Standing } from './facts';
import { priceOf } from './terms';

export interface CourseQuestion {
  readonly subscriptionId: string;
  readonly asOf: string;
}

/** Reads where a subscription stands and what it will do by itself; null when there is no such subscription. */
export async function loadCourse(
  { db, settings: defaults }: ActivityDeps,
  question: CourseQuestion,
): Promise<SubscriptionCourse | null> {
  return inTransaction(db, async (tx) =>
    readCourse(tx, question, await readSettings(tx, defaults)),
  );
}

/** The same within a transaction, as its writes so far leave the rows. */
export async function readCourse(
  tx: Transaction,
  { subscriptionId, asOf: at }: CourseQuestion,
  settings: BillingSettings,
): Promise<SubscriptionCourse | null> {
  const [row] = await tx.select().from(subscriptions).where(eq(subscriptions.id, subscriptionId));
  if (!row) return null;
  const moment = { settings, asOf: new Date(at) };
  return describeCourse(await readFacts(tx, row, moment), moment);
}

/** The course that follows from where a subscription stands. */
export function describeCourse(standing: Standing, { settings, asOf }: Moment): SubscriptionCourse {
  const { row, facts, live } = standing;
  const steps = isOver(row) ? courseAfterEnd(facts) : courseOf(facts, courseRules(settings));
  const waits = steps.map((step) => wait(step, standing, asOf));
  const charge = live && chargeOf(live, { asOf, settings });
  return {
    ...describe(row, waits, !isOver(row) && facts.isRenewing),
    ...(isOver(row) ? {} : { allowedRepairs: repairsOf(standing, settings) }),
    ...(charge ? { charge } : {}),
    ...(row.state === 'past_due' ? { tries: standing.tries.length } : {}),
  };
}

function repairsOf(
  { facts, row, terms, tries }: Standing,
  settings: BillingSettings,
): readonly SubscriptionRepairKind[] {
  return allowedRepairs({
    ...facts,
    isCharging: facts.attempt !== undefined,
    isCancelled: row.cancelAtEnd,
    hasPeriod: terms.period !== undefined,
    hasTriesLeft: tries.length < mostTries(courseRules(settings)),
  });
}

export function isOver({ state }: Pick<Subscription, 'state'>): boolean {
  return state === 'expired' || state === 'ended';
}

/** A charge without an outcome is shown to operators after a while (PC-11). */
function chargeOf(
  { asOf: since, state }: Attempt,
  { asOf, settings }: Moment,
): NonNullable<SubscriptionCourse['charge']> {
  const stuckAt = new Date(since.getTime() + settings.unknownAlertMinutes * 60_000);
  const told = { since: since.toISOString(), isStuck: false };
  if (state === 'created') return told;
  return asOf >= stuckAt ? { ...told, isStuck: true } : { ...told, stuckAt: stuckAt.toISOString() };
}

function describe(
  row: Subscription,
  steps: readonly CourseWait[],
  isRenewing = false,
): SubscriptionCourse {
  return {
    subscriptionId: row.id,
    userId: row.userId,
    state: row.state,
    access: row.access,
    driver: row.driver,
    isRenewing,
    periodN: row.periodN,
    periodStart: row.periodStart.toISOString(),
    periodEnd: row.periodEnd.toISOString(),
    ...(row.nextTariffVersionId === null ? {} : { nextTariffVersionId: row.nextTariffVersionId }),
    steps,
  };
}

/** A step that is due already is due now: an operator reads instants, not zeros. */
function wait({ kind, name, atMs }: CourseStep, { row, terms }: Standing, asOf: Date): CourseWait {
  const at = atMs === 0 ? asOf : new Date(atMs);
  const price = kind === 'renew' ? priceOf(terms, row) : undefined;
  return {
    ...{ kind, name, at: at.toISOString() },
    ...(price ? { price, driver: row.driver } : {}),
  };
}
