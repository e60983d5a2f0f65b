import { boundaryMs, localTimeOf } from '../calendar';
import { unknownPollDelayMs } from './payment';
import { quietDelayMs, quietSinceMs, type QuietHours } from './quiet-hours';
import type { BillingSettings } from './settings';

/** Who renews a subscription; exactly one at a time (SB-8). */
export type Driver = 'wallet' | 'saved_method' | 'stars' | 'none';

export type LiveState = 'trialing' | 'active' | 'past_due' | 'paused' | 'cancelling';

/** What a subscription does by itself. `send` and `ask` carry a charge whose outcome is not known yet; `stars` tells Telegram to charge no more, or again. */
export type CourseStepKind =
  | 'remind'
  | 'convert'
  | 'trial_over'
  | 'renew'
  | 'send'
  | 'ask'
  | 'stars'
  | 'restrict'
  | 'pause'
  | 'resume'
  | 'expire';

export interface CourseStep {
  readonly kind: CourseStepKind;
  /** Names the step within its period, such as `remind:3` or `renew:1`: done once, whoever repeats it. */
  readonly name: string;
  readonly atMs: number;
  /** After this instant a late reminder would only confuse (SB-5). */
  readonly dropAfterMs?: number;
}

/** The settings a course obeys, read from their texts. */
export interface CourseRules {
  /** Whole days before the end; zero is the last reminder, some hours before it. */
  readonly reminderDays: readonly number[];
  readonly reminderLastLeadHours: number;
  /** Days after the end on which a failed renewal is tried again; the first is zero. */
  readonly dunningDays: readonly number[];
  readonly graceFullDays: number;
  readonly starsWaitHours: number;
}

export function courseRules(settings: BillingSettings): CourseRules {
  const { reminderLastLeadHours, graceFullDays, starsWaitHours } = settings;
  return {
    reminderDays: numbers(settings.reminderDays),
    dunningDays: numbers(settings.dunningDays).sort((a, b) => a - b),
    ...{ reminderLastLeadHours, graceFullDays, starsWaitHours },
  };
}

function numbers(text: string): number[] {
  return text.split(',').map(Number);
}

/** A charge of a saved method under way. */
export interface LiveAttempt {
  readonly isSent: boolean;
  /** When it was sent or asked about last. */
  readonly touchedMs: number;
  readonly questions: number;
  readonly isOverdue: boolean;
}

/** Telegram charges, or does not, otherwise than the subscription's owner wants (SB-17). */
export interface StarsDiscord {
  /** When Telegram was last told in vain. */
  readonly touchedMs?: number;
}

/** Everything that decides what a live subscription does next; instants in milliseconds. */
export interface CourseFacts {
  readonly state: LiveState;
  readonly driver: Driver;
  /** It is to go on after this period. */
  readonly isRenewing: boolean;
  readonly zone: string;
  readonly periodStartMs: number;
  readonly periodEndMs: number;
  readonly access: 'full' | 'restricted' | 'none';
  /** Names of the steps taken in this period, each with the instant of the last time. */
  readonly done: ReadonlyMap<string, number>;
  readonly attempt?: LiveAttempt;
  readonly stars?: StarsDiscord;
  /** The method was refused for good, or its owner may not be charged: no more tries until that changes. */
  readonly isBarred: boolean;
  /** When the newest try for the next period was made, or its outcome known: the tries planned before it are behind it. */
  readonly triedMs?: number;
  /** Past due, and now there is enough to pay at once. */
  readonly canPayNow: boolean;
  /** The instant the owner chose for the next try. */
  readonly retryMs?: number;
  /** Days of pause agreed for the end of the period. */
  readonly pauseDays?: number;
  readonly pausedUntilMs?: number;
  readonly trial?: { readonly endsMs: number; readonly remindMs?: number };
  readonly quiet?: QuietHours;
  readonly isMuted: boolean;
}

const DAY_COUNT = { unit: 'day', count: 1 } as const;
const HOUR = 3_600_000;
/** How long Telegram is let alone after it gave no clear answer. */
const STARS_REST_MS = 600_000;
/** Now, whatever the clock says. */
const AT_ONCE = 0;

/**
 * What a subscription will do by itself if nothing else happens, soonest first (SB-24). Pure: the rows decide, the
 * workflow only sleeps until the first of these, so a rule may change while subscriptions sleep for years.
 */
export function courseOf(facts: CourseFacts, rules: CourseRules): readonly CourseStep[] {
  const all = [...starsSteps(facts.stars), ...stepsOf(facts, rules)];
  const steps = all.filter((step) => !isDone(step, facts.done));
  return steps.sort((a, b) => a.atMs - b.atMs || URGENCY[a.kind] - URGENCY[b.kind]);
}

/** A reminder is given once in a period. Everything else comes again when its instant has moved behind the last time. */
function isDone({ kind, name, atMs }: CourseStep, done: CourseFacts['done']): boolean {
  const lastMs = done.get(name);
  if (lastMs === undefined) return false;
  return kind === 'remind' || kind === 'convert' || lastMs >= atMs;
}

/** A subscription that is over still asks what became of its last charge, and Telegram not to charge any more. */
export function courseAfterEnd({
  attempt,
  stars,
}: Pick<CourseFacts, 'attempt' | 'stars'>): readonly CourseStep[] {
  return [...starsSteps(stars), ...(attempt ? [attemptStep(attempt)] : [])];
}

function starsSteps(stars: StarsDiscord | undefined): CourseStep[] {
  if (!stars) return [];
  const atMs = stars.touchedMs === undefined ? AT_ONCE : stars.touchedMs + STARS_REST_MS;
  return [{ kind: 'stars', name: 'stars', atMs }];
}

/** Of two steps due in the same instant, what gives comes before what takes away. */
const URGENCY: Readonly<Record<CourseStepKind, number>> = {
  stars: 0,
  send: 0,
  ask: 1,
  remind: 2,
  convert: 2,
  trial_over: 3,
  resume: 4,
  pause: 5,
  renew: 6,
  restrict: 7,
  expire: 8,
};

function stepsOf(facts: CourseFacts, rules: CourseRules): CourseStep[] {
  switch (facts.state) {
    case 'paused':
      return [{ kind: 'resume', name: 'resume', atMs: facts.pausedUntilMs ?? AT_ONCE }];
    case 'past_due':
      return unpaidSteps(facts, rules);
    case 'trialing':
    case 'active':
    case 'cancelling':
      return coveredSteps(facts, rules);
  }
}

function coveredSteps(facts: CourseFacts, rules: CourseRules): CourseStep[] {
  const { trial, periodEndMs } = facts;
  if (facts.attempt) return [attemptStep(facts.attempt)];
  const steps = [...reminders(facts, rules), endStep(facts, rules)];
  if (trial?.remindMs !== undefined && !facts.isRenewing) {
    steps.push({ kind: 'convert', name: 'convert', atMs: trial.remindMs });
  }
  if (trial && trial.endsMs < periodEndMs) {
    steps.push({ kind: 'trial_over', name: 'trial_over', atMs: trial.endsMs });
  }
  return steps;
}

/** What happens when the paid time is over (15.1). */
function endStep(facts: CourseFacts, rules: CourseRules): CourseStep {
  const { periodEndMs: endMs, pauseDays, driver, retryMs } = facts;
  if (pauseDays !== undefined) return { kind: 'pause', name: 'pause', atMs: endMs };
  if (!facts.isRenewing) return { kind: 'expire', name: 'expire', atMs: endMs };
  // Telegram charges; we only wait a while longer than it needs (SB-8).
  const waitMs = driver === 'stars' ? rules.starsWaitHours * HOUR : 0;
  return { kind: 'renew', name: 'renew:0', atMs: Math.max(endMs + waitMs, retryMs ?? 0) };
}

/** Unpaid: further tries, less access, and the end (SB-11, SB-12). An unknown outcome holds everything back (SB-15). */
function unpaidSteps(facts: CourseFacts, rules: CourseRules): CourseStep[] {
  const restrictMs = daysAfter(facts.periodEndMs, facts.zone, rules.graceFullDays);
  const restrict: CourseStep[] =
    facts.access === 'full' ? [{ kind: 'restrict', name: 'restrict', atMs: restrictMs }] : [];
  if (facts.attempt) return [attemptStep(facts.attempt), ...restrict];
  const last = rules.dunningDays.at(-1) ?? 0;
  const overMs = daysAfter(facts.periodEndMs, facts.zone, last + 1);
  const expire: CourseStep = { kind: 'expire', name: 'expire', atMs: overMs };
  return [...tries(facts, rules), ...restrict.filter(({ atMs }) => atMs < overMs), expire];
}

function tries(facts: CourseFacts, rules: CourseRules): CourseStep[] {
  const { driver, isBarred, canPayNow, retryMs, periodEndMs, zone, done } = facts;
  const triedMs = facts.triedMs ?? -Infinity;
  if (isBarred || !facts.isRenewing || driver === 'none') return [];
  if (canPayNow && !done.has('renew:funds'))
    return [{ kind: 'renew', name: 'renew:funds', atMs: AT_ONCE }];
  if (driver === 'stars') return [];
  const dated = rules.dunningDays.map((days, index) => ({
    kind: 'renew' as const,
    name: `renew:${index}`,
    atMs: daysAfter(periodEndMs, zone, days),
  }));
  const planned = dated.filter(({ atMs }) => atMs > triedMs);
  if (retryMs === undefined) return planned;
  // The owner's own instant takes the place of the tries before it.
  const later = planned.filter(({ atMs }) => atMs > retryMs);
  return [{ kind: 'renew', name: 'renew:chosen', atMs: retryMs }, ...later];
}

/** The last instant that an owner may choose for a try: the last day of dunning (SB-16). */
export function lastTryMs(
  facts: Pick<CourseFacts, 'periodEndMs' | 'zone'>,
  rules: CourseRules,
): number {
  return daysAfter(facts.periodEndMs, facts.zone, rules.dunningDays.at(-1) ?? 0);
}

/** An owner may add as many tries to those of a period as dunning makes by itself, and no more. */
export function mostTries({ dunningDays }: CourseRules): number {
  return 2 * dunningDays.length;
}

function attemptStep({ isSent, touchedMs, questions, isOverdue }: LiveAttempt): CourseStep {
  if (!isSent) return { kind: 'send', name: 'send', atMs: AT_ONCE };
  const atMs = touchedMs + unknownPollDelayMs(questions, isOverdue);
  return { kind: 'ask', name: `ask:${questions}`, atMs };
}

/** Each at the hour of the end, outside quiet hours; none of before the period (SB-5). */
function reminders(facts: CourseFacts, rules: CourseRules): CourseStep[] {
  if (facts.isMuted) return [];
  const days = [...rules.reminderDays].sort((a, b) => b - a);
  const planned = days.map((d) => ({ d, atMs: reminderMs(facts, rules, d) }));
  return planned.flatMap(({ d, atMs }, index) => {
    if (isBeforeStart(facts, rules, d) || isAsking(facts, rules, d)) return [];
    const dropAfterMs = planned[index + 1]?.atMs ?? facts.periodEndMs;
    return [{ kind: 'remind', name: `remind:${d}`, atMs, dropAfterMs }];
  });
}

/** Quiet hours may move a reminder either way; one that belongs to the time before the period stays unsent. */
function isBeforeStart(facts: CourseFacts, rules: CourseRules, days: number): boolean {
  const plannedMs = [wishedMsOf(facts, rules, days), reminderMs(facts, rules, days)];
  return Math.min(...plannedMs) <= facts.periodStartMs;
}

/** The question to stay after a trial takes the place of the reminder of the same hour. */
function isAsking(facts: CourseFacts, rules: CourseRules, days: number): boolean {
  const askMs = facts.isRenewing ? undefined : facts.trial?.remindMs;
  return askMs !== undefined && Math.abs(wishedMsOf(facts, rules, days) - askMs) < HOUR;
}

function wishedMsOf(facts: CourseFacts, rules: CourseRules, days: number): number {
  const { periodEndMs, zone } = facts;
  return days === 0
    ? periodEndMs - rules.reminderLastLeadHours * HOUR
    : daysAfter(periodEndMs, zone, -days);
}

function reminderMs(facts: CourseFacts, rules: CourseRules, days: number): number {
  const { periodEndMs, quiet } = facts;
  const wishedMs = wishedMsOf(facts, rules, days);
  const loudMs = wishedMs + quietDelayMs(quiet, wishedMs);
  return loudMs < periodEndMs ? loudMs : quietSinceMs(quiet, wishedMs);
}

/** Calendar days of the billing zone, so that a clock change in between moves no hour. */
function daysAfter(instantMs: number, zone: string, days: number): number {
  const whole = Math.trunc(days);
  const local = localTimeOf(instantMs, zone);
  const atMs = boundaryMs({ local, zone, ...DAY_COUNT }, whole);
  return atMs + Math.round((days - whole) * 24 * HOUR);
}
