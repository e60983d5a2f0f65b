import type { SearchAttributeUpdatePair, UpdateDefinition } from '@temporalio/common';
import {
  currentUpdateInfo,
  patched,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { businessClock, type BusinessClock } from '../../clock';
import {
  attemptNumber,
  billingUserId,
  periodEndAttribute,
  subscriptionIdAttribute,
} from '../../contract';
import { ask, type Pending } from '../../requests';
import {
  createShowcase,
  describeRepair,
  moneyWords,
  tokenWords,
  type Subject,
} from '../../visibility';
import {
  changeTariffUpdate,
  fundsArrivedSignal,
  subscriptionStateQuery,
  type SubscriptionCard,
  type SubscriptionInput,
  type TariffChange,
} from '../contract';
import { requireRepair, signedBy } from '../repair-rules';
import {
  cancelSubscriptionUpdate,
  editTimelineUpdate,
  extendUpdate,
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
  type RenewalPrice,
  type SubscriptionCourse,
  type Wished,
  type Wishes,
  type WishKind,
  type WishOutcome,
  type WishUpdate,
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
  /**
   * A step, what it shows and the next timer are one workflow task with one change of search attributes: each change is a
   * row of the list of workflows written anew. Asked at the start, so that a step records no patch.
   */
  readonly isOneTask: boolean;
  readonly wishes: Pending<Wanted, unknown>[];
  readonly changes: Pending<TariffChange, unknown>[];
  /** What was done already, and is told with the next look. */
  readonly answered: { readonly pending: Pending<unknown, unknown>; readonly given: unknown }[];
  hasNews: boolean;
  /** What is due between two questions about a charge is not put off until the next one. */
  wakesOnTime: boolean;
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
    show: createShowcase(() => subjectOf(desk)),
    isOneTask: patched('step-in-one-task'),
    wishes: [],
    changes: [],
    answered: [],
    hasNews: false,
    wakesOnTime: false,
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
  take(desk, cancelSubscriptionUpdate, { kind: 'cancel' });
  take(desk, uncancelSubscriptionUpdate, { kind: 'uncancel' });
  const hasDays = ({ days }: Wishes['pause']) => requireDays(days, 1);
  take(desk, pauseSubscriptionUpdate, { kind: 'pause', requires: hasDays });
  take(desk, resumeSubscriptionUpdate, { kind: 'resume' });
  take(desk, setDriverUpdate, { kind: 'setDriver' });
  take(desk, renewNowUpdate, { kind: 'renewNow' });
  const hasInstant = ({ at }: Wishes['negotiate']) => requireInstant(at);
  take(desk, negotiateUpdate, { kind: 'negotiate', requires: hasInstant });
  take(desk, muteRemindersUpdate, { kind: 'mute' });
}

function takeRepairs(desk: SubscriptionDesk): void {
  const by = { isByOperator: true };
  const isEdit = ({ days }: Wishes['editTimeline']) => requireDays(days, -MOST_DAYS);
  take(desk, editTimelineUpdate, { kind: 'editTimeline', requires: isEdit, ...by });
  const isLater = ({ days }: Wishes['editTimeline']) => requireDays(days, 1);
  take(desk, extendUpdate, { kind: 'editTimeline', requires: isLater, ...by });
  take(desk, skipPeriodUpdate, { kind: 'skipPeriod', ...by });
  take(desk, forceExpireUpdate, { kind: 'forceExpire', ...by });
}

interface WishTaken<K extends WishKind> {
  readonly kind: K;
  readonly requires?: (members: Wishes[K]) => void;
  /** True where its owner cannot ask for it. */
  readonly isByOperator?: boolean;
}

/** Whoever asks as an operator says who they are and why (OPS-3). */
function take<K extends WishKind>(
  desk: SubscriptionDesk,
  update: UpdateDefinition<WishOutcome, [WishUpdate<K>]>,
  { kind, requires, isByOperator = false }: WishTaken<K>,
): void {
  setHandler(update, (asked) => want(desk, kind, asked), {
    validator: (asked: WishUpdate<K>) => {
      const { kind: asker, id: operatorId } = signedBy(asked);
      if (isByOperator && asker !== 'operator')
        throw new Error('only an operator can ask for this');
      if (asker === 'operator') requireRepair({ operatorId, reason: asked.reason ?? '' });
      requires?.(asked);
    },
    ...describeRepair('subscription', update.name),
  });
}

function want<K extends WishKind>(
  desk: SubscriptionDesk,
  kind: K,
  asked: WishUpdate<K>,
): Promise<WishOutcome> {
  const updateId = currentUpdateInfo()?.id ?? kind;
  const wished = { ...(asked as object), actor: signedBy(asked) } as Wished<K>;
  return ask(desk.wishes, { updateId, kind, wished });
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
  const nextAt = next ? { nextAt: next.at } : {};
  const showing = { state: course.state, waitingFor, ...nextAt, ...stuck };
  if (desk.isOneTask) return desk.show(showing, attributesOf(course));
  desk.show(showing);
  upsertSearchAttributes(attributesOf(course));
}

function attributesOf(course: SubscriptionCourse): SearchAttributeUpdatePair[] {
  return [
    { key: billingUserId, value: String(course.userId) },
    { key: subscriptionIdAttribute, value: course.subscriptionId },
    { key: periodEndAttribute, value: new Date(course.periodEnd) },
    { key: attemptNumber, value: course.tries ?? null },
  ];
}

/** What an operator reads on the card of any workflow. */
function subjectOf({ input, course, card }: SubscriptionDesk): Subject {
  const { subscriptionId } = input;
  const { periodN = card?.periodN, driver, steps = [] } = course ?? {};
  const price = steps.find((step) => step.price)?.price;
  const repairs = course?.allowedRepairs ?? [];
  return {
    who: course ? `user ${course.userId}` : 'nobody known',
    what: `subscription ${subscriptionId}, period ${periodN ?? '–'}, renewed by ${driver ?? '–'}`,
    howMuch: price && priceWords(price),
    // What can be moved can be moved later, too.
    repairs: repairs.includes('editTimeline') ? ['extend', ...repairs] : repairs,
  };
}

function priceWords(price: RenewalPrice): string {
  if (price.kind === 'tokens') return tokenWords(price.feeUtok);
  const { amountMinor: minor, currency, exponent } = price;
  return moneyWords({ minor, currency, exponent });
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
