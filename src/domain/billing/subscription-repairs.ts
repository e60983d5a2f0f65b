import type { CourseFacts } from './subscription-course';

/** What an operator may do to a subscription, by the name of its update (OPS-3). */
export const SUBSCRIPTION_REPAIRS = [
  'renewNow',
  'skipPeriod',
  'editTimeline',
  'resume',
  'cancel',
  'uncancel',
  'forceExpire',
] as const;

export type SubscriptionRepairKind = (typeof SUBSCRIPTION_REPAIRS)[number];

/** A live subscription, as far as it decides what can be repaired. */
export interface RepairFacts extends Pick<
  CourseFacts,
  'state' | 'driver' | 'isRenewing' | 'isBarred' | 'pauseDays'
> {
  /** A charge whose outcome is open. */
  readonly isCharging: boolean;
  readonly isCancelled: boolean;
  readonly hasPeriod: boolean;
  readonly hasTriesLeft: boolean;
}

/** What makes sense now; the update judges again, under its lock. While a charge is in flight only a cancel does. */
export function allowedRepairs(facts: RepairFacts): readonly SubscriptionRepairKind[] {
  return SUBSCRIPTION_REPAIRS.filter((kind) => isAllowed(kind, facts));
}

function isAllowed(kind: SubscriptionRepairKind, facts: RepairFacts): boolean {
  const { state, isCharging, isCancelled } = facts;
  switch (kind) {
    case 'cancel':
      return !isCancelled;
    case 'uncancel':
      return isCancelled && state !== 'past_due' && state !== 'paused';
    case 'resume':
      return state === 'paused' || facts.pauseDays !== undefined;
    case 'skipPeriod':
      return !isCharging && facts.hasPeriod && (state === 'active' || state === 'past_due');
    case 'renewNow':
      return !isCharging && canTry(facts);
    case 'editTimeline':
    case 'forceExpire':
      return !isCharging;
  }
}

function canTry(facts: RepairFacts): boolean {
  const { state, driver, isRenewing, isBarred, hasTriesLeft } = facts;
  const isOurs = driver === 'wallet' || driver === 'saved_method';
  return state === 'past_due' && isOurs && isRenewing && !isBarred && hasTriesLeft;
}
