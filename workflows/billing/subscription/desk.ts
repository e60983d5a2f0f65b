import { currentUpdateInfo, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { businessClock, type BusinessClock } from '../../clock';
import { billingUserId, periodEndAttribute, subscriptionIdAttribute } from '../../contract';
import { ask, type Pending } from '../../requests';
import { createShowcase } from '../../visibility';
import {
  changeTariffUpdate,
  fundsArrivedSignal,
  subscriptionStateQuery,
  type SubscriptionCard,
  type SubscriptionInput,
  type TariffChange,
} from '../contract';
import { requireRepair } from '../repair-rules';
import {
  cancelSubscriptionUpdate,
  editTimelineUpdate,
  forceExpireUpdate,
  muteRemindersUpdate,
  negotiateUpdate,
  pauseSubscriptionUpdate,
  renewNowUpdate,
  resumeSubscriptionUpdate,
  setDriverUpdate,
  skipPeriodUpdate,
  uncancelSubscriptionUpdate,
  upcomingQuery,
  type SubscriptionCourse,
  type Wished,
  type WishKind,
  type WishOutcome,
} from './contract';

/** Something asked of the subscription, with the id of its update: the key of what it does. */
export interface Wanted {
  readonly updateId: string;
  readonly kind: WishKind;
  readonly wished: Wished<WishKind>;
}

/** Everything a subscription's workflow knows while it runs; the rows know the rest. */
export interface SubscriptionDesk {
  readonly input: SubscriptionInput;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
  readonly wishes: Pending<Wanted, unknown>[];
  readonly changes: Pending<TariffChange, unknown>[];
  hasNews: boolean;
  course: SubscriptionCourse | undefined;
  /** What the step just taken says comes next. */
  foreseen: SubscriptionCourse | undefined;
  /** What runs of the first shape show; see `first-shape.ts`. */
  card: SubscriptionCard | undefined;
}

/** Sets every handler before the first wait. Handlers only record; the main loop works. */
export function layDesk(input: SubscriptionInput): SubscriptionDesk {
  const desk: SubscriptionDesk = {
    input,
    clock: businessClock(input.clockOffsetMs ?? 0),
    show: createShowcase(),
    wishes: [],
    changes: [],
    hasNews: false,
    course: undefined,
    foreseen: undefined,
    card: undefined,
  };
  setHandler(fundsArrivedSignal, () => {
    desk.hasNews = true;
  });
  setHandler(subscriptionStateQuery, () => cardOf(desk));
  setHandler(upcomingQuery, () => desk.course);
  setHandler(changeTariffUpdate, (change) => ask(desk.changes, change));
  takeWishes(desk);
  takeRepairs(desk);
  return desk;
}

function takeWishes(desk: SubscriptionDesk): void {
  setHandler(cancelSubscriptionUpdate, (wished) => want(desk, 'cancel', wished));
  setHandler(uncancelSubscriptionUpdate, (wished) => want(desk, 'uncancel', wished));
  setHandler(pauseSubscriptionUpdate, (wished) => want(desk, 'pause', wished), {
    validator: ({ days }: Wished<'pause'>) => requireDays(days, 1),
  });
  setHandler(resumeSubscriptionUpdate, (wished) => want(desk, 'resume', wished));
  setHandler(setDriverUpdate, (wished) => want(desk, 'setDriver', wished));
  setHandler(renewNowUpdate, (wished) => want(desk, 'renewNow', wished));
  setHandler(negotiateUpdate, (wished) => want(desk, 'negotiate', wished), {
    validator: ({ at }: Wished<'negotiate'>) => requireInstant(at),
  });
  setHandler(muteRemindersUpdate, (wished) => want(desk, 'mute', wished));
}

function takeRepairs(desk: SubscriptionDesk): void {
  setHandler(editTimelineUpdate, (wished) => want(desk, 'editTimeline', wished), {
    validator: (wished: Wished<'editTimeline'>) => {
      requireOperator(wished);
      requireDays(wished.days, -3_660);
    },
  });
  setHandler(skipPeriodUpdate, (wished) => want(desk, 'skipPeriod', wished), {
    validator: requireOperator,
  });
  setHandler(forceExpireUpdate, (wished) => want(desk, 'forceExpire', wished), {
    validator: requireOperator,
  });
}

function want<K extends WishKind>(
  desk: SubscriptionDesk,
  kind: K,
  wished: Wished<K>,
): Promise<WishOutcome> {
  const updateId = currentUpdateInfo()?.id ?? kind;
  return ask(desk.wishes, { updateId, kind, wished });
}

function requireOperator({ actor, reason }: Wished<WishKind>): void {
  if (actor.kind !== 'operator') throw new Error('only an operator can ask for this');
  requireRepair({ operatorId: actor.id, reason: reason ?? '' });
}

const MOST_DAYS = 3_660;

function requireDays(days: number, least: number): void {
  const isFit = Number.isInteger(days) && days !== 0 && days >= least && days <= MOST_DAYS;
  if (!isFit) throw new Error(`days takes a whole number between ${least} and ${MOST_DAYS}`);
}

function requireInstant(at: string): void {
  if (Number.isNaN(Date.parse(at))) throw new Error('at takes an instant in ISO 8601');
}

/** Shows an operator what is waited for, in words, and makes the run findable. */
export function showCourse(desk: SubscriptionDesk, waitingFor: string): void {
  const { course } = desk;
  if (!course) return;
  const [next] = course.steps;
  const stuck = course.charge?.isStuck ? { stuck: 'unknown' } : {};
  desk.show({ state: course.state, waitingFor, ...(next ? { nextAt: next.at } : {}), ...stuck });
  upsertSearchAttributes([
    { key: billingUserId, value: String(course.userId) },
    { key: subscriptionIdAttribute, value: course.subscriptionId },
    { key: periodEndAttribute, value: new Date(course.periodEnd) },
  ]);
}

function cardOf({ course, card }: SubscriptionDesk): SubscriptionCard | undefined {
  if (!course) return card;
  const { subscriptionId, state, periodN, periodEnd, steps } = course;
  const waitingFor = steps[0] ? waitInWords(course) : 'nothing';
  return { subscriptionId, state, periodN, periodEnd, waitingFor };
}

/** What a subscription waits for, in words for an operator. */
export function waitInWords({ steps, periodN }: SubscriptionCourse): string {
  const [next] = steps;
  if (!next) return 'nothing: this subscription is over';
  const words: Readonly<Record<typeof next.kind, string>> = {
    remind: `reminder ${next.name.slice('remind:'.length)} of period ${periodN}`,
    convert: 'the reminder before the trial ends',
    trial_over: 'the end of the trial, which is paid on',
    renew: `the renewal after period ${periodN} (${next.name})`,
    send: 'the charge of the saved method to be sent',
    ask: 'the outcome of a charge at the provider',
    stars: 'Telegram to hear whether it may charge',
    restrict: 'the end of full access in grace',
    pause: `the pause after period ${periodN}`,
    resume: 'the end of the pause',
    expire: `the end of period ${periodN}`,
  };
  return words[next.kind];
}
