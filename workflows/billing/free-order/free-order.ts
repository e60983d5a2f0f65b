import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import type { CompletedFreeOrder } from '../../../activities/billing/free-orders';
import { businessClock } from '../../clock';
import { createShowcase } from '../../visibility';
import { wakeNotifier } from '../activities';
import { deliverPeriod } from '../period-delivery';
import { wakeWallet } from '../wallet/waking';
import { freeOrderOutcomeUpdate, type FreeOrderInput, type FreeOrderOutcome } from './contract';
import { completeFreeOrder } from './stubs';

/**
 * One order that costs nothing, such as a trial: fulfilled or refused in one transaction, without a provider (CO-13).
 * Whoever asked is answered as soon as the rows are committed; those who live by them hear of it afterwards.
 */
export async function freeOrder(input: FreeOrderInput): Promise<FreeOrderOutcome> {
  const { quoteId, userId, clockOffsetMs = 0 } = input;
  const show = createShowcase(() => ({
    who: `user ${userId}`,
    what: `order ${quoteId} without a price`,
  }));
  const told: { outcome?: FreeOrderOutcome } = {};
  setHandler(freeOrderOutcomeUpdate, async () => {
    await condition(() => told.outcome !== undefined);
    return told.outcome as FreeOrderOutcome;
  });
  show({ state: 'opening', waitingFor: 'the order to be written' });
  const asOf = businessClock(clockOffsetMs).now();
  const completed = await completeFreeOrder({ quoteId, userId, asOf });
  const outcome = outcomeOf(completed);
  told.outcome = outcome;
  if (completed.kind === 'fulfilled') {
    show({ state: 'delivering', waitingFor: 'the outcome to reach everybody' });
    await deliver(completed, { userId, clockOffsetMs });
  }
  show({ state: outcome.kind, waitingFor: 'nothing: this order is finished' });
  await condition(allHandlersFinished);
  return outcome;
}

function outcomeOf(completed: CompletedFreeOrder): FreeOrderOutcome {
  if (completed.kind === 'refused') return completed;
  const { subscription } = completed;
  return {
    kind: 'fulfilled',
    ...(subscription ? { subscriptionId: subscription.subscriptionId } : {}),
  };
}

async function deliver(
  { subscription, hasExpiringLots }: Extract<CompletedFreeOrder, { kind: 'fulfilled' }>,
  person: { userId: number; clockOffsetMs: number },
): Promise<void> {
  if (subscription) await deliverPeriod(subscription, person);
  if (hasExpiringLots) await wakeWallet(person);
  await wakeNotifier();
}
