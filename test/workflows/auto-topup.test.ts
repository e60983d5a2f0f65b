import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { ChargeAttempt } from '../../activities/billing/charges/attempts';
import type { PlannedTopup } from '../../activities/billing/auto-topups/planning';
import type { Workflows } from '../../src/commands/start';
import {
  autoTopupId,
  autoTopupStateQuery,
  TOPUP_SWEEP_ID,
  topupNeededSignal,
  topupPaidSignal,
} from '../../workflows/billing/auto-topup/contract';
import { until } from '../support/until';
import { fact, fulfilled, USER_ID } from './support/cast';
import { shown } from './support/seen';
import { DAY, HOUR, MINUTE, openTheatre, SECOND, type Theatre } from './support/theatre';

type AutoTopup = WorkflowHandle<Workflows['autoTopup']>;

let theatre: Theatre;
let plans: PlannedTopup[];
let isOpen: boolean;

const IDLE: PlannedTopup = { kind: 'idle', reason: 'enough is available' };
const PENDING = { kind: 'facts' as const, facts: [fact('mp_1', { state: 'pending' })] };

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => {
  plans = [];
  isOpen = true;
  theatre.play({
    planAutoTopup: () => Promise.resolve(plans.shift() ?? IDLE),
    topupAttemptState: () => Promise.resolve({ isOpen, state: isOpen ? 'sent' : 'succeeded' }),
    askOrder: () => Promise.resolve(PENDING),
    postPayment: () => {
      isOpen = false;
      return Promise.resolve({ ...fulfilled(randomUUID()), isAutomatic: true });
    },
  });
});
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const charge = (change: Partial<ChargeAttempt> = {}): PlannedTopup => ({
  kind: 'charge',
  attempt: {
    attemptId: randomUUID(),
    invoiceId: randomUUID(),
    invoiceNo: 7,
    provider: 'mock',
    amount: { minor: 48_000, currency: 'RUB', exponent: 2 },
    isSent: false,
    ...change,
  },
});
const deferred = (ms: number): PlannedTopup => ({
  kind: 'deferred',
  until: new Date(Date.now() + ms).toISOString(),
});

async function begin(...story: PlannedTopup[]): Promise<AutoTopup> {
  plans = story;
  await theatre.start('autoTopup', {
    workflowId: autoTopupId(USER_ID),
    input: { userId: USER_ID },
    signal: [topupNeededSignal.name],
  });
  return theatre.client.workflow.getHandle<Workflows['autoTopup']>(autoTopupId(USER_ID));
}

const sent = () => theatre.calls('sendTopupCharge').length;
const looked = () => theatre.calls('planAutoTopup').length;

test('a charge that is paid is booked by the payment’s own workflow, and then the balance is looked at again', async () => {
  const handle = await begin(charge());
  expect(await handle.result()).toEqual({ reason: 'enough is available' });
  expect(sent()).toBe(1);
  expect(theatre.calls('postPayment')).toHaveLength(1);
  expect(looked()).toBeGreaterThan(1);
});

test('a nudge that comes twice, or while it works, starts no second charge', async () => {
  const handle = await begin(charge());
  await handle.signal(topupNeededSignal).catch(() => undefined);
  await handle.result();
  expect(sent()).toBe(1);
});

test('with nothing to do it ends at once', async () => {
  const handle = await begin({ kind: 'idle', reason: 'the consent was withdrawn' });
  await handle.result();
  expect(sent()).toBe(0);
});

test('a consent withdrawn between the plan and the charge ends without one', async () => {
  theatre.recast({
    sendTopupCharge: () => Promise.resolve({ kind: 'over', reason: 'the consent was withdrawn' }),
  });
  const handle = await begin(charge());
  await handle.result();
  expect(theatre.calls('postPayment')).toEqual([]);
});

test('what is put off waits for its time and is then looked at again', async () => {
  const handle = await begin(deferred(10 * HOUR), deferred(10 * HOUR));
  await until('it waits', async () => {
    return (await handle.query(autoTopupStateQuery)).nextActionAt !== undefined;
  });
  const before = looked();
  await theatre.pass(handle.workflowId, 9 * HOUR);
  expect(looked()).toBe(before);
  plans = [];
  await theatre.pass(handle.workflowId, HOUR + MINUTE);
  await handle.result();
  expect(sent()).toBe(0);
});

test('an order that was changed meanwhile is looked at before its time', async () => {
  const handle = await begin(deferred(DAY), deferred(DAY));
  await until('it waits', async () => {
    return (await handle.query(autoTopupStateQuery)).nextActionAt !== undefined;
  });
  plans = [];
  await handle.signal(topupNeededSignal);
  await handle.result();
});

test('an outcome that is unknown for three hours is asked about, told once, and charged once', async () => {
  let isProved = false;
  theatre.recast({
    sendTopupCharge: () => Promise.resolve({ kind: 'unknown', reason: 'no answer' }),
    askOrder: () =>
      Promise.resolve(
        isProved
          ? { kind: 'facts', facts: [fact('mp_1')] }
          : { kind: 'unknown', reason: 'no answer' },
      ),
  });
  const handle = await begin(charge());
  await until('it is sent', async () => sent() === 1);
  await theatre.pass(handle.workflowId, 3 * HOUR);
  expect(theatre.calls('tellUnknownTopup').map(({ as }) => as)).toEqual(['slow']);
  isProved = true;
  await theatre.pass(handle.workflowId, HOUR + MINUTE);
  await handle.result();
  expect(sent()).toBe(1);
  expect(theatre.calls('postPayment')).toHaveLength(1);
});

test('a charge of unknown outcome is told and shown by the settings, between two questions', async () => {
  theatre.recast({
    sendTopupCharge: () => Promise.resolve({ kind: 'unknown', reason: 'no answer' }),
    askOrder: () => Promise.resolve({ kind: 'unknown', reason: 'no answer' }),
  });
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const asking = {
    ...{ since: at(0), slowAt: at(8 * MINUTE), alertAt: at(18 * MINUTE) },
    ...{ overdueAt: at(3 * DAY), givenUpAt: at(33 * DAY) },
  };
  const handle = await begin(charge({ asking }));
  await until('it is sent', async () => sent() === 1);
  await theatre.pass(handle.workflowId, 7.5 * MINUTE);
  expect(theatre.calls('tellUnknownTopup')).toEqual([]);
  await theatre.pass(handle.workflowId, MINUTE);
  expect(theatre.calls('tellUnknownTopup').map(({ as }) => as)).toEqual(['slow']);
  await theatre.pass(handle.workflowId, 9 * MINUTE);
  expect((await shown(theatre.client, handle)).attributes).not.toHaveProperty('StuckReason');
  const asked = theatre.calls('askOrder').length;
  await theatre.pass(handle.workflowId, MINUTE);
  expect((await shown(theatre.client, handle)).attributes).toMatchObject({
    StuckReason: 'unknown',
  });
  expect(theatre.calls('askOrder')).toHaveLength(asked);
});

test('a charge that the provider knows nothing of is sent again for the same attempt', async () => {
  let tries = 0;
  theatre.recast({
    sendTopupCharge: () => {
      tries += 1;
      return tries === 1
        ? Promise.reject(new Error('the worker died'))
        : Promise.resolve({ kind: 'paid', providerPaymentId: 'mp_2' });
    },
    askOrder: () => Promise.resolve({ kind: 'facts', facts: [] }),
  });
  const handle = await begin(charge());
  await until('it has tried', async () => tries === 1);
  await theatre.pass(handle.workflowId, MINUTE);
  await handle.result();
  const attempts = theatre.calls('sendTopupCharge').map(({ attemptId }) => attemptId);
  expect(attempts).toHaveLength(2);
  expect(new Set(attempts).size).toBe(1);
});

test('a worker that was away finds the charge that was sent, and asks before anything else', async () => {
  theatre.recast({ askOrder: () => Promise.resolve({ kind: 'facts', facts: [fact('mp_3')] }) });
  const handle = await begin(charge({ isSent: true }));
  await until('it waits', async () => theatre.calls('topupAttemptState').length > 0);
  await theatre.pass(handle.workflowId, MINUTE);
  await handle.result();
  expect(sent()).toBe(0);
});

test('a charge that failed after it was accepted is booked as declined', async () => {
  const decline = { code: 'insufficient_funds', isHard: false };
  theatre.recast({
    sendTopupCharge: () => Promise.resolve({ kind: 'unknown', reason: 'no answer' }),
    askOrder: () =>
      Promise.resolve({ kind: 'facts', facts: [fact('mp_4', { state: 'failed', decline })] }),
  });
  const handle = await begin(charge());
  await until('it is sent', async () => sent() === 1);
  await theatre.pass(handle.workflowId, MINUTE);
  await handle.result();
  expect(theatre.calls('recordTopupDecline')).toMatchObject([{ decline }]);
});

test('the word that the money is booked ends the wait', async () => {
  theatre.recast({
    sendTopupCharge: () => Promise.resolve({ kind: 'unknown', reason: 'no answer' }),
  });
  const handle = await begin(charge());
  await until('it waits', async () => {
    return (await handle.query(autoTopupStateQuery)).nextActionAt !== undefined;
  });
  isOpen = false;
  await handle.signal(topupPaidSignal);
  await handle.result();
});

test('a database that is away delays it and loses nothing', async () => {
  let tries = 0;
  theatre.recast({
    planAutoTopup: () => {
      tries += 1;
      return tries < 4 ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve(IDLE);
    },
  });
  const handle = await begin();
  await handle.result();
  expect(tries).toBe(4);
});

test('without any proof it is shown to the operators after three days', async () => {
  theatre.recast({
    sendTopupCharge: () => Promise.resolve({ kind: 'unknown', reason: 'no answer' }),
    askOrder: () => Promise.resolve({ kind: 'unknown', reason: 'no answer' }),
  });
  const handle = await begin(charge());
  await until('it is sent', async () => sent() === 1);
  // Hour by hour it asks; a jump may not take longer than a busy machine needs for half a day of that.
  for (let jumps = 0; jumps < 6; jumps += 1) await theatre.pass(handle.workflowId, 12 * HOUR);
  await theatre.pass(handle.workflowId, 2 * HOUR);
  expect(theatre.calls('tellUnknownTopup').map(({ as }) => as)).toEqual(['slow', 'overdue']);
  expect(sent()).toBe(1);
});

test('nobody asks after thirty days past the deadline, whatever nudges come, until the money does', async () => {
  theatre.recast({ askOrder: () => Promise.resolve({ kind: 'unknown', reason: 'no answer' }) });
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const asking = { since: at(-33 * DAY), overdueAt: at(-30 * DAY), givenUpAt: at(-MINUTE) };
  const givenUp = charge({ isSent: true, asking });
  const handle = await begin(givenUp, givenUp);
  await until('the operators see it', async () => theatre.calls('tellUnknownTopup').length === 1);
  await handle.signal(topupNeededSignal);
  await until('it is looked at again', async () => looked() === 2);
  await theatre.pass(handle.workflowId, 3 * DAY);
  expect(theatre.calls('askOrder')).toEqual([]);
  expect(sent()).toBe(0);
  isOpen = false;
  await handle.signal(topupPaidSignal);
  await handle.result();
});

test('the sweep looks every minute', async () => {
  const sweep = await theatre.start('autoTopupSweep', { workflowId: TOPUP_SWEEP_ID, input: {} });
  await until('it has looked', async () => theatre.calls('sweepTopups').length === 1);
  await theatre.pass(sweep.workflowId, 2 * MINUTE + SECOND);
  await until('it has looked again', async () => theatre.calls('sweepTopups').length >= 3);
});
