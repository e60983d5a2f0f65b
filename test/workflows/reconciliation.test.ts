import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import {
  reconcileUpdate,
  reconciliationId,
  reconciliationQuery,
} from '../../workflows/billing/reconciliation/contract';
import { until } from '../support/until';
import { REPAIR } from './support/cast';
import { refusalOf } from './support/seen';
import { DAY, HOUR, MINUTE, openTheatre, SECOND, type Theatre } from './support/theatre';

type Reconciliation = WorkflowHandle<Workflows['reconciliation']>;

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

function begin(input: { since?: string } = {}): Promise<Reconciliation> {
  return theatre.start('reconciliation', {
    workflowId: reconciliationId('mock'),
    input: { provider: 'mock', ...input },
  });
}

const resting = (handle: Reconciliation) =>
  until('it rests', async () => {
    const { waitingFor } = await handle.query(reconciliationQuery);
    return waitingFor === 'the next night';
  });

test('every night the list is pulled, compared, and every open difference has its workflow', async () => {
  const handle = await begin();
  await resting(handle);
  expect(theatre.log()).toEqual([
    'planReconciliation',
    'pullStatement',
    'matchStatement',
    'startMismatches',
  ]);
  await theatre.pass(handle.workflowId, 2 * DAY + MINUTE);
  expect(theatre.calls('matchStatement')).toHaveLength(3);
  const [first, second] = theatre.calls('planReconciliation').map(({ asOf }) => Date.parse(asOf));
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(DAY);
});

test('a night without a closed day compares nothing, and still looks after open differences', async () => {
  theatre.play({
    planReconciliation: ({ asOf }) =>
      Promise.resolve({
        run: undefined,
        nextAt: new Date(Date.parse(asOf) + DAY).toISOString(),
      }),
  });
  const handle = await begin();
  await resting(handle);
  expect(theatre.log()).toEqual(['planReconciliation', 'startMismatches']);
});

test('differences are started in pages', async () => {
  const pages = [
    { started: 50, after: 50 },
    { started: 50, after: 100 },
  ];
  theatre.play({
    startMismatches: () => Promise.resolve(pages.shift() ?? { started: 3, after: undefined }),
  });
  const handle = await begin();
  await theatre.pass(handle.workflowId, 15 * SECOND);
  await resting(handle);
  expect(theatre.calls('startMismatches').map(({ after }) => after)).toEqual([undefined, 50, 100]);
});

test('a silent provider is asked again and again, told of once after hours, and compared when it speaks', async () => {
  theatre.play({
    pullStatement: () => Promise.resolve({ kind: 'unknown', reason: 'no answer' }),
  });
  const handle = await begin();
  await until('asked', async () => theatre.calls('pullStatement').length > 0);
  await theatre.pass(handle.workflowId, 2 * HOUR);
  expect(theatre.calls('openSilentItem')).toEqual([]);
  await theatre.pass(handle.workflowId, 6 * HOUR);
  expect(theatre.calls('openSilentItem')).toMatchObject([{ runId: 'run-1', reason: 'no answer' }]);
  expect(theatre.calls('matchStatement')).toEqual([]);
  theatre.recast({ pullStatement: () => Promise.resolve({ kind: 'listed', payments: 1 }) });
  await theatre.pass(handle.workflowId, HOUR + MINUTE);
  await resting(handle);
  expect(theatre.calls('matchStatement')).toHaveLength(1);
  expect(theatre.calls('planReconciliation')).toHaveLength(1);
});

test('a worker that cannot ask is silence, and an operator has it asked again at once', async () => {
  theatre.play({ pullStatement: () => Promise.reject(new Error('not configured here')) });
  const handle = await begin();
  await until('it waits', async () => {
    const { waitingFor } = await handle.query(reconciliationQuery);
    return waitingFor.includes('could not ask');
  });
  theatre.recast({ pullStatement: () => Promise.resolve({ kind: 'listed', payments: 1 }) });
  await handle.executeUpdate(reconcileUpdate, { args: [REPAIR] });
  await resting(handle);
  expect(theatre.calls('matchStatement')).toHaveLength(1);
});

test('an operator has everything since a day compared, which is written down', async () => {
  const handle = await begin();
  await resting(handle);
  const since = '2026-01-01T00:00:00.000Z';
  await handle.executeUpdate(reconcileUpdate, { args: [{ ...REPAIR, since }] });
  await until('compared', async () => theatre.calls('matchStatement').length === 2);
  expect(theatre.calls('planReconciliation').map((asked) => asked.since)).toEqual([
    undefined,
    since,
  ]);
  expect(theatre.calls('recordRepair')).toMatchObject([
    { action: 'reconciliation.asked', entityId: 'mock', ...REPAIR },
  ]);
});

test('a wish without a reason, or since an instant that is none or has not been, is refused', async () => {
  const handle = await begin();
  const send = (change: object) =>
    refusalOf(handle.executeUpdate(reconcileUpdate, { args: [{ ...REPAIR, ...change }] }));
  expect(await send({ reason: 'now' })).toMatch(/10 characters/);
  expect(await send({ since: 'yesterday' })).toMatch(/instant/);
  expect(await send({ since: '2999-01-01T00:00:00Z' })).toMatch(/past/);
});

test('a run that continued as new does what was asked for meanwhile', async () => {
  const since = '2026-01-01T00:00:00.000Z';
  const handle = await begin({ since });
  await resting(handle);
  expect(theatre.calls('planReconciliation')).toMatchObject([{ since }]);
});

test('cancelled while the provider is silent, it ends', async () => {
  theatre.play({
    pullStatement: () => Promise.resolve({ kind: 'unknown', reason: 'no answer' }),
  });
  const handle = await begin();
  await until('asked', async () => theatre.calls('pullStatement').length > 0);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
});
