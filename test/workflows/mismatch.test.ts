import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import {
  assignMismatchUpdate,
  itemClosedSignal,
  mismatchId,
  mismatchQuery,
  resolveMismatchUpdate,
} from '../../workflows/billing/mismatch/contract';
import { until } from '../support/until';
import { fact, REPAIR } from './support/cast';
import { mismatchOf } from './support/reconciliation-roles';
import { refusalOf } from './support/seen';
import { DAY, HOUR, MINUTE, openTheatre, type Theatre } from './support/theatre';

type Mismatch = WorkflowHandle<Workflows['mismatch']>;

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

/** A difference that booking cannot reconcile. */
const AMOUNT = mismatchOf({ kind: 'amount', isNewsForUs: false, difference: 'sums differ' });
const differs = (mismatch = AMOUNT) => ({
  loadMismatch: () => Promise.resolve(mismatch),
  weighMismatch: () => Promise.resolve({ kind: 'differs' as const, mismatch }),
});

function begin(): Promise<Mismatch> {
  const providerPaymentId = randomUUID().slice(0, 8);
  return theatre.start('mismatch', {
    workflowId: mismatchId('mock', providerPaymentId),
    input: { provider: 'mock', providerPaymentId },
  });
}

const phaseOf = async (handle: Mismatch) => (await handle.query(mismatchQuery)).phase;
const resting = (handle: Mismatch) =>
  until('it rests', async () => (await handle.query(mismatchQuery)).nextActionAt !== undefined);

async function opened(): Promise<Mismatch> {
  theatre.play(differs());
  const handle = await begin();
  await resting(handle);
  await theatre.pass(handle.workflowId, 2 * MINUTE);
  await until('it is open', async () => (await phaseOf(handle)) === 'open');
  return handle;
}

test('what the provider knows and we do not is booked the ordinary way, and closes itself', async () => {
  const handle = await begin();
  await theatre.pass(handle.workflowId, MINUTE);
  expect(await handle.result()).toEqual({ state: 'healed' });
  const payment = theatre.client.workflow.getHandle('pay:mock:p-1');
  expect(await payment.result()).toMatchObject({ kind: 'delivered' });
  expect(theatre.calls('escalateMismatch')).toEqual([]);
});

test('what is not booked yet is looked at again, until it is', async () => {
  let looks = 0;
  theatre.play({
    weighMismatch: () => {
      looks += 1;
      return Promise.resolve(
        looks < 3
          ? { kind: 'differs', mismatch: mismatchOf() }
          : { kind: 'closed', state: 'healed' },
      );
    },
  });
  const handle = await begin();
  await theatre.pass(handle.workflowId, 10 * MINUTE);
  expect(await handle.result()).toEqual({ state: 'healed' });
  expect(looks).toBe(3);
  expect(theatre.calls('escalateMismatch')).toEqual([]);
});

test('a provider that does not answer is asked for more than an hour before operators are told', async () => {
  theatre.play({
    ...differs(mismatchOf({ kind: 'missing_there', isNewsForUs: false })),
    learnPayment: () => Promise.resolve({ kind: 'unknown', reason: 'no answer' }),
  });
  const handle = await begin();
  await theatre.pass(handle.workflowId, HOUR);
  expect(theatre.calls('escalateMismatch')).toEqual([]);
  await theatre.pass(handle.workflowId, 30 * MINUTE);
  await until('told', async () => theatre.calls('escalateMismatch').length === 1);
  expect(theatre.calls('weighMismatch').every((weighed) => weighed.fact === undefined)).toBe(true);
});

test('what the provider contradicts is asked once more, then shown, and overdue told once', async () => {
  const handle = await opened();
  expect(theatre.calls('learnPayment')).toHaveLength(2);
  expect(await handle.query(mismatchQuery)).toMatchObject({
    ...{ kind: 'amount', owner: 'finance', difference: 'sums differ' },
    waitingFor: 'finance: sums differ',
  });
  await theatre.pass(handle.workflowId, 23 * HOUR);
  expect(theatre.calls('alertOverdue')).toEqual([]);
  await theatre.pass(handle.workflowId, 2 * HOUR);
  expect(theatre.calls('alertOverdue')).toHaveLength(1);
  await theatre.pass(handle.workflowId, 3 * DAY);
  expect(theatre.calls('alertOverdue')).toHaveLength(1);
  expect(theatre.calls('escalateMismatch')).toHaveLength(1);
});

test('what heals late closes by itself', async () => {
  const handle = await opened();
  theatre.recast({ weighMismatch: () => Promise.resolve({ kind: 'closed', state: 'healed' }) });
  await theatre.pass(handle.workflowId, 25 * HOUR);
  expect(await handle.result()).toEqual({ state: 'healed' });
});

test('an operator accepts it with a reason, sends it twice, and it ends once', async () => {
  const handle = await opened();
  const accept = () =>
    handle.executeUpdate(resolveMismatchUpdate, {
      args: [{ ...REPAIR, how: 'accept' }],
      updateId: 'wish-1',
    });
  const [first, second] = await Promise.all([accept(), accept()]);
  expect(second).toEqual(first);
  expect(await handle.result()).toEqual({ state: 'resolved' });
  expect(theatre.calls('acceptMismatch')).toMatchObject([REPAIR]);
});

test('an operator has it tried again, and hears what came of it', async () => {
  const handle = await opened();
  const retry = () =>
    handle.executeUpdate(resolveMismatchUpdate, { args: [{ ...REPAIR, how: 'retry' }] });
  expect((await retry()).accepted).toBe('it still differs: sums differ');
  theatre.recast({ weighMismatch: () => Promise.resolve({ kind: 'closed', state: 'healed' }) });
  expect((await retry()).accepted).toBe('it is healed');
  await handle.result();
  expect(theatre.calls('recordRepair')).toMatchObject([
    { action: 'mismatch.retried' },
    { action: 'mismatch.retried' },
  ]);
});

test('an operator takes it, and it goes on under their name', async () => {
  const handle = await opened();
  theatre.recast({ loadMismatch: () => Promise.resolve({ ...AMOUNT, owner: 'anna' }) });
  await handle.executeUpdate(assignMismatchUpdate, { args: [{ ...REPAIR, owner: 'anna' }] });
  expect(theatre.calls('assignMismatch')).toMatchObject([{ owner: 'anna', operatorId: 'anna' }]);
  expect((await handle.query(mismatchQuery)).owner).toBe('anna');
});

test('repairs without a name, a reason or a remedy are refused', async () => {
  const handle = await opened();
  const send = (change: object) =>
    refusalOf(
      handle.executeUpdate(resolveMismatchUpdate, {
        args: [{ ...REPAIR, how: 'accept', ...change }],
      }),
    );
  expect(await send({ operatorId: ' ' })).toMatch(/who you are/);
  expect(await send({ reason: 'because' })).toMatch(/10 characters/);
  expect(await send({ how: 'forget' })).toMatch(/retry or accept/);
});

test('an item that somebody wrote off makes it look at once', async () => {
  const handle = await opened();
  theatre.recast({ weighMismatch: () => Promise.resolve({ kind: 'closed', state: 'resolved' }) });
  await handle.signal(itemClosedSignal);
  expect(await handle.result()).toEqual({ state: 'resolved' });
});

test('a difference that is gone ends at once, with a signal before and after the end', async () => {
  theatre.play({ loadMismatch: () => Promise.resolve(null) });
  const providerPaymentId = randomUUID().slice(0, 8);
  const handle = await theatre.start('mismatch', {
    workflowId: mismatchId('mock', providerPaymentId),
    input: { provider: 'mock', providerPaymentId },
    signal: ['itemClosed'],
  });
  expect(await handle.result()).toEqual({ state: 'gone' });
  await expect(handle.signal(itemClosedSignal)).rejects.toThrow(/not found|completed/i);
});

test('started again after somebody terminated it, it waits on for its owner and tells nobody twice', async () => {
  theatre.play(differs({ ...AMOUNT, state: 'open' }));
  const handle = await begin();
  await until('it is open', async () => (await phaseOf(handle)) === 'open');
  expect(theatre.calls('learnPayment')).toEqual([]);
});

test('a database that is away delays it and loses nothing; cancelled meanwhile, it ends', async () => {
  let tries = 0;
  theatre.play({
    loadMismatch: () => {
      tries += 1;
      return Promise.reject(new Error('the database is away'));
    },
  });
  const handle = await begin();
  await until('a second try', async () => tries > 1);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
});

test('a worker that cannot ask the provider goes on with what the list said', async () => {
  theatre.play({
    loadMismatch: () => Promise.resolve(mismatchOf({ fact: fact('p-9') })),
    learnPayment: () => Promise.reject(new Error('not configured here')),
  });
  const handle = await begin();
  await theatre.pass(handle.workflowId, 2 * MINUTE);
  expect(await handle.result()).toEqual({ state: 'healed' });
});
