import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { paymentSeenSignal } from '../../workflows/billing/contract';
import { walletWorkflowId } from '../../workflows/billing/wallet/contract';
import { until } from '../support/until';
import { fulfilled, USER_ID } from './support/cast';
import { confirmedPayment, openedOrder } from './support/purchases';
import { openTheatre, type Theatre } from './support/theatre';

// What a purchase costs is mostly what Temporal writes down of it: each task of a workflow is three events and two
// transactions, each activity as much again, and each change of what the Web UI finds it by rewrites dozens of indexes.

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

async function costOf(handle: WorkflowHandle) {
  const { events } = await handle.fetchHistory();
  const all = events ?? [];
  return {
    tasks: all.filter((event) => event.workflowTaskCompletedEventAttributes).length,
    activities: all.flatMap(
      ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? [],
    ),
    // The first names the shape of the run.
    shown: all.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes).length - 1,
  };
}

test('an order is opened, given its link and ended in three tasks beside the question of its buyer', async () => {
  const { handle, invoiceId } = await openedOrder(theatre);
  const outcome = fulfilled(invoiceId);
  await handle.signal(paymentSeenSignal, { outcome, providerPaymentId: 'p' });
  await handle.result();
  const { tasks, activities, shown } = await costOf(handle);
  expect(activities).toEqual(['createPayment']);
  expect(tasks).toBeLessThanOrEqual(4);
  expect(shown).toBe(3);
});

test('a payment is found, asked about, booked and told in three tasks', async () => {
  const { invoiceId } = await openedOrder(theatre);
  theatre.recast({ postPayment: () => Promise.resolve(fulfilled(invoiceId)) });
  expect(await costOf(await confirmedPayment(theatre))).toEqual({
    tasks: 3,
    activities: ['learnPayment'],
    shown: 3,
  });
});

test('who lives by what was bought is told beside each other, not one after the other', async () => {
  const { handle, invoiceId } = await openedOrder(theatre);
  const subscriptionId = randomUUID();
  const bought = {
    ...fulfilled(invoiceId),
    subscription: { subscriptionId, change: 'started' as const },
    hasExpiringLots: true,
  };
  theatre.recast({ postPayment: () => Promise.resolve(bought) });
  const history = (await (await confirmedPayment(theatre)).fetchHistory()).events ?? [];
  const begun = history.flatMap(
    ({
      startChildWorkflowExecutionInitiatedEventAttributes: child,
      signalExternalWorkflowExecutionInitiatedEventAttributes: signal,
    }) => (child ?? signal)?.workflowTaskCompletedEventId ?? [],
  );
  expect(begun).toHaveLength(3);
  expect(new Set(begun.map(String)).size).toBe(1);
  expect(await handle.result()).toMatchObject({ kind: 'paid' });
  expect(await theatre.client.workflow.getHandle(`sub:${subscriptionId}`).describe()).toBeDefined();
});

test('a watcher that has looked sleeps after its first task', async () => {
  const expiresAt = new Date(Date.now() + 86_400_000 * 10).toISOString();
  const lot = { lotId: randomUUID(), origin: 'promo', remainingUtok: 5_000_000, heldUtok: 0 };
  theatre.play({
    expiringLots: () =>
      Promise.resolve([{ ...lot, creditedAt: new Date().toISOString(), expiresAt }]),
  });
  const handle = await theatre.start('wallet', {
    workflowId: walletWorkflowId(USER_ID),
    input: { userId: USER_ID },
  });
  await until('it sleeps', async () => (await costOf(handle)).tasks > 0);
  expect(await costOf(handle)).toEqual({ tasks: 1, activities: [], shown: 1 });
});
