import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { SubscriptionSnapshot } from '../../activities/billing/subscriptions';
import { businessClock, type BusinessClock } from '../clock';
import { billingUserId, periodEndAttribute, subscriptionIdAttribute } from '../contract';
import { ask, type Pending } from '../requests';
import { createShowcase } from '../visibility';
import {
  endTrial,
  expireSubscription,
  loadSubscription,
  remindTrial,
  scheduleTariff,
  wakeNotifier,
} from './activities';
import {
  changeTariffUpdate,
  fundsArrivedSignal,
  subscriptionStateQuery,
  type SubscriptionCard,
  type SubscriptionInput,
  type TariffChange,
} from './contract';
import {
  inWords,
  nextSubscriptionDeadline,
  SUBSCRIPTION_SUMMARY,
  type SubscriptionDeadline,
} from './subscription-deadlines';

/**
 * One subscription: sleeps until its period ends, looks again whenever a payment extended it, and says so when it is
 * over. The row decides, not the timer, so a payment and the end racing each other give one outcome.
 */
export async function subscription(input: SubscriptionInput): Promise<{ state: string }> {
  const { subscriptionId } = input;
  const clock = businessClock(input.clockOffsetMs ?? 0);
  const show = createShowcase();
  let current: SubscriptionSnapshot | null = null;
  let deadline: SubscriptionDeadline | undefined;
  let remindedN: number | undefined;
  let hasNews = false;
  const changes: Pending<TariffChange, unknown>[] = [];
  setHandler(fundsArrivedSignal, () => {
    hasNews = true;
  });
  setHandler(subscriptionStateQuery, () => cardOf(current, deadline));
  setHandler(changeTariffUpdate, (change) => ask(changes, change));
  for (;;) {
    hasNews = false;
    current = await loadSubscription({ subscriptionId });
    if (!current?.isLive) break;
    await answerChanges(changes, { subscriptionId, clock });
    deadline = nextSubscriptionDeadline(current, remindedN);
    showPeriod(show, current, deadline);
    const untilMs = clock.untilMs(deadline.atMs);
    const isMoved = await condition(() => hasNews || changes.length > 0, untilMs, {
      summary: SUBSCRIPTION_SUMMARY[deadline.kind],
    });
    if (!isMoved) {
      if (deadline.kind === 'convert') remindedN = current.periodN;
      current = await meet(deadline, { current, asOf: clock.now() });
      await wakeNotifier();
    }
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof subscription>(input);
    }
  }
  await answerChanges(changes, { subscriptionId, clock });
  const state = current?.state ?? 'unknown';
  show({ state, waitingFor: 'nothing: this subscription is over' });
  await condition(allHandlersFinished);
  return { state };
}

async function meet(
  { kind }: SubscriptionDeadline,
  { current, asOf }: { current: SubscriptionSnapshot; asOf: string },
): Promise<SubscriptionSnapshot | null> {
  const { subscriptionId } = current;
  switch (kind) {
    case 'convert':
      await remindTrial({ subscriptionId, asOf });
      return current;
    case 'trial_over':
      await endTrial({ subscriptionId, asOf });
      return current;
    case 'end':
      return expireSubscription({ subscriptionId, asOf });
  }
}

/** Each asks the rows, which may have changed by the answer before it. */
async function answerChanges(
  changes: Pending<TariffChange, unknown>[],
  { subscriptionId, clock }: { subscriptionId: string; clock: BusinessClock },
): Promise<void> {
  for (const pending of changes.splice(0)) {
    const wish = { ...pending.question, subscriptionId, asOf: clock.now() };
    pending.answer = await scheduleTariff(wish);
  }
}

function showPeriod(
  show: ReturnType<typeof createShowcase>,
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
