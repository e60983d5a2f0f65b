import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import {
  exportStateQuery,
  exportWorkflowId,
  openExportUpdate,
} from '../../workflows/billing/export/contract';
import { until } from '../support/until';
import { USER_ID } from './support/cast';
import { DAY, HOUR, openTheatre, type Theatre } from './support/theatre';

type Export = WorkflowHandle<Workflows['export']>;

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

async function begin(): Promise<Export> {
  const exportId = randomUUID();
  return theatre.start('export', {
    workflowId: exportWorkflowId(exportId),
    input: { exportId, userId: USER_ID },
  });
}

const state = async (handle: Export) => (await handle.query(exportStateQuery)).state;
const isReady = (handle: Export) => async () => (await state(handle)) === 'ready';

test('a copy is made, and emptied when its link of 48 hours is over', async () => {
  const handle = await begin();
  expect(await handle.executeUpdate(openExportUpdate)).toEqual({ kind: 'accepted' });
  await until('it is ready', isReady(handle));
  await theatre.pass(handle.workflowId, 47 * HOUR);
  expect(theatre.calls('emptyExport')).toEqual([]);
  await theatre.pass(handle.workflowId, 2 * HOUR);
  expect(await handle.result()).toEqual({ state: 'gone' });
  expect(theatre.calls('emptyExport')).toHaveLength(1);
});

test('a second copy within a day is refused, and nothing is made', async () => {
  const againAt = '2030-01-02T00:00:00.000Z';
  theatre.play({ beginExport: () => Promise.resolve({ kind: 'too_soon', againAt }) });
  const handle = await begin();
  expect(await handle.result()).toEqual({ state: 'refused' });
  expect(theatre.calls('makeExport')).toEqual([]);
});

test('a failure to make it is tried again', async () => {
  let failures = 1;
  const linkUntil = new Date(Date.now() + 2 * DAY).toISOString();
  theatre.play({
    makeExport: () =>
      failures-- > 0 ? Promise.reject(new Error('out of memory')) : Promise.resolve({ linkUntil }),
  });
  const handle = await begin();
  await until('it is ready', isReady(handle), 40_000);
  expect(theatre.calls('makeExport')).toHaveLength(2);
});

test('no history of it holds the secret of its link', async () => {
  const handle = await begin();
  await until('it is ready', isReady(handle));
  expect(JSON.stringify(await handle.fetchHistory())).not.toMatch(/token|archive|http/i);
});
