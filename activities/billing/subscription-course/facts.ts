import type { Transaction } from '../../../drizzle/client';
import { assert } from '../../../src/domain/assert';
import type {
  CourseFacts,
  LiveAttempt,
  LiveState,
} from '../../../src/domain/billing/subscription-course';
import { parseQuietHours } from '../../../src/domain/billing/quiet-hours';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { isLive, type Attempt } from '../charges/attempts';
import type { Method } from '../charges/methods';
import { askingTerms, isGivenUp } from '../charges/unknown';
import type { Person } from '../standing';
import type { Subscription } from '../timelines';
import { isStopped, readEvidence, type Evidence } from './evidence';
import { discordOf } from './stars-discord';
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
  /** What all of it was judged by. */
  readonly evidence: Evidence;
}

/** By which settings and at which instant a subscription is judged. */
export interface Moment {
  readonly settings: BillingSettings;
  readonly asOf: Date;
}

/** Reads what decides the course of a live subscription; the caller locks what it wants to keep still. */
export async function readFacts(
  tx: Transaction,
  row: Subscription,
  moment: Moment,
): Promise<Standing> {
  const evidence = (await readEvidence(tx, [{ row, asOf: moment.asOf }])).get(row.id);
  assert(evidence, `subscription ${row.id} was asked about`);
  return judgeFacts(row, evidence, moment);
}

/** What follows from the evidence, without reading anything. */
export function judgeFacts(row: Subscription, evidence: Evidence, moment: Moment): Standing {
  const { terms, attempts, method } = evidence;
  const tries = attempts.filter(({ periodN }) => periodN === row.periodN + 1);
  const underWay = attempts.find((one) => isLive(one) && !isGivenUp(one, moment));
  const latest = tries[0];
  const isUndecided = isOutcomeOpen(evidence, { latest, underWay });
  const live = underWay && describeTry(underWay, moment);
  const stars = discordOf(row, evidence.stars);
  const facts: CourseFacts = {
    state: row.state as LiveState,
    driver: row.driver,
    isRenewing: row.autoRenew && !row.cancelAtEnd && row.driver !== 'none',
    zone: row.billingZone,
    periodStartMs: row.periodStart.getTime(),
    periodEndMs: row.periodEnd.getTime(),
    access: row.access,
    done: evidence.done,
    ...(live ? { attempt: live } : {}),
    ...(stars ? { stars } : {}),
    ...(latest ? { triedMs: (latest.touchedAt ?? latest.asOf).getTime() } : {}),
    isBarred: isUndecided || isBarred(row, { latest, method }),
    canPayNow: canPayNow(row, evidence, latest),
    ...(row.retryAt ? { retryMs: row.retryAt.getTime() } : {}),
    ...(row.pauseDays === null ? {} : { pauseDays: row.pauseDays }),
    ...(row.pausedUntil ? { pausedUntilMs: row.pausedUntil.getTime() } : {}),
    ...(evidence.trial ? { trial: trialMs(evidence.trial) } : {}),
    ...quietOf(evidence.person, moment.settings),
    isMuted: row.isMuted,
  };
  return { row, facts, terms, tries, live: underWay, isUndecided, method, evidence };
}

function trialMs({ endsAt, remindAt }: { endsAt: string; remindAt?: string }) {
  const endsMs = Date.parse(endsAt);
  return remindAt === undefined ? { endsMs } : { endsMs, remindMs: Date.parse(remindAt) };
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
function isOutcomeOpen(
  { isMoneySuspended }: Evidence,
  { latest, underWay }: { latest: Attempt | undefined; underWay: Attempt | undefined },
): boolean {
  if (!latest || latest === underWay) return false;
  return isLive(latest) || isMoneySuspended;
}

function describeTry(attempt: Attempt, { settings, asOf }: Moment): LiveAttempt {
  return {
    isSent: attempt.state !== 'created',
    touchedMs: (attempt.touchedAt ?? attempt.asOf).getTime(),
    questions: attempt.questions,
    isOverdue: asOf.getTime() > Date.parse(askingTerms(attempt, settings).overdueAt),
  };
}

/** For somebody unknown the settings count. */
function quietOf(
  person: Person | undefined,
  settings: BillingSettings,
): Pick<CourseFacts, 'quiet'> {
  const { quietFrom = null, quietTo = null, timeZone = 'UTC' } = person ?? {};
  const span =
    quietFrom !== null && quietTo !== null
      ? `${quietFrom.slice(0, 5)}-${quietTo.slice(0, 5)}`
      : settings.quietHours;
  const quiet = parseQuietHours(span, timeZone);
  return quiet ? { quiet } : {};
}

/** Money or another method came while the period was unpaid: it is used at once (SB-13). */
function canPayNow(row: Subscription, evidence: Evidence, latest: Attempt | undefined): boolean {
  const { terms, person, method, availableUtok } = evidence;
  if (row.state !== 'past_due' || isStopped(person)) return false;
  if (row.driver === 'saved_method') return !!method && latest?.methodId !== method.id;
  const feeUtok = feeOf(terms);
  return availableUtok !== undefined && feeUtok !== undefined && availableUtok >= feeUtok;
}
