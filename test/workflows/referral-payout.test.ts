import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import type { PaidReward } from '../../activities/billing/referrals/paying';
import { paymentConfirmationId } from '../../workflows/billing/contract';
import { referralStateQuery, referralWorkflowId } from '../../workflows/billing/referral/contract';
import { until } from '../support/until';
import { fact, fulfilled, USER_ID } from './support/cast';
import { shown, timerSummaries } from './support/seen';
import { DAY, HOUR, openTheatre, SECOND, type Theatre } from './support/theatre';

let theatre: Theatre;
let payAtMs: number;
let isUnderWay: boolean;
let nextReferee = 5_000;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => {
  payAtMs = Date.now() + 14 * DAY;
  isUnderWay = false;
  theatre.play({ payReferral: pay });
});
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

/** As the activity does: the row decides. */
function pay({ asOf }: { asOf: string }): Promise<PaidReward> {
  const nowMs = Date.parse(asOf);
  const until = (atMs: number) => new Date(atMs).toISOString();
  if (nowMs < payAtMs) return Promise.resolve({ kind: 'wait', until: until(payAtMs) });
  if (isUnderWay) return Promise.resolve({ kind: 'wait', until: until(nowMs + DAY) });
  return Promise.resolve({ kind: 'paid' });
}

async function begin() {
  nextReferee += 1;
  const refereeId = nextReferee;
  const handle = await theatre.start('referralPayout', {
    workflowId: referralWorkflowId(refereeId),
    input: { refereeId },
  });
  await until('it has asked', async () => theatre.calls('payReferral').length > 0);
  return handle;
}

test('waits for the day of the reward, not seconds less, and ends with it', async () => {
  const handle = await begin();
  await theatre.passTo(handle.workflowId, payAtMs - 5 * SECOND);
  expect(theatre.calls('payReferral')).toHaveLength(1);
  await theatre.passTo(handle.workflowId, payAtMs + SECOND);
  expect(await handle.result()).toEqual({ state: 'paid' });
  expect(theatre.calls('payReferral')).toHaveLength(2);
});

test('asks again every day while something is being decided', async () => {
  isUnderWay = true;
  const handle = await begin();
  await theatre.passTo(handle.workflowId, payAtMs + 3 * DAY + HOUR);
  expect((await handle.describe()).status.name).toBe('RUNNING');
  expect(theatre.calls('payReferral')).toHaveLength(5);
  isUnderWay = false;
  await theatre.pass(handle.workflowId, DAY);
  expect(await handle.result()).toEqual({ state: 'paid' });
});

test('a reward that came to nothing ends at once', async () => {
  theatre.recast({ payReferral: () => Promise.resolve({ kind: 'void' }) });
  const handle = await begin();
  expect(await handle.result()).toEqual({ state: 'void' });
});

test('a database that is away delays it and loses nothing', async () => {
  const handle = await begin();
  let tries = 0;
  theatre.recast({
    payReferral: (step) => {
      tries += 1;
      return tries < 4 ? Promise.reject(new Error('ECONNREFUSED')) : pay(step);
    },
  });
  await theatre.passTo(handle.workflowId, payAtMs + 20 * SECOND);
  expect(await handle.result()).toEqual({ state: 'paid' });
});

test('cancelled in the Web UI, it ends and pays nothing', async () => {
  const handle = await begin();
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
});

test('an operator sees what it waits for and until when', async () => {
  const handle = await begin();
  await until(
    'it waits',
    async () => (await handle.query(referralStateQuery)).waitingFor !== 'nothing',
  );
  expect(await handle.query(referralStateQuery)).toMatchObject({
    waitingFor: 'the payment to prove itself',
    nextActionAt: new Date(payAtMs).toISOString(),
  });
  const { attributes } = await shown(theatre.client, handle);
  expect(attributes).toMatchObject({ BillingState: 'held' });
  expect(await timerSummaries(handle)).toEqual(['Until the reward is due']);
});

test('it is started by the payment that earned it, once', async () => {
  const confirm = async () => {
    const paid = { ...fulfilled(randomUUID()), rewardedRefereeId: USER_ID };
    theatre.recast({ postPayment: () => Promise.resolve(paid) });
    const providerPaymentId = randomUUID().slice(0, 8);
    const payment = await theatre.start('paymentConfirmation', {
      workflowId: paymentConfirmationId('mock', providerPaymentId),
      input: { provider: 'mock', providerPaymentId },
      signal: ['hint', { source: 'webhook', fact: fact(providerPaymentId) }],
    });
    return payment.result();
  };
  expect(await confirm()).toMatchObject({ kind: 'delivered' });
  expect(await confirm()).toMatchObject({ kind: 'delivered' });
  const handle = theatre.client.workflow.getHandle(referralWorkflowId(USER_ID));
  const { attributes } = await shown(theatre.client, handle);
  expect(attributes).toMatchObject({ BillingUserId: String(USER_ID) });
  await until('it has asked', async () => theatre.calls('payReferral').length > 0);
  expect(theatre.calls('payReferral')).toHaveLength(1);
});
