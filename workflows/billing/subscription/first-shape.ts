import {
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { SubscriptionSnapshot } from '../../../activities/billing/subscriptions';
import { billingUserId, periodEndAttribute, subscriptionIdAttribute } from '../../contract';
import {
  endTrial,
  expireSubscription,
  loadSubscription,
  remindTrial,
  scheduleTariff,
  wakeNotifier,
} from '../activities';
import type { SubscriptionCard } from '../contract';
import type { SubscriptionDesk } from './desk';
import {
  inWords,
  nextSubscriptionDeadline,
  SUBSCRIPTION_SUMMARY,
  type SubscriptionDeadline,
} from './first-deadlines';
import type { subscription } from './subscription';

/**
 * How runs went that began before subscriptions renewed: kept so that their histories replay. Such a run goes over to
 * today's shape with the first thing that happens to it, and then this returns undefined.
 */
export async function firstShape(desk: SubscriptionDesk): Promise<{ state: string } | undefined> {
  const { subscriptionId } = desk.input;
  const { clock, show, changes } = desk;
  let current: SubscriptionSnapshot | null;
  let remindedN: number | undefined;
  for (;;) {
    if (patched('subscription-course')) return undefined;
    desk.hasNews = false;
    current = await loadSubscription({ subscriptionId });
    if (!current?.isLive) break;
    await answerChanges(desk);
    const deadline = nextSubscriptionDeadline(current, remindedN);
    desk.card = cardOf(current, deadline);
    showPeriod(show, current, deadline);
    const untilMs = clock.untilMs(deadline.atMs);
    const isWanted = () => changes.length > 0 || desk.wishes.length > 0;
    const isMoved = await condition(() => desk.hasNews || isWanted(), untilMs, {
      summary: SUBSCRIPTION_SUMMARY[deadline.kind],
    });
    if (!isMoved) {
      if (deadline.kind === 'convert') remindedN = current.periodN;
      await meet(deadline, { current, asOf: clock.now() });
      await wakeNotifier();
    }
    // Whoever still waits for an answer is answered first, by today's shape.
    if (workflowInfo().continueAsNewSuggested && !isWanted()) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof subscription>(desk.input);
    }
  }
  await answerChanges(desk);
  const state = current?.state ?? 'unknown';
  show({ state, waitingFor: 'nothing: this subscription is over' });
  await condition(allHandlersFinished);
  return { state };
}

async function meet(
  { kind }: SubscriptionDeadline,
  { current, asOf }: { current: SubscriptionSnapshot; asOf: string },
): Promise<void> {
  const { subscriptionId } = current;
  switch (kind) {
    case 'convert':
      return remindTrial({ subscriptionId, asOf });
    case 'trial_over':
      return endTrial({ subscriptionId, asOf });
    case 'end':
      await expireSubscription({ subscriptionId, asOf });
  }
}

/** Each asks the rows, which may have changed by the answer before it. */
async function answerChanges({ changes, clock, input }: SubscriptionDesk): Promise<void> {
  for (const pending of changes.splice(0)) {
    const { subscriptionId } = input;
    const wish = { ...pending.question, subscriptionId, asOf: clock.now() };
    pending.answer = await scheduleTariff(wish);
  }
}

function showPeriod(
  show: SubscriptionDesk['show'],
  { state, periodN, periodEnd, userId, subscriptionId }: SubscriptionSnapshot,
  deadline: SubscriptionDeadline,
): void {
  const nextAt = new Date(deadline.atMs).toISOString();
  show({ state, waitingFor: inWords(deadline, periodN), nextAt });
  upsertSearchAttributes([
    { key: billingUserId, value: String(userId) },
    { key: subscriptionIdAttribute, value: subscriptionId },
    { key: periodEndAttribute, value: new Date(periodEnd) },
  ]);
}

function cardOf(
  snapshot: SubscriptionSnapshot | null,
  deadline: SubscriptionDeadline | undefined,
): SubscriptionCard | undefined {
  if (!snapshot) return undefined;
  const { subscriptionId, state, periodN, periodEnd } = snapshot;
  const waitingFor = snapshot.isLive && deadline ? inWords(deadline, periodN) : 'nothing';
  return { subscriptionId, state, periodN, periodEnd, waitingFor };
}
