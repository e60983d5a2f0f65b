import { and, desc, eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts, subscriptionSteps, users } from '../../../drizzle/schema';
import type {
  CourseFacts,
  LiveAttempt,
  LiveState,
} from '../../../src/domain/billing/subscription-course';
import { parseQuietHours } from '../../../src/domain/billing/quiet-hours';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { LIVE, type Attempt } from '../auto-topups/attempts';
import { availableOf } from '../ledger';
import type { Subscription } from '../timelines';
import { trialCourse } from '../trial-course';
import { feeOf, type RenewalTerms } from './terms';

/** A subscription with everything that decides what it does next. */
export interface Standing {
  readonly row: Subscription;
  readonly facts: CourseFacts;
  readonly terms: RenewalTerms;
  /** The newest attempts for the period that a renewal would begin. */
  readonly tries: readonly Attempt[];
}

const HOUR = 3_600_000;

/** Reads what decides the course of a live subscription; the caller locks what it wants to keep still. */
export async function readFacts(
  tx: Transaction,
  row: Subscription,
  known: { readonly terms: RenewalTerms; readonly settings: BillingSettings; readonly asOf: Date },
): Promise<Standing> {
  const { terms, settings, asOf } = known;
  const tries = await triesOf(tx, row);
  const trial = await trialCourse(tx, row);
  const latest = tries[0];
  const live = latest && isLiveTry(latest) ? describeTry(latest, { settings, asOf }) : undefined;
  const person = await personOf(tx, row.userId);
  const facts: CourseFacts = {
    state: row.state as LiveState,
    driver: row.driver,
    isRenewing: row.autoRenew && !row.cancelAtEnd && row.driver !== 'none',
    zone: row.billingZone,
    periodStartMs: row.periodStart.getTime(),
    periodEndMs: row.periodEnd.getTime(),
    access: row.access,
    done: await doneIn(tx, row),
    ...(live ? { attempt: live } : {}),
    isBarred: latest?.state === 'failed_hard' && latest.methodId === row.methodId,
    canPayNow: await canPayNow(tx, row, { terms, asOf, isStopped: person.isStopped }),
    ...(row.retryAt ? { retryMs: row.retryAt.getTime() } : {}),
    ...(row.pauseDays === null ? {} : { pauseDays: row.pauseDays }),
    ...(row.pausedUntil ? { pausedUntilMs: row.pausedUntil.getTime() } : {}),
    ...(trial ? { trial: trialMs(trial) } : {}),
    ...quietOf(person, settings),
    isMuted: row.isMuted,
  };
  return { row, facts, terms, tries };
}

function trialMs({ endsAt, remindAt }: { endsAt: string; remindAt?: string }) {
  const endsMs = Date.parse(endsAt);
  return remindAt === undefined ? { endsMs } : { endsMs, remindMs: Date.parse(remindAt) };
}

/** All tries for the next period, newest first. */
async function triesOf(tx: Transaction, row: Subscription): Promise<readonly Attempt[]> {
  return tx
    .select()
    .from(attempts)
    .where(and(eq(attempts.subscriptionId, row.id), eq(attempts.periodN, row.periodN + 1)))
    .orderBy(desc(attempts.asOf), desc(attempts.id));
}

function isLiveTry({ state }: Attempt): boolean {
  return LIVE.some((live) => live === state);
}

function describeTry(
  attempt: Attempt,
  { settings, asOf }: { settings: BillingSettings; asOf: Date },
): LiveAttempt {
  const sinceMs = asOf.getTime() - attempt.asOf.getTime();
  return {
    isSent: attempt.state !== 'created',
    touchedMs: (attempt.touchedAt ?? attempt.asOf).getTime(),
    questions: attempt.questions,
    isOverdue: sinceMs > settings.unknownDeadlineHours * HOUR,
  };
}

async function doneIn(tx: Transaction, row: Subscription): Promise<CourseFacts['done']> {
  const steps = await tx
    .select({ name: subscriptionSteps.name, asOf: subscriptionSteps.asOf })
    .from(subscriptionSteps)
    .where(
      and(eq(subscriptionSteps.subscriptionId, row.id), eq(subscriptionSteps.periodN, row.periodN)),
    );
  return new Map(steps.map(({ name, asOf }) => [name, asOf.getTime()]));
}

interface Person {
  readonly quietFrom: string | null;
  readonly quietTo: string | null;
  readonly timeZone: string;
  readonly isStopped: boolean;
}

async function personOf(tx: Transaction, userId: number): Promise<Person> {
  const [person] = await tx
    .select({
      quietFrom: users.quietFrom,
      quietTo: users.quietTo,
      timeZone: users.timeZone,
      isBlocked: users.isBlocked,
      moneyFrozenBy: users.moneyFrozenBy,
    })
    .from(users)
    .where(eq(users.id, userId));
  if (!person) return { quietFrom: null, quietTo: null, timeZone: 'UTC', isStopped: true };
  return { ...person, isStopped: person.isBlocked || person.moneyFrozenBy !== null };
}

function quietOf(person: Person, settings: BillingSettings): Pick<CourseFacts, 'quiet'> {
  const { quietFrom, quietTo, timeZone } = person;
  const span =
    quietFrom !== null && quietTo !== null
      ? `${quietFrom.slice(0, 5)}-${quietTo.slice(0, 5)}`
      : settings.quietHours;
  const quiet = parseQuietHours(span, timeZone);
  return quiet ? { quiet } : {};
}

/** Money came while the period was unpaid: it is taken at once (SB-13). */
async function canPayNow(
  tx: Transaction,
  row: Subscription,
  known: { readonly terms: RenewalTerms; readonly asOf: Date; readonly isStopped: boolean },
): Promise<boolean> {
  const { terms, asOf } = known;
  if (row.state !== 'past_due' || row.driver !== 'wallet' || known.isStopped) return false;
  const feeUtok = feeOf(terms);
  if (feeUtok === undefined || !terms.period) return false;
  return (await availableOf(tx, { userId: row.userId, asOf })) >= feeUtok;
}
