import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { GiftSnapshot } from '../../activities/billing/gifts';
import { createCommands } from '../../src/commands/billing';
import type { Workflows } from '../../src/commands/start';
import { paymentConfirmationId, subscriptionWorkflowId } from '../../workflows/billing/contract';
import {
  claimGiftUpdate,
  giftStateQuery,
  giftWorkflowId,
  takeBackGiftUpdate,
} from '../../workflows/billing/gift/contract';
import { until } from '../support/until';
import { fact, fulfilled, USER_ID } from './support/cast';
import { shown, timerSummaries } from './support/seen';
import { DAY, HOUR, openTheatre, SECOND, type Theatre } from './support/theatre';

const RECIPIENT = 77;

let theatre: Theatre;
let row: GiftSnapshot;
let owner: number | undefined;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => {
  const now = Date.now();
  owner = undefined;
  row = {
    state: 'paid',
    paidAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 30 * DAY).toISOString(),
  };
  theatre.play({ loadGift: () => Promise.resolve(row), claimGift: give, returnGift: giveBack });
});
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

/** As the activity does: the row decides. */
function give({ userId }: { userId: number }) {
  if (owner === userId) return Promise.resolve({ kind: 'claimed' as const });
  if (row.state !== 'paid') return Promise.resolve({ kind: 'refused' as const, reason: row.state });
  row = { ...row, state: 'claimed' };
  owner = userId;
  return Promise.resolve({ kind: 'claimed' as const });
}

function giveBack() {
  if (row.state === 'paid') row = { ...row, state: 'returned' };
  return Promise.resolve({ state: row.state });
}

async function begin(): Promise<WorkflowHandle<Workflows['gift']>> {
  const giftId = randomUUID();
  const handle = await theatre.start('gift', {
    workflowId: giftWorkflowId(giftId),
    input: { giftId, buyerId: USER_ID },
  });
  await until('it waits', async () => theatre.calls('loadGift').length > 0);
  return handle;
}

const claim = (handle: WorkflowHandle, userId: number) =>
  handle.executeUpdate(claimGiftUpdate, { args: [{ userId }] });
const takeBack = (handle: WorkflowHandle, userId: number) =>
  handle.executeUpdate(takeBackGiftUpdate, { args: [{ userId }] });

test('reminds a week and a day before the end, and gives back what nobody claimed', async () => {
  const handle = await begin();
  const endMs = Date.parse(row.expiresAt);
  await theatre.passTo(handle.workflowId, endMs - 7 * DAY - HOUR);
  expect(theatre.calls('remindGift')).toEqual([]);
  await theatre.passTo(handle.workflowId, endMs - HOUR);
  expect(theatre.calls('remindGift').map(({ daysLeft }) => daysLeft)).toEqual([7, 1]);
  expect(theatre.calls('returnGift')).toEqual([]);
  await theatre.passTo(handle.workflowId, endMs + SECOND);
  expect(await handle.result()).toEqual({ state: 'returned' });
});

test('a claim ends it: subscription and wallet of the recipient are looked after', async () => {
  const subscriptionId = randomUUID();
  theatre.recast({
    claimGift: async (wish) => {
      await give(wish);
      const subscription = { subscriptionId, change: 'started' as const };
      return { kind: 'claimed', subscription, hasExpiringLots: true };
    },
  });
  const handle = await begin();
  expect(await claim(handle, RECIPIENT)).toEqual({ kind: 'claimed' });
  expect(await handle.result()).toEqual({ state: 'claimed' });
  const child = theatre.client.workflow.getHandle(subscriptionWorkflowId(subscriptionId));
  expect((await child.describe()).type).toBe('subscription');
  await until('the wallet is watched', async () => theatre.log().includes('expiringLots'));
  expect(theatre.calls('expiringLots')[0]).toMatchObject({ userId: RECIPIENT });
});

test('of many who claim at once one gets it, and everybody an answer', async () => {
  const handle = await begin();
  const people = [1, 2, 3, 4].map((n) => RECIPIENT + n);
  const answers = await Promise.all(people.map((userId) => claim(handle, userId)));
  expect(answers.map(({ kind }) => kind).sort()).toEqual([
    'claimed',
    'refused',
    'refused',
    'refused',
  ]);
  expect(await handle.result()).toEqual({ state: 'claimed' });
});

test('a refused claim keeps the gift waiting', async () => {
  const handle = await begin();
  theatre.recast({ claimGift: () => Promise.resolve({ kind: 'refused', reason: 'own' }) });
  expect(await claim(handle, USER_ID)).toEqual({ kind: 'refused', reason: 'own' });
  theatre.recast({ claimGift: give });
  expect(await claim(handle, RECIPIENT)).toEqual({ kind: 'claimed' });
});

test('its buyer takes it back, nobody else can', async () => {
  const handle = await begin();
  expect(await takeBack(handle, RECIPIENT)).toEqual({ kind: 'refused', reason: 'not_yours' });
  expect(await takeBack(handle, USER_ID)).toEqual({ kind: 'returned' });
  expect(await handle.result()).toEqual({ state: 'returned' });
});

test('a claim and a taking back at once are answered in their order', async () => {
  const handle = await begin();
  const [claimed, taken] = await Promise.all([claim(handle, RECIPIENT), takeBack(handle, USER_ID)]);
  const isClaimed = row.state === 'claimed';
  expect(claimed.kind).toBe(isClaimed ? 'claimed' : 'refused');
  expect(taken).toEqual(isClaimed ? { kind: 'refused', reason: 'claimed' } : { kind: 'returned' });
});

test('after the end a command says that it is over', async () => {
  const handle = await begin();
  await claim(handle, RECIPIENT);
  await handle.result();
  const commands = createCommands(theatre.client, theatre.taskQueue);
  const giftId = handle.workflowId.replace('gift:', '');
  expect(await commands.claimGift({ giftId, userId: 5 })).toEqual({ kind: 'over' });
  expect(await commands.takeBackGift({ giftId, userId: 5 })).toEqual({ kind: 'over' });
  const never = { giftId: randomUUID(), userId: 5 };
  expect(await commands.claimGift(never)).toEqual({ kind: 'over' });
});

test('money that is to go back the way it came is asked for as a refund', async () => {
  const paymentId = randomUUID();
  theatre.recast({
    returnGift: () => Promise.resolve({ state: 'returned', refundPaymentId: paymentId }),
  });
  const handle = await begin();
  await takeBack(handle, USER_ID);
  await handle.result();
  const refund = theatre.client.workflow.getHandle(`refund:${paymentId}:gift`);
  expect((await refund.describe()).type).toBe('refund');
});

test('a database that is away at the end delays it and loses nothing', async () => {
  let tries = 0;
  theatre.recast({
    returnGift: () => {
      tries += 1;
      return tries < 4 ? Promise.reject(new Error('ECONNREFUSED')) : giveBack();
    },
  });
  const handle = await begin();
  await theatre.passTo(handle.workflowId, Date.parse(row.expiresAt) + 20 * SECOND);
  expect(await handle.result()).toEqual({ state: 'returned' });
});

test('a gift that was withdrawn meanwhile ends without another word', async () => {
  const handle = await begin();
  row = { ...row, state: 'returned' };
  expect(await claim(handle, RECIPIENT)).toEqual({ kind: 'refused', reason: 'returned' });
  expect(await handle.result()).toEqual({ state: 'returned' });
});

test('cancelled in the Web UI, it ends and changes no row', async () => {
  const handle = await begin();
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect(row.state).toBe('paid');
});

test('an operator sees whose it is and what it waits for', async () => {
  const handle = await begin();
  await until(
    'it waits',
    async () => (await handle.query(giftStateQuery)).waitingFor !== 'nothing',
  );
  expect(await handle.query(giftStateQuery)).toMatchObject({
    buyerId: USER_ID,
    state: 'paid',
    waitingFor: 'the reminder 7 days before the gift ends',
  });
  const { attributes, details } = await shown(theatre.client, handle);
  expect(attributes).toMatchObject({ BillingState: 'paid' });
  expect(details).toContain('somebody to claim');
  expect(await timerSummaries(handle)).toEqual(['Until the reminder 7 days before the gift ends']);
});

test('it is started by the payment that bought it', async () => {
  const giftId = randomUUID();
  theatre.recast({ postPayment: () => Promise.resolve({ ...fulfilled(giftId), giftId }) });
  const providerPaymentId = randomUUID().slice(0, 8);
  const payment = await theatre.start('paymentConfirmation', {
    workflowId: paymentConfirmationId('mock', providerPaymentId),
    input: { provider: 'mock', providerPaymentId },
    signal: ['hint', { source: 'webhook', fact: fact(providerPaymentId) }],
  });
  await payment.result();
  const handle = theatre.client.workflow.getHandle<Workflows['gift']>(giftWorkflowId(giftId));
  expect(await claim(handle, RECIPIENT)).toEqual({ kind: 'claimed' });
  const { attributes } = await shown(theatre.client, handle);
  expect(attributes).toMatchObject({ BillingUserId: String(USER_ID), InvoiceId: giftId });
});
