import { randomUUID } from 'node:crypto';
import {
  WorkflowFailedError,
  WorkflowNotFoundError,
  type WorkflowHandle,
} from '@temporalio/client';
import type { SubscriptionSnapshot } from '../../activities/billing/subscriptions';
import type { Workflows } from '../../src/commands/start';
import {
  fundsArrivedSignal,
  subscriptionStateQuery,
  subscriptionWorkflowId,
} from '../../workflows/billing/contract';
import { until } from '../support/stack';
import { USER_ID } from './support/cast';
import { shown, timerSummaries } from './support/seen';
import { DAY, HOUR, openTheatre, SECOND, type Theatre } from './support/theatre';

type Subscription = WorkflowHandle<Workflows['subscription']>;

let theatre: Theatre;
let row: SubscriptionSnapshot | null;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => {
  row = {
    subscriptionId: randomUUID(),
    userId: USER_ID,
    state: 'active',
    isLive: true,
    periodN: 0,
    periodEnd: new Date(Date.now() + 30 * DAY).toISOString(),
  };
  theatre.play({ loadSubscription: () => Promise.resolve(row), expireSubscription: expire });
});
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

/** As the activity does: the row decides. */
function expire({ asOf }: { asOf: string }): Promise<SubscriptionSnapshot | null> {
  if (row && row.periodEnd <= asOf) row = { ...row, state: 'expired', isLive: false };
  return Promise.resolve(row);
}

function extend(days: number): void {
  if (!row) return;
  const periodEnd = new Date(Date.parse(row.periodEnd) + days * DAY).toISOString();
  row = { ...row, periodN: row.periodN + 1, periodEnd };
}

async function begin(): Promise<Subscription> {
  const subscriptionId = row?.subscriptionId ?? randomUUID();
  const handle = await theatre.start('subscription', {
    workflowId: subscriptionWorkflowId(subscriptionId),
    input: { subscriptionId },
  });
  await until('it has looked', async () => theatre.calls('loadSubscription').length > 0);
  return handle;
}

const endMs = () => Date.parse(row?.periodEnd ?? '');

test('ends with its last period, not seconds earlier, and says so', async () => {
  const handle = await begin();
  await theatre.passTo(handle.workflowId, endMs() - 3 * SECOND);
  expect(theatre.calls('expireSubscription')).toEqual([]);
  expect(await theatre.passTo(handle.workflowId, endMs() + SECOND)).toEqual({ kind: 'closed' });
  expect(await handle.result()).toEqual({ state: 'expired' });
  expect(theatre.calls('expireSubscription')).toHaveLength(1);
});

test('an extension moves the end, however often it is told', async () => {
  const handle = await begin();
  await theatre.pass(handle.workflowId, 10 * DAY);
  extend(30);
  await Promise.all([1, 2, 3].map(() => handle.signal(fundsArrivedSignal)));
  await until('it has looked again', async () => (await stateOf(handle))?.periodN === 1);
  await theatre.pass(handle.workflowId, 25 * DAY);
  expect(theatre.calls('expireSubscription')).toEqual([]);
  await theatre.passTo(handle.workflowId, endMs() + SECOND);
  expect(await handle.result()).toEqual({ state: 'expired' });
});

const stateOf = (handle: Subscription) => handle.query(subscriptionStateQuery);

test('an extension nobody told of is found at the old end', async () => {
  const handle = await begin();
  const oldEnd = endMs();
  extend(30);
  await theatre.passTo(handle.workflowId, oldEnd + HOUR);
  expect((await handle.describe()).status.name).toBe('RUNNING');
  expect((await stateOf(handle))?.periodN).toBe(1);
});

test('a payment told together with the start is no reason to stop', async () => {
  const subscriptionId = row?.subscriptionId ?? '';
  const handle = await theatre.start('subscription', {
    workflowId: subscriptionWorkflowId(subscriptionId),
    input: { subscriptionId },
    signal: ['fundsArrived'],
  });
  await theatre.passTo(handle.workflowId, endMs() + SECOND);
  expect(await handle.result()).toEqual({ state: 'expired' });
});

test('a payment told after the end finds nobody', async () => {
  row = null;
  const handle = await begin();
  expect(await handle.result()).toEqual({ state: 'unknown' });
  await expect(handle.signal(fundsArrivedSignal)).rejects.toThrow(WorkflowNotFoundError);
});

test('a database that is away at the end delays it and loses nothing', async () => {
  const handle = await begin();
  let tries = 0;
  theatre.recast({
    expireSubscription: (due) => {
      tries += 1;
      return tries < 5 ? Promise.reject(new Error('ECONNREFUSED')) : expire(due);
    },
  });
  await theatre.passTo(handle.workflowId, endMs() + 10 * SECOND);
  expect(await handle.result()).toEqual({ state: 'expired' });
  expect(tries).toBe(5);
});

test('cancelled in the Web UI, it ends and changes no row', async () => {
  const handle = await begin();
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect(theatre.calls('expireSubscription')).toEqual([]);
});

test('a long history goes on in a fresh run with a signal on its way', async () => {
  const handle = await begin();
  const firstRun = (await handle.describe()).runId;
  const current = theatre.client.workflow.getHandle<Workflows['subscription']>(handle.workflowId);
  extend(30);
  for (let count = 0; count < 6; count += 1) {
    await current.signal('fundsArrived', 'x'.repeat(900_000));
    // An answer means that the signal was taken: several of this size in one task would not fit into a message.
    await stateOf(current);
  }
  await until('a fresh run', async () => (await current.describe()).runId !== firstRun);
  await until('it has looked', async () => (await stateOf(current))?.periodN === 1);
  await theatre.passTo(handle.workflowId, endMs() + SECOND);
  expect(await current.result()).toEqual({ state: 'expired' });
  expect(theatre.calls('expireSubscription')).toHaveLength(1);
});

test('an operator sees whose it is, what it waits for and until when', async () => {
  const handle = await begin();
  await until('it waits', async () => (await stateOf(handle)) !== undefined);
  expect(await stateOf(handle)).toMatchObject({ waitingFor: 'the end of period 0', periodN: 0 });
  const { attributes, details } = await shown(theatre.client, handle);
  expect(attributes).toMatchObject({
    BillingState: 'active',
    BillingUserId: String(USER_ID),
    SubscriptionId: row?.subscriptionId,
  });
  expect(attributes['PeriodEnd']).toEqual(new Date(endMs()));
  expect(details).toContain('the end of period 0');
  expect(await timerSummaries(handle)).toEqual(['Until the period ends']);
});

describe('a trial', () => {
  const dayBefore = () => endMs() - DAY;
  beforeEach(() => {
    if (!row) return;
    const periodEnd = new Date(Date.now() + 7 * DAY).toISOString();
    const remindAt = new Date(Date.parse(periodEnd) - DAY).toISOString();
    row = { ...row, state: 'trialing', periodEnd, trial: { endsAt: periodEnd, remindAt } };
  });

  /** As a purchase does: a period behind the trial, and nothing to ask for any more. */
  function payOn(): number {
    const trialEndMs = endMs();
    extend(30);
    if (row) row = { ...row, trial: { endsAt: new Date(trialEndMs).toISOString() } };
    return trialEndMs;
  }

  test('asks its owner once to stay, a day before its end, and then expires', async () => {
    const handle = await begin();
    await theatre.passTo(handle.workflowId, dayBefore() - HOUR);
    expect(theatre.calls('remindTrial')).toEqual([]);
    await theatre.passTo(handle.workflowId, dayBefore() + HOUR);
    expect(theatre.calls('remindTrial')).toHaveLength(1);
    await handle.signal(fundsArrivedSignal);
    await theatre.passTo(handle.workflowId, endMs() + SECOND);
    expect(await handle.result()).toEqual({ state: 'expired' });
    expect(theatre.calls('remindTrial')).toHaveLength(1);
    expect(theatre.calls('endTrial')).toEqual([]);
  });

  test('that is paid on asks nobody and turns active at its end', async () => {
    const handle = await begin();
    theatre.recast({
      endTrial: () => {
        if (row) row = { ...withoutTrial(row), state: 'active' };
        return Promise.resolve(undefined);
      },
    });
    const trialEndMs = payOn();
    await handle.signal(fundsArrivedSignal);
    await theatre.passTo(handle.workflowId, trialEndMs - HOUR);
    expect(theatre.log()).not.toContain('endTrial');
    await theatre.passTo(handle.workflowId, trialEndMs + SECOND);
    await until('it is active', async () => (await stateOf(handle))?.state === 'active');
    expect(theatre.calls('endTrial')).toHaveLength(1);
    expect(theatre.calls('remindTrial')).toEqual([]);
    await theatre.passTo(handle.workflowId, endMs() + SECOND);
    expect(await handle.result()).toEqual({ state: 'expired' });
  });

  test('says what it waits for', async () => {
    const handle = await begin();
    await until('it waits', async () => (await stateOf(handle)) !== undefined);
    expect((await stateOf(handle))?.waitingFor).toBe('the reminder before the trial ends');
    expect(await timerSummaries(handle)).toEqual(['Until the trial is about to end']);
  });
});

function withoutTrial({ trial: _, ...rest }: SubscriptionSnapshot): SubscriptionSnapshot {
  return rest;
}
