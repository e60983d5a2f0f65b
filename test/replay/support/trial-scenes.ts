import { randomUUID } from 'node:crypto';
import type { SubscriptionSnapshot } from '../../../activities/billing/subscriptions';
import {
  subscriptionStateQuery,
  subscriptionWorkflowId,
} from '../../../workflows/billing/contract';
import {
  freeOrderOutcomeUpdate,
  freeOrderWorkflowId,
} from '../../../workflows/billing/free-order/contract';
import { until } from '../../support/until';
import { USER_ID } from '../../workflows/support/cast';
import { DAY, SECOND, type Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

async function confirmed(theatre: Theatre) {
  const quoteId = randomUUID();
  const handle = await theatre.start('freeOrder', {
    workflowId: freeOrderWorkflowId(quoteId),
    input: { quoteId, userId: USER_ID },
  });
  await handle.executeUpdate(freeOrderOutcomeUpdate).catch(() => undefined);
  await handle.result();
  return handle;
}

/** A subscription in a week of trial, with a month behind it when it is paid on. */
async function onTrial(theatre: Theatre, isPaidOn: boolean) {
  const subscriptionId = randomUUID();
  const at = (days: number) => new Date(Date.now() + days * DAY).toISOString();
  const trial = isPaidOn ? { endsAt: at(7) } : { endsAt: at(7), remindAt: at(6) };
  const periodEnd = isPaidOn ? at(37) : trial.endsAt;
  const shared = { subscriptionId, userId: USER_ID, isLive: true, periodN: 0, periodEnd };
  let row: SubscriptionSnapshot = { ...shared, state: 'trialing', trial };
  theatre.play({
    loadSubscription: () => Promise.resolve(row),
    endTrial: () => {
      row = { ...shared, state: 'active' };
      return Promise.resolve(undefined);
    },
    expireSubscription: () => {
      row = { ...shared, state: 'expired', isLive: false };
      return Promise.resolve(row);
    },
  });
  const handle = await theatre.start('subscription', {
    workflowId: subscriptionWorkflowId(subscriptionId),
    input: { subscriptionId },
  });
  await until(
    'it has looked',
    async () => (await handle.query(subscriptionStateQuery)) !== undefined,
  );
  return { handle, endMs: Date.parse(periodEnd) };
}

/** Orders that cost nothing, and trials as time passes. */
export const TRIAL_SCENES: Readonly<Record<string, Scene>> = {
  'free-order-fulfilled': async (theatre) => {
    theatre.play({
      completeFreeOrder: () =>
        Promise.resolve({
          kind: 'fulfilled',
          subscription: { subscriptionId: randomUUID(), change: 'started' },
          hasExpiringLots: true,
        }),
    });
    return confirmed(theatre);
  },
  'free-order-refused': async (theatre) => {
    theatre.play({
      completeFreeOrder: () => Promise.resolve({ kind: 'refused', reason: 'trial_used' }),
    });
    return confirmed(theatre);
  },
  'subscription-trial-expired': async (theatre) => {
    const { handle, endMs } = await onTrial(theatre, false);
    await theatre.passTo(handle.workflowId, endMs + SECOND);
    await handle.result();
    return handle;
  },
  'subscription-trial-paid-on': async (theatre) => {
    const { handle } = await onTrial(theatre, true);
    await theatre.pass(handle.workflowId, 10 * DAY);
    return handle;
  },
};
