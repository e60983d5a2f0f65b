import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { createCommands } from '../../src/commands/billing';
import { subscriptionWorkflowId } from '../../workflows/billing/contract';
import {
  freeOrderOutcomeUpdate,
  freeOrderWorkflowId,
} from '../../workflows/billing/free-order/contract';
import { walletWorkflowId } from '../../workflows/billing/wallet/contract';
import { until } from '../support/until';
import { USER_ID } from './support/cast';
import { shown } from './support/seen';
import { rowsOf } from './support/subscriptions';
import { openTheatre, SECOND, type Theatre } from './support/theatre';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const commands = () => createCommands(theatre.client, theatre.taskQueue);

function playTrial(subscriptionId: string): void {
  theatre.play({
    completeFreeOrder: () =>
      Promise.resolve({
        kind: 'fulfilled',
        subscription: { subscriptionId, change: 'started' },
        hasExpiringLots: true,
      }),
  });
}

const confirm = (quoteId: string) =>
  commands().completeFreeOrder({ quoteId, userId: USER_ID, clockOffsetMs: 0 });

test('gives the outcome, starts the subscription and watches tokens that end', async () => {
  const [quoteId, subscriptionId] = [randomUUID(), randomUUID()];
  playTrial(subscriptionId);
  expect(await confirm(quoteId)).toEqual({ kind: 'fulfilled', subscriptionId });
  const handle = theatre.client.workflow.getHandle(freeOrderWorkflowId(quoteId));
  expect(await handle.result()).toEqual({ kind: 'fulfilled', subscriptionId });
  await until('the subscription has looked', async () => theatre.log().includes('loadCourse'));
  await until('the wallet has looked', async () => theatre.log().includes('expiringLots'));
  for (const workflowId of [subscriptionWorkflowId(subscriptionId), walletWorkflowId(USER_ID)])
    expect((await theatre.client.workflow.getHandle(workflowId).describe()).workflowId).toBe(
      workflowId,
    );
});

test('a double tap, at once and after the end, gets the same outcome and does it once', async () => {
  const [quoteId, subscriptionId] = [randomUUID(), randomUUID()];
  playTrial(subscriptionId);
  const outcomes = await Promise.all([1, 2, 3].map(() => confirm(quoteId)));
  const handle = theatre.client.workflow.getHandle(freeOrderWorkflowId(quoteId));
  await handle.result();
  outcomes.push(await confirm(quoteId));
  for (const outcome of outcomes) expect(outcome).toEqual({ kind: 'fulfilled', subscriptionId });
  expect(theatre.calls('completeFreeOrder')).toHaveLength(1);
});

test('a refusal is an outcome: nothing is delivered', async () => {
  theatre.play({
    completeFreeOrder: () => Promise.resolve({ kind: 'refused', reason: 'trial_used' }),
  });
  const quoteId = randomUUID();
  expect(await confirm(quoteId)).toEqual({ kind: 'refused', reason: 'trial_used' });
  expect(await confirm(quoteId)).toEqual({ kind: 'refused', reason: 'trial_used' });
  expect(theatre.log()).toEqual(['completeFreeOrder']);
});

test('a subscription that runs is told instead of started', async () => {
  const subscriptionId = randomUUID();
  const { course } = rowsOf({ subscriptionId });
  playTrial(subscriptionId);
  theatre.recast({ loadCourse: () => Promise.resolve(course) });
  await theatre.start('subscription', {
    workflowId: subscriptionWorkflowId(subscriptionId),
    input: { subscriptionId },
  });
  await until('it has looked', async () => theatre.calls('loadCourse').length === 1);
  await confirm(randomUUID());
  await until('it has looked again', async () => theatre.calls('loadCourse').length === 2);
});

test('a database that is away delays the answer and loses nothing', async () => {
  let tries = 0;
  theatre.play({
    completeFreeOrder: () => {
      tries += 1;
      return tries < 4
        ? Promise.reject(new Error('ECONNREFUSED'))
        : Promise.resolve({ kind: 'fulfilled' });
    },
  });
  const quoteId = randomUUID();
  const answer = confirm(quoteId);
  const workflowId = freeOrderWorkflowId(quoteId);
  await until('it has tried', async () => tries > 0);
  await theatre.pass(workflowId, 5 * SECOND);
  expect(await answer).toEqual({ kind: 'fulfilled' });
});

test('cancelled in the Web UI while the books are away, it ends and gives nothing', async () => {
  theatre.play({ completeFreeOrder: () => Promise.reject(new Error('ECONNREFUSED')) });
  const quoteId = randomUUID();
  const handle = await theatre.start('freeOrder', {
    workflowId: freeOrderWorkflowId(quoteId),
    input: { quoteId, userId: USER_ID },
  });
  await until('it has tried', async () => theatre.calls('completeFreeOrder').length > 0);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
});

test('an operator sees whose it is and how it ended', async () => {
  const quoteId = randomUUID();
  await confirm(quoteId);
  const handle = theatre.client.workflow.getHandle(freeOrderWorkflowId(quoteId));
  await handle.result();
  const { attributes } = await shown(theatre.client, handle);
  expect(attributes).toMatchObject({ BillingState: 'fulfilled', BillingUserId: String(USER_ID) });
});

test('an update that comes before anything is known waits for the outcome', async () => {
  const quoteId = randomUUID();
  let answer: (outcome: { kind: 'fulfilled' }) => void = () => undefined;
  theatre.play({
    completeFreeOrder: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  });
  const handle = await theatre.start('freeOrder', {
    workflowId: freeOrderWorkflowId(quoteId),
    input: { quoteId, userId: USER_ID },
  });
  const asked = handle.executeUpdate(freeOrderOutcomeUpdate);
  await until('the activity runs', async () => theatre.calls('completeFreeOrder').length > 0);
  answer({ kind: 'fulfilled' });
  expect(await asked).toEqual({ kind: 'fulfilled' });
});
