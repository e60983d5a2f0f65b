import { QueryNotRegisteredError, type Client } from '@temporalio/client';
import { subscriptionWorkflowId } from '../../workflows/billing/contract';
import {
  cancelSubscriptionUpdate,
  editTimelineUpdate,
  forceExpireUpdate,
  muteRemindersUpdate,
  negotiateUpdate,
  pauseSubscriptionUpdate,
  renewNowUpdate,
  repairWish,
  resumeSubscriptionUpdate,
  setDriverUpdate,
  skipPeriodUpdate,
  uncancelSubscriptionUpdate,
  upcomingQuery,
  type Wished,
  type WishKind,
  type WishOutcome,
} from '../../workflows/billing/subscription/contract';
import { freeOrderCommands } from './free-orders';
import { isGone } from './gone';
import { planChangeCommands } from './plan-changes';
import type { Workflows } from './start';
import type {
  OwnSubscription,
  SubscriptionCommands,
  SubscriptionRepair,
} from './subscriptions-contract';

const UPDATES = {
  cancel: cancelSubscriptionUpdate,
  uncancel: uncancelSubscriptionUpdate,
  pause: pauseSubscriptionUpdate,
  resume: resumeSubscriptionUpdate,
  setDriver: setDriverUpdate,
  renewNow: renewNowUpdate,
  negotiate: negotiateUpdate,
  mute: muteRemindersUpdate,
  editTimeline: editTimelineUpdate,
  skipPeriod: skipPeriodUpdate,
  forceExpire: forceExpireUpdate,
} as const;

/** Asks the workflow that lives a subscription; one that is over, or was forgotten, answers `not_live`. */
export function subscriptionCommands(client: Client, taskQueue: string): SubscriptionCommands {
  const own =
    <K extends WishKind>(kind: K) =>
    (asked: OwnSubscription & Partial<Wished<K>>): Promise<WishOutcome> => {
      const { subscriptionId, userId, updateId, ...members } = asked;
      const wished = { ...members, actor: { kind: 'user', id: String(userId) } } as Wished<K>;
      return wish(client, kind, { subscriptionId, updateId, wished });
    };
  const freeOrders = freeOrderCommands(client, taskQueue);
  return {
    ...planChangeCommands(client),
    cancelSubscription: own('cancel'),
    uncancelSubscription: own('uncancel'),
    pauseSubscription: own('pause'),
    resumeSubscription: own('resume'),
    setDriver: own('setDriver'),
    renewNow: own('renewNow'),
    negotiate: own('negotiate'),
    muteReminders: own('mute'),
    upcoming: ({ subscriptionId }) => upcoming(client, subscriptionId),
    renewFromBalance: (order) => freeOrders.completeFreeOrder(order),
    repairSubscription: (repair) => repairSubscription(client, repair),
  };
}

interface Asked<K extends WishKind> {
  readonly subscriptionId: string;
  readonly updateId: string | undefined;
  readonly wished: Wished<K>;
}

async function wish<K extends WishKind>(
  client: Client,
  kind: K,
  { subscriptionId, updateId, wished }: Asked<K>,
): Promise<WishOutcome> {
  // Every update takes the members of its own kind; one name for all of them is the union of their types.
  const update = UPDATES[kind] as typeof cancelSubscriptionUpdate;
  try {
    return await handleOf(client, subscriptionId).executeUpdate(update, {
      args: [wished as Wished<'cancel'>],
      ...(updateId === undefined ? {} : { updateId }),
    });
  } catch (error) {
    if (!isGone(error)) throw error;
    return { kind: 'refused', reason: 'not_live' };
  }
}

async function upcoming(client: Client, subscriptionId: string) {
  try {
    return await handleOf(client, subscriptionId).query(upcomingQuery);
  } catch (error) {
    if (isGone(error) || error instanceof QueryNotRegisteredError) return undefined;
    throw error;
  }
}

function repairSubscription(client: Client, repair: SubscriptionRepair): Promise<WishOutcome> {
  const { subscriptionId, operationId: updateId, operatorId, reason, wish: wanted } = repair;
  const { kind, ...members } = wanted;
  const wished = repairWish(
    { operatorId: String(operatorId), reason },
    members as Wished<typeof kind>,
  );
  return wish(client, kind, { subscriptionId, updateId, wished });
}

function handleOf(client: Client, subscriptionId: string) {
  return client.workflow.getHandle<Workflows['subscription']>(
    subscriptionWorkflowId(subscriptionId),
  );
}
