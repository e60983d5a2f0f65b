import { randomUUID } from 'node:crypto';
import {
  erasureStateQuery,
  erasureWorkflowId,
  openErasureUpdate,
  withdrawErasureUpdate,
} from '../../../workflows/billing/erasure/contract';
import {
  exportStateQuery,
  exportWorkflowId,
  openExportUpdate,
} from '../../../workflows/billing/export/contract';
import { checkBooksUpdate, KEEPER_ID } from '../../../workflows/billing/keeper/contract';
import { until } from '../../support/until';
import { REPAIR, USER_ID } from '../../workflows/support/cast';
import { DAY, HOUR, MINUTE, SECOND, type Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

async function copied(theatre: Theatre) {
  const exportId = randomUUID();
  const handle = await theatre.start('export', {
    workflowId: exportWorkflowId(exportId),
    input: { exportId, userId: USER_ID },
  });
  await handle.executeUpdate(openExportUpdate);
  await until('it is ready', async () => (await handle.query(exportStateQuery)).state === 'ready');
  return handle;
}

let wishes = 0;

async function leaving(theatre: Theatre) {
  const handle = await theatre.start('erasure', {
    workflowId: erasureWorkflowId(USER_ID, (wishes += 1)),
    input: { erasureId: randomUUID(), userId: USER_ID },
  });
  await handle.executeUpdate(openErasureUpdate);
  return handle;
}

/** The server skips no time of a workflow whose child still runs. */
async function endCopy(theatre: Theatre): Promise<void> {
  await until('the copy is made', async () => theatre.calls('makeExport').length === 1);
  const { exportId = '' } = theatre.calls('makeExport')[0] ?? {};
  await theatre.pass(exportWorkflowId(exportId), 3 * DAY);
}

/** The keeper of the books, copies and erasures of personal data. */
export const PRIVACY_SCENES: Readonly<Record<string, Scene>> = {
  'keeper-digest': async (theatre) => {
    const digest = { toldOf: '2026-03-08', nextAt: new Date(Date.now() + HOUR).toISOString() };
    await theatre.start('keeper', { workflowId: KEEPER_ID, input: { digest } });
    const handle = theatre.client.workflow.getHandle(KEEPER_ID);
    await until('the books are checked', async () => theatre.calls('applyRetention').length > 0);
    await theatre.pass(KEEPER_ID, HOUR + MINUTE);
    await until('the operators are told', async () => theatre.calls('promiseDigest').length > 0);
    return handle;
  },
  'keeper-keeping': async (theatre) => {
    await theatre.start('keeper', { workflowId: KEEPER_ID, input: {} });
    const handle = theatre.client.workflow.getHandle(KEEPER_ID);
    await until('a round', async () => theatre.calls('applyRetention').length === 1);
    await handle.executeUpdate(checkBooksUpdate, { args: [REPAIR] });
    await theatre.pass(KEEPER_ID, 11 * MINUTE);
    return handle;
  },
  'keeper-recovering': async (theatre) => {
    theatre.recast({ recoverWork: () => Promise.resolve({ holds: 1, jobs: 1 }) });
    const handle = await theatre.start('keeper', { workflowId: KEEPER_ID, input: {} });
    await until('a round', async () => theatre.calls('applyRetention').length === 1);
    await theatre.pass(KEEPER_ID, 6 * MINUTE);
    return handle;
  },
  'export-gone': async (theatre) => {
    const handle = await copied(theatre);
    await theatre.pass(handle.workflowId, 2 * DAY + SECOND);
    await handle.result();
    return handle;
  },
  'export-ready': copied,
  'export-refused': async (theatre) => {
    const againAt = '2030-01-02T00:00:00.000Z';
    theatre.play({ beginExport: () => Promise.resolve({ kind: 'too_soon', againAt }) });
    const exportId = randomUUID();
    const handle = await theatre.start('export', {
      workflowId: exportWorkflowId(exportId),
      input: { exportId, userId: USER_ID },
    });
    await handle.result();
    return handle;
  },
  'erasure-done': async (theatre) => {
    theatre.play({ erasePerson: () => Promise.resolve({ subscriptionIds: [randomUUID()] }) });
    const handle = await leaving(theatre);
    await until(
      'it waits',
      async () => (await handle.query(erasureStateQuery)).phase === 'waiting',
    );
    await endCopy(theatre);
    await theatre.pass(handle.workflowId, 14 * DAY + SECOND);
    await handle.result();
    return handle;
  },
  'erasure-withdrawn': async (theatre) => {
    const handle = await leaving(theatre);
    await until(
      'it waits',
      async () => (await handle.query(erasureStateQuery)).phase === 'waiting',
    );
    await handle.executeUpdate(withdrawErasureUpdate);
    await handle.result();
    return handle;
  },
  'erasure-provider-silent': async (theatre) => {
    theatre.play({
      stopMethod: () => Promise.resolve({ kind: 'unknown', reason: 'timeout' }),
      runningHolds: () => Promise.resolve({ active: 1 }),
    });
    const handle = await leaving(theatre);
    await endCopy(theatre);
    await theatre.pass(handle.workflowId, 2 * DAY);
    return handle;
  },
};
