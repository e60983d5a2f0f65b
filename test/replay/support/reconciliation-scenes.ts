import { randomUUID } from 'node:crypto';
import {
  assignMismatchUpdate,
  mismatchId,
  mismatchQuery,
  resolveMismatchUpdate,
} from '../../../workflows/billing/mismatch/contract';
import {
  reconcileUpdate,
  reconciliationId,
} from '../../../workflows/billing/reconciliation/contract';
import {
  verificationAlarmId,
  verificationFailedSignal,
} from '../../../workflows/billing/verification-alarm/contract';
import { until } from '../../support/until';
import { REPAIR } from '../../workflows/support/cast';
import { mismatchOf } from '../../workflows/support/reconciliation-roles';
import { DAY, HOUR, MINUTE, type Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

async function found(theatre: Theatre) {
  const providerPaymentId = randomUUID().slice(0, 8);
  return theatre.start('mismatch', {
    workflowId: mismatchId('mock', providerPaymentId),
    input: { provider: 'mock', providerPaymentId },
  });
}

/** What keeps the books and those of the providers together. */
export const RECONCILIATION_SCENES: Readonly<Record<string, Scene>> = {
  'recon-nights': async (theatre) => {
    const pages = [{ started: 50, after: 50 }];
    let silent = 6;
    theatre.play({
      startMismatches: () => Promise.resolve(pages.shift() ?? { started: 0, after: undefined }),
      pullStatement: () =>
        Promise.resolve(
          (silent -= 1) > 0
            ? { kind: 'unknown', reason: 'no answer' }
            : { kind: 'listed', payments: 1 },
        ),
    });
    const handle = await theatre.start('reconciliation', {
      workflowId: reconciliationId('mock'),
      input: { provider: 'mock' },
    });
    await theatre.pass(handle.workflowId, DAY + HOUR);
    await handle.executeUpdate(reconcileUpdate, {
      args: [{ ...REPAIR, since: '2026-01-01T00:00:00Z' }],
    });
    await until('it is written down', async () => theatre.calls('recordRepair').length === 1);
    return handle;
  },
  'recon-mismatch-healed': async (theatre) => {
    let looks = 0;
    theatre.play({
      weighMismatch: () => {
        looks += 1;
        return Promise.resolve(
          looks < 2
            ? { kind: 'differs', mismatch: mismatchOf() }
            : { kind: 'closed', state: 'healed' },
        );
      },
    });
    const handle = await found(theatre);
    await theatre.pass(handle.workflowId, 2 * MINUTE);
    await handle.result();
    return handle;
  },
  'recon-mismatch-resolved': async (theatre) => {
    const mismatch = mismatchOf({ kind: 'amount', isNewsForUs: false });
    theatre.play({
      loadMismatch: () => Promise.resolve(mismatch),
      weighMismatch: () => Promise.resolve({ kind: 'differs', mismatch }),
    });
    const handle = await found(theatre);
    await theatre.pass(handle.workflowId, 2 * DAY);
    await until('it is open', async () => (await handle.query(mismatchQuery)).phase === 'open');
    await handle.executeUpdate(assignMismatchUpdate, { args: [{ ...REPAIR, owner: 'anna' }] });
    await handle.executeUpdate(resolveMismatchUpdate, { args: [{ ...REPAIR, how: 'retry' }] });
    await handle.executeUpdate(resolveMismatchUpdate, { args: [{ ...REPAIR, how: 'accept' }] });
    await handle.result();
    return handle;
  },
  'recon-unverified': async (theatre) => {
    theatre.play({ weighUnverified: () => Promise.resolve({ recent: 3, isAlarming: true }) });
    const handle = await theatre.start('verificationAlarm', {
      workflowId: verificationAlarmId('mock'),
      input: { provider: 'mock' },
      signal: ['verificationFailed'],
    });
    await until('failures were counted', async () => theatre.calls('weighUnverified').length > 0);
    await handle.signal(verificationFailedSignal);
    theatre.recast({ weighUnverified: () => Promise.resolve({ recent: 0, isAlarming: false }) });
    await theatre.pass(handle.workflowId, 40 * MINUTE);
    await handle.result();
    return handle;
  },
};
