import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import {
  erasureStateQuery,
  erasureWorkflowId,
  openErasureUpdate,
  withdrawErasureUpdate,
  type ErasureCard,
} from '../../workflows/billing/erasure/contract';
import { until } from '../support/until';
import { USER_ID } from './support/cast';
import { shown } from './support/seen';
import { DAY, HOUR, MINUTE, openTheatre, SECOND, type Theatre } from './support/theatre';

type Erasure = WorkflowHandle<Workflows['erasure']>;

let theatre: Theatre;
let wishes = 0;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

async function begin(): Promise<Erasure> {
  return theatre.start('erasure', {
    workflowId: erasureWorkflowId(USER_ID, (wishes += 1)),
    input: { erasureId: randomUUID(), userId: USER_ID },
  });
}

const card = (handle: Erasure): Promise<ErasureCard> => handle.query(erasureStateQuery);
const isIn = (handle: Erasure, phase: ErasureCard['phase']) => async () =>
  (await card(handle)).phase === phase;

/** The server skips no time of a workflow whose child still runs, so the farewell copy goes first. */
async function passWithCopy(handle: Erasure, ms: number): Promise<void> {
  const copies = theatre.client.workflow.list({
    query: `WorkflowType = 'export' and ExecutionStatus = 'Running'`,
  });
  for await (const { workflowId } of copies) await theatre.pass(workflowId, 3 * DAY);
  await theatre.pass(handle.workflowId, ms);
}

test('a person is forgotten in order: stop, cancel, copy, settle, wait, erase', async () => {
  const handle = await begin();
  const { kind } = await handle.executeUpdate(openErasureUpdate);
  expect(kind).toBe('accepted');
  await until('all is settled', isIn(handle, 'waiting'));
  expect(theatre.log().slice(0, 2)).toEqual(['beginErasure', 'cancelOpenOrders']);
  expect(theatre.calls('beginExport')).toMatchObject([{ userId: USER_ID, isFarewell: true }]);
  expect(theatre.calls('stopMethod')).toMatchObject([{ methodId: 'method-1' }]);
  expect(theatre.calls('erasePerson')).toEqual([]);
  await passWithCopy(handle, 14 * DAY + SECOND);
  expect(await handle.result()).toEqual({ state: 'done' });
  expect(theatre.calls('erasePerson')).toHaveLength(1);
});

test('who changes their mind stays, and learns it twice', async () => {
  const handle = await begin();
  await until('all is settled', isIn(handle, 'waiting'));
  await passWithCopy(handle, 13 * DAY);
  const answers = await Promise.all([
    handle.executeUpdate(withdrawErasureUpdate),
    handle.executeUpdate(withdrawErasureUpdate),
  ]);
  expect(answers).toEqual([{ kind: 'withdrawn' }, { kind: 'withdrawn' }]);
  expect(await handle.result()).toEqual({ state: 'withdrawn' });
  expect(theatre.calls('erasePerson')).toEqual([]);
  expect(theatre.calls('withdrawErasure')).toHaveLength(1);
});

test('a provider that is silent is asked again, shown as stuck, and holds nobody back for ever', async () => {
  theatre.play({ stopMethod: () => Promise.resolve({ kind: 'unknown', reason: 'timeout' }) });
  const handle = await begin();
  await until('the first silence', async () => (await card(handle)).unstopped.length === 1);
  await passWithCopy(handle, 7 * MINUTE);
  await until('operators see it', async () => theatre.calls('showUnstopped').length === 1);
  const { attributes } = await shown(theatre.client, handle);
  expect(attributes['StuckReason']).toContain('provider');
  await theatre.pass(handle.workflowId, 20 * DAY);
  expect(theatre.calls('erasePerson')).toEqual([]);
  await theatre.pass(handle.workflowId, 10 * DAY);
  expect(await handle.result()).toEqual({ state: 'done' });
  expect(theatre.calls('showUnstopped')).toHaveLength(1);
});

test('a provider that comes back lets go, and the erasure is stuck no more', async () => {
  theatre.play({ stopMethod: () => Promise.reject(new Error('the worker is alone')) });
  const handle = await begin();
  await until('a failure', async () => (await card(handle)).unstopped.length === 1, 30_000);
  theatre.recast({ stopMethod: () => Promise.resolve({ kind: 'done' }) });
  await passWithCopy(handle, 2 * MINUTE);
  await until('all is settled', isIn(handle, 'waiting'));
  const { attributes } = await shown(theatre.client, handle);
  expect(attributes['StuckReason']).toBeUndefined();
});

test('a refusal of the provider is for operators, at once', async () => {
  theatre.play({ stopMethod: () => Promise.resolve({ kind: 'refused', reason: 'not_found' }) });
  const handle = await begin();
  await until('operators see it', async () => theatre.calls('showUnstopped').length === 1);
  expect(theatre.calls('showUnstopped')).toMatchObject([{ reason: 'not_found' }]);
  await until('it goes on', isIn(handle, 'waiting'));
});

test('work that was begun is waited for', async () => {
  theatre.play({ runningHolds: () => Promise.resolve({ active: 1 }) });
  const handle = await begin();
  await until('holds were looked at', async () => theatre.calls('runningHolds').length === 1);
  theatre.recast({ runningHolds: () => Promise.resolve({ active: 0 }) });
  expect((await card(handle)).phase).toBe('settling');
  await passWithCopy(handle, 6 * HOUR + SECOND);
  await until('all is settled', isIn(handle, 'waiting'));
});

test('a copy that an operator ended holds nobody back', async () => {
  const handle = await begin();
  await until('all is settled', isIn(handle, 'waiting'));
  const { exportId = '' } = theatre.calls('beginExport')[0] ?? {};
  await theatre.client.workflow.getHandle(`export:${exportId}`).terminate('by hand');
  await theatre.pass(handle.workflowId, 14 * DAY + SECOND);
  expect(await handle.result()).toEqual({ state: 'done' });
});

test('to change one’s mind after the end is too late', async () => {
  const handle = await begin();
  await until('all is settled', isIn(handle, 'waiting'));
  await passWithCopy(handle, 14 * DAY + SECOND);
  await handle.result();
  await expect(handle.executeUpdate(withdrawErasureUpdate)).rejects.toThrow();
});
