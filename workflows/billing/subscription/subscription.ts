import {
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import { scheduleTariff, wakeNotifier } from '../activities';
import type { Pending } from '../../requests';
import type { SubscriptionInput } from '../contract';
import { waitPast, wakesOnTime } from '../landmarks';
import type { CourseWait, SubscriptionCourse } from './contract';
import { call, isCall } from './charge';
import { layDesk, showCourse, waitInWords, type SubscriptionDesk } from './desk';
import { firstShape } from './first-shape';
import { grantWish, loadCourse, takeSubscriptionStep } from './stubs';

/** How long a step that the rows did not allow after all is let alone before it is looked at again. */
const MOVED_REST = '1 minute';

/**
 * One subscription, for years: sleeps until the next thing it does by itself (a reminder, a renewal, a further try, a
 * pause, the end), does it, and looks again; also whenever money arrived or its owner or an operator asks for
 * something. What comes next is read from the rows each time, so a payment and a timer racing each other give one
 * outcome, and a changed rule reaches subscriptions that sleep already.
 */
export async function subscription(input: SubscriptionInput): Promise<{ state: string }> {
  const desk = layDesk(input);
  if (!desk.isOneTask && !patched('subscription-course')) {
    const ended = await firstShape(desk);
    if (ended) return ended;
  }
  for (;;) {
    desk.course = await look(desk);
    tellAnswers(desk);
    if (await answerAll(desk)) continue;
    if (workflowInfo().continueAsNewSuggested) {
      // Here nothing asked is without its answer, so the handlers can finish.
      await condition(allHandlersFinished);
      await continueAsNew<typeof subscription>(input);
    }
    const [next] = desk.course?.steps ?? [];
    if (!next) break;
    showCourse(desk, waitInWords(desk.course!));
    if (!(await isInterrupted(desk, next))) await take(desk, next);
  }
  const state = desk.course?.state ?? 'unknown';
  showCourse(desk, 'nothing: this subscription is over');
  await condition(allHandlersFinished);
  return { state };
}

/** The course as the step just taken left it, unless something happened meanwhile; else as the rows say now. */
async function look(desk: SubscriptionDesk): Promise<SubscriptionCourse | undefined> {
  const { foreseen } = desk;
  desk.foreseen = undefined;
  if (foreseen && !desk.hasNews) return foreseen;
  desk.hasNews = false;
  const course = (await loadCourse({ ...named(desk), asOf: desk.clock.now() })) ?? undefined;
  if (course?.charge?.stuckAt !== undefined) desk.wakesOnTime ||= wakesOnTime();
  return course;
}

function named({ input }: SubscriptionDesk): { readonly subscriptionId: string } {
  return { subscriptionId: input.subscriptionId };
}

/** True when something happened before the step was due. */
async function isInterrupted(desk: SubscriptionDesk, next: CourseWait): Promise<boolean> {
  const untilMs = Date.parse(next.at);
  if (desk.clock.untilMs(untilMs) === 0) return isAsked(desk);
  const stuckAt = desk.course?.charge?.stuckAt;
  return waitPast({
    ...{ clock: desk.clock, untilMs, isOver: () => isAsked(desk) },
    landmarksMs: stuckAt !== undefined && desk.wakesOnTime ? [Date.parse(stuckAt)] : [],
    summary: `Until ${waitInWords(desk.course!)}`,
    announce: () => Promise.resolve(showStuck(desk)),
  });
}

/** A charge without an outcome is shown in time, however late the next question comes (PC-11). */
function showStuck(desk: SubscriptionDesk): void {
  const { course } = desk;
  if (!course?.charge) return;
  const { since } = course.charge;
  desk.course = { ...course, charge: { since, isStuck: true } };
  showCourse(desk, waitInWords(course));
}

function isAsked({ hasNews, wishes, changes }: SubscriptionDesk): boolean {
  return hasNews || wishes.length > 0 || changes.length > 0;
}

async function take(desk: SubscriptionDesk, next: CourseWait): Promise<void> {
  const { name, kind } = next;
  if (isCall(kind)) {
    if (await call(desk, kind)) return;
  } else {
    const due = { ...named(desk), name, asOf: desk.clock.now() };
    const { isOneTask } = desk;
    const taken = await takeSubscriptionStep(due, isOneTask);
    if (taken.kind === 'done') {
      if (taken.course && (isOneTask || patched('step-gives-course'))) desk.foreseen = taken.course;
      // Now the step itself nudges the sender of what it promised.
      return isOneTask ? undefined : wakeNotifier();
    }
  }
  // The rows moved on between the look and the step, or disagree with it: never in a hot loop.
  await condition(() => isAsked(desk), MOVED_REST, { summary: 'Until the rows are read again' });
}

/** Answers everything asked so far, each from the rows as the one before it left them. */
async function answerAll(desk: SubscriptionDesk): Promise<boolean> {
  const { wishes, changes } = desk;
  if (wishes.length + changes.length === 0) return false;
  for (const pending of wishes.splice(0)) {
    const { updateId, kind, wished } = pending.question;
    const asOf = desk.clock.now();
    answer(desk, pending, await grantWish({ ...named(desk), updateId, kind, wished, asOf }));
  }
  for (const pending of changes.splice(0)) {
    const wish = { ...pending.question, ...named(desk), asOf: desk.clock.now() };
    answer(desk, pending, await scheduleTariff(wish));
  }
  await wakeNotifier();
  return true;
}

function answer(
  { isOneTask, answered }: SubscriptionDesk,
  pending: Pending<unknown, unknown>,
  given: unknown,
): void {
  if (isOneTask) answered.push({ pending, given });
  else pending.answer = given;
}

/** Whoever asked hears of it when the course has been read anew, so that what they look at next is what they asked for. */
function tellAnswers({ answered }: SubscriptionDesk): void {
  for (const { pending, given } of answered.splice(0)) pending.answer = given;
}
