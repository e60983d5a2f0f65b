import { and, desc, eq, inArray, or } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts, subscriptionSteps, users } from '../../../drizzle/schema';
import type {
  CourseFacts,
  LiveAttempt,
  LiveState,
} from '../../../src/domain/billing/subscription-course';
import { parseQuietHours } from '../../../src/domain/billing/quiet-hours';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { isLive, LIVE, type Attempt } from '../charges/attempts';
import type { Method } from '../charges/methods';
import { askingTerms, isGivenUp, isMoneySuspended } from '../charges/unknown';
import { availableOf } from '../ledger';
import type { Subscription } from '../timelines';
import { trialCourse } from '../trial-course';
import { methodOf } from './permission';
import { starsDiscord } from './stars-discord';
import { feeOf, type RenewalTerms } from './terms';

/** A subscription with everything that decides what it does next. */
export interface Standing {
  readonly row: Subscription;
  readonly facts: CourseFacts;
  readonly terms: RenewalTerms;
  /** The newest attempts for the period that a renewal would begin. */
  readonly tries: readonly Attempt[];
  /** The charge that is under way; it may be for a period that was paid otherwise meanwhile. */
  readonly live: Attempt | undefined;
  /** The newest charge for that period may have been paid, and nobody knows: no other one is made (SB-15). */
  readonly isUndecided: boolean;
  /** The saved method that may be charged for this subscription now. */
  readonly method: Method | undefined;
}

/** Reads what decides the course of a live subscription; the caller locks what it wants to keep still. */
export async function readFacts(
  tx: Transaction,
  row: Subscription,
  judged: { readonly terms: RenewalTerms; readonly settings: BillingSettings; readonly asOf: Date },
): Promise<Standing> {
  const { terms, settings, asOf } = judged;
  const known = await triesOf(tx, row);
  const tries = known.filter(({ periodN }) => periodN === row.periodN + 1);
  const underWay = known.find((one) => isLive(one) && !isGivenUp(one, { settings, asOf }));
  const method = await methodOf(tx, row, asOf);
  const trial = await trialCourse(tx, row);
  const latest = tries[0];
  const isUndecided = await isOutcomeOpen(tx, { latest, underWay });
  const live = underWay && describeTry(underWay, { settings, asOf });
  const stars = await starsDiscord(tx, row);
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
    ...(stars ? { stars } : {}),
    ...(latest ? { triedMs: (latest.touchedAt ?? latest.asOf).getTime() } : {}),
    isBarred: isUndecided || isBarred(row, { latest, method }),
    canPayNow: await canPayNow(tx, row, {
      ...{ terms, asOf, isStopped: person.isStopped, latest, method },
    }),
    ...(row.retryAt ? { retryMs: row.retryAt.getTime() } : {}),
    ...(row.pauseDays === null ? {} : { pauseDays: row.pauseDays }),
    ...(row.pausedUntil ? { pausedUntilMs: row.pausedUntil.getTime() } : {}),
    ...(trial ? { trial: trialMs(trial) } : {}),
    ...quietOf(person, settings),
    isMuted: row.isMuted,
  };
  return { row, facts, terms, tries, live: underWay, isUndecided, method };
}

function trialMs({ endsAt, remindAt }: { endsAt: string; remindAt?: string }) {
  const endsMs = Date.parse(endsAt);
  return remindAt === undefined ? { endsMs } : { endsMs, remindMs: Date.parse(remindAt) };
}

/** All tries for the next period, and whatever is still under way, newest first. */
async function triesOf(tx: Transaction, row: Subscription): Promise<readonly Attempt[]> {
  return tx
    .select()
    .from(attempts)
    .where(
      and(
        eq(attempts.subscriptionId, row.id),
        or(eq(attempts.periodN, row.periodN + 1), inArray(attempts.state, [...LIVE])),
      ),
    )
    .orderBy(desc(attempts.asOf), desc(attempts.id));
}

/** A method that was refused for good, or may not be charged any more, is let alone until there is another (SB-11). */
function isBarred(
  { driver, methodId }: Subscription,
  { latest, method }: { latest: Attempt | undefined; method: Method | undefined },
): boolean {
  if (driver !== 'saved_method') return false;
  return !method || (latest?.state === 'failed_hard' && latest.methodId === methodId);
}

/** Nobody asks any more what became of the newest charge, or its money waits in suspense for an operator. */
async function isOutcomeOpen(
  tx: Transaction,
  { latest, underWay }: { latest: Attempt | undefined; underWay: Attempt | undefined },
): Promise<boolean> {
  if (!latest || latest === underWay) return false;
  return isLive(latest) || isMoneySuspended(tx, latest);
}

export function describeTry(
  attempt: Attempt,
  { settings, asOf }: { settings: BillingSettings; asOf: Date },
): LiveAttempt {
  return {
    isSent: attempt.state !== 'created',
    touchedMs: (attempt.touchedAt ?? attempt.asOf).getTime(),
    questions: attempt.questions,
    isOverdue: asOf.getTime() > Date.parse(askingTerms(attempt, settings).overdueAt),
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

/** Money or another method came while the period was unpaid: it is used at once (SB-13). */
async function canPayNow(
  tx: Transaction,
  row: Subscription,
  known: {
    readonly terms: RenewalTerms;
    readonly asOf: Date;
    readonly isStopped: boolean;
    readonly latest: Attempt | undefined;
    readonly method: Method | undefined;
  },
): Promise<boolean> {
  const { terms, asOf, latest, method } = known;
  if (row.state !== 'past_due' || known.isStopped) return false;
  if (row.driver === 'saved_method') return !!method && latest?.methodId !== method.id;
  if (row.driver !== 'wallet') return false;
  const feeUtok = feeOf(terms);
  if (feeUtok === undefined || !terms.period) return false;
  return (await availableOf(tx, { userId: row.userId, asOf })) >= feeUtok;
}
