import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { CourseStepKind, Driver } from '../../../src/domain/billing/subscription-course';
import type { SubscriptionRepairKind } from '../../../src/domain/billing/subscription-repairs';
import type { Actor, OperatorSigned, Repair } from '../contract';

/** What the renewal of a subscription costs: tokens of the wallet, or money. */
export type RenewalPrice =
  | { readonly kind: 'tokens'; readonly feeUtok: number }
  | {
      readonly kind: 'money';
      readonly amountMinor: number;
      readonly currency: string;
      readonly exponent: number;
    };

/** One thing a subscription will do by itself, and when (ISO 8601). */
export interface CourseWait {
  readonly kind: CourseStepKind;
  /** Names the step within its period, such as `remind:3`. */
  readonly name: string;
  readonly at: string;
  /** Only beside a renewal: what will be taken, and by whom. */
  readonly price?: RenewalPrice;
  readonly driver?: Driver;
}

/** Where a subscription stands, for its owner's screens and for operators; instants are ISO 8601. */
export interface SubscriptionCourse {
  readonly subscriptionId: string;
  readonly userId: number;
  readonly state: string;
  readonly access: string;
  readonly driver: Driver;
  readonly isRenewing: boolean;
  readonly periodN: number;
  readonly periodStart: string;
  readonly periodEnd: string;
  /** The version that the next period is of, where it is not the one that runs. */
  readonly nextTariffVersionId?: string;
  /** What it will do if nothing else happens, soonest first; empty once it is over (SB-24). */
  readonly steps: readonly CourseWait[];
  /** Tries to pay the next period so far; only while it is unpaid. */
  readonly tries?: number;
  /** What an operator may do to it now, by the name of the update (OPS-3). */
  readonly allowedRepairs?: readonly SubscriptionRepairKind[];
  /** A charge whose outcome is not known yet, and whether that lasts so long that somebody should look (PC-11). */
  readonly charge?: {
    readonly since: string;
    readonly isStuck: boolean;
    /** When it will have lasted so long; absent where it has, or where nothing was sent yet. */
    readonly stuckAt?: string;
  };
}

/** Read from the workflow that will do it. */
export const upcomingQuery = defineQuery<SubscriptionCourse | undefined>('upcoming');

/** What can be asked of a subscription, by the wire name of its update; the members beside who asks. */
export interface Wishes {
  /** Ends it with the paid period; at once where none is paid (SB-17). */
  readonly cancel: unknown;
  readonly uncancel: unknown;
  /** At the period's end, or at once with the rest kept (SB-20). */
  readonly pause: { readonly days: number; readonly from: 'end' | 'now' };
  readonly resume: unknown;
  /** Who renews it. A saved method needs its id and a consent on record (SB-8). */
  readonly setDriver: {
    readonly driver: Driver;
    readonly methodId?: string;
    readonly consentId?: string;
  };
  readonly renewNow: unknown;
  /** Another instant (ISO 8601) for the next try of an unpaid renewal (SB-16). */
  readonly negotiate: { readonly at: string };
  readonly mute: { readonly isMuted: boolean };
  /** Operators: moves the end by whole days. */
  readonly editTimeline: { readonly days: number };
  /** Operators: gives the next period without a fee. */
  readonly skipPeriod: unknown;
  /** Operators: ends it now, whatever is paid. */
  readonly forceExpire: unknown;
}

export type WishKind = keyof Wishes;

/** One wish with who has it; operators give a reason of ten characters or more (OPS-3). */
export type Wished<K extends WishKind> = Wishes[K] & {
  readonly actor: Actor;
  readonly reason?: string;
};

/** The same on the wire: an operator may sign as under every other repair. */
export type WishUpdate<K extends WishKind> = Wished<K> | (Wishes[K] & OperatorSigned);

export type WishRefusal =
  | 'not_live'
  | 'not_owner'
  | 'wrong_state'
  | 'confirming'
  | 'too_late'
  | 'pause_too_long'
  | 'pauses_used_up'
  | 'no_method'
  | 'no_consent'
  | 'not_renewable'
  /** Its owner has tried as often as dunning does by itself. */
  | 'tries_used_up'
  | 'money_frozen';

export type WishOutcome =
  | {
      readonly kind: 'done';
      /** What it led to, such as `cancelling`, `expired` or `waits_for_charge`. */
      readonly effect: string;
      /** The instant (ISO 8601) the effect is about, where it has one. */
      readonly at?: string;
    }
  | {
      readonly kind: 'refused';
      readonly reason: WishRefusal;
      /** In which states it would be possible. */
      readonly allowedIn?: readonly string[];
    };

function wish<K extends WishKind>(name: K) {
  return defineUpdate<WishOutcome, [WishUpdate<K>]>(name);
}

export const cancelSubscriptionUpdate = wish('cancel');
export const uncancelSubscriptionUpdate = wish('uncancel');
export const pauseSubscriptionUpdate = wish('pause');
export const resumeSubscriptionUpdate = wish('resume');
export const setDriverUpdate = wish('setDriver');
export const renewNowUpdate = wish('renewNow');
export const negotiateUpdate = wish('negotiate');
export const muteRemindersUpdate = wish('mute');
export const editTimelineUpdate = wish('editTimeline');
/** Operators: `editTimeline` by so many days later. */
export const extendUpdate = defineUpdate<WishOutcome, [WishUpdate<'editTimeline'>]>('extend');
export const skipPeriodUpdate = wish('skipPeriod');
export const forceExpireUpdate = wish('forceExpire');

/** A repair in an operator's words as the wish it is. */
export function repairWish<K extends WishKind>(repair: Repair, members: Wishes[K]): Wished<K> {
  const actor: Actor = { kind: 'operator', id: repair.operatorId };
  return { ...(members as object), actor, reason: repair.reason } as Wished<K>;
}
