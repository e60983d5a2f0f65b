import { asc, eq } from 'drizzle-orm';
import type { Database, Transaction } from '../../drizzle/client';
import { subscriptionPeriods, subscriptions } from '../../drizzle/schema';
import type { BillingSettings } from '../../src/domain/billing/settings';
import { conversionReminderMs } from '../../src/domain/billing/trial';
import { writeAudit } from '../audit';
import type { ActivityDeps } from '../deps';
import { promiseToUser } from '../outbox';
import { inTransaction, readSettings } from '../transactions';
import { balanceOf } from './ledger';
import type { Subscription } from './timelines';

/** How a trial goes on; instants are ISO 8601. */
export interface TrialCourse {
  /** The end of the trial, or of several in a row. */
  readonly endsAt: string;
  /** When its owner is asked to stay; absent when something follows already, or when it is too short to ask. */
  readonly remindAt?: string;
}

/** Where a trial stands whose subscription is still in it; undefined for every other subscription. */
export async function trialCourse(
  db: Pick<Database | Transaction, 'select'>,
  { id, state }: Subscription,
): Promise<TrialCourse | undefined> {
  if (state !== 'trialing') return undefined;
  const periods = await db
    .select()
    .from(subscriptionPeriods)
    .where(eq(subscriptionPeriods.subscriptionId, id))
    .orderBy(asc(subscriptionPeriods.n));
  const next = periods.findIndex(({ paidBy }) => paidBy !== 'trial');
  const trials = next === -1 ? periods : periods.slice(0, next);
  const [first, last] = [trials[0], trials.at(-1)];
  if (!first || !last) return undefined;
  const endsAt = last.endsAt.toISOString();
  const span = { startsMs: first.startsAt.getTime(), endsMs: last.endsAt.getTime() };
  const remindMs = next === -1 ? conversionReminderMs(span) : undefined;
  return remindMs === undefined
    ? { endsAt }
    : { endsAt, remindAt: new Date(remindMs).toISOString() };
}

interface TrialStep {
  readonly subscriptionId: string;
  readonly asOf: string;
}

/** What happens to a trial as time passes. Each is one transaction; repeating it changes nothing. */
export function trialActivities(deps: ActivityDeps) {
  return {
    remindTrial: (step: TrialStep) => remindTrial(deps, step),
    endTrial: (step: TrialStep) => endTrial(deps, step),
  };
}

/** Asks somebody once to stay, unless their trial is over or something follows it already (TR-5). */
async function remindTrial(
  { db, settings: defaults }: ActivityDeps,
  step: TrialStep,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const row = await lockSubscription(tx, step.subscriptionId);
    if (!row) return;
    const settings = await readSettings(tx, defaults);
    await remindTrialIn(tx, { row, settings, asOf: new Date(step.asOf) });
  });
}

interface TrialTask {
  readonly row: Subscription;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

/** The same within a transaction that has locked the subscription; says what became of it. */
export async function remindTrialIn(
  tx: Transaction,
  { row, asOf, settings }: TrialTask,
): Promise<string> {
  const course = await trialCourse(tx, row);
  if (!course?.remindAt || row.periodEnd <= asOf) return 'dropped';
  await promiseToUser(tx, row.userId, {
    key: `sub:${row.id}:p${row.periodN}:convert`,
    template: 'trial.ending',
    params: { until: course.endsAt, balanceUtok: await balanceOf(tx, row.userId) },
    category: 'service',
    ...{ asOf, settings },
  });
  return 'told';
}

/** A trial that something follows turns into an ordinary subscription at its end; one that nothing follows expires. */
async function endTrial({ db }: ActivityDeps, step: TrialStep): Promise<void> {
  await inTransaction(db, async (tx) => {
    const row = await lockSubscription(tx, step.subscriptionId);
    if (row) await endTrialIn(tx, { row, asOf: new Date(step.asOf) });
  });
}

/** The same within a transaction that has locked the subscription; says what became of it. */
export async function endTrialIn(
  tx: Transaction,
  { row, asOf }: Pick<TrialTask, 'row' | 'asOf'>,
): Promise<string> {
  const course = await trialCourse(tx, row);
  if (!course || new Date(course.endsAt) > asOf) return 'dropped';
  if (course.endsAt === row.periodEnd.toISOString()) return 'dropped';
  await tx.update(subscriptions).set({ state: 'active' }).where(eq(subscriptions.id, row.id));
  await writeAudit(tx, {
    action: 'trial.ended',
    entity: 'subscription',
    entityId: row.id,
    before: { state: row.state },
    after: { state: 'active' },
    asOf,
  });
  return 'ended';
}

async function lockSubscription(
  tx: Transaction,
  subscriptionId: string,
): Promise<Subscription | undefined> {
  const [row] = await tx
    .select()
    .from(subscriptions)
    .where(eq(subscriptions.id, subscriptionId))
    .for('update');
  return row;
}
