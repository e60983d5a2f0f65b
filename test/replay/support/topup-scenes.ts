import { randomUUID } from 'node:crypto';
import type { PlannedTopup } from '../../../activities/billing/auto-topups/planning';
import {
  autoTopupId,
  autoTopupStateQuery,
  TOPUP_SWEEP_ID,
  topupNeededSignal,
} from '../../../workflows/billing/auto-topup/contract';
import { until } from '../../support/until';
import { fact, fulfilled, USER_ID } from '../../workflows/support/cast';
import { HOUR, MINUTE, type Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

const charge = (): PlannedTopup => ({
  kind: 'charge',
  attempt: {
    attemptId: randomUUID(),
    invoiceId: randomUUID(),
    invoiceNo: 7,
    provider: 'mock',
    amount: { minor: 38_000, currency: 'RUB', exponent: 2 },
    isSent: false,
  },
});

async function begun(theatre: Theatre, story: PlannedTopup[]) {
  let isOpen = true;
  const idle: PlannedTopup = { kind: 'idle', reason: 'enough is available' };
  theatre.recast({
    planAutoTopup: () => Promise.resolve(story.shift() ?? idle),
    topupAttemptState: () => Promise.resolve({ isOpen, state: isOpen ? 'sent' : 'succeeded' }),
    postPayment: () => {
      isOpen = false;
      return Promise.resolve({ ...fulfilled(randomUUID()), isAutomatic: true });
    },
  });
  return theatre.start('autoTopup', {
    workflowId: autoTopupId(USER_ID),
    input: { userId: USER_ID },
    signal: [topupNeededSignal.name],
  });
}

/** A standing order in each state worth keeping a history of. */
export const TOPUP_SCENES: Readonly<Record<string, Scene>> = {
  'auto-topup-paid': async (theatre) => {
    const handle = await begun(theatre, [charge()]);
    await handle.result();
    return handle;
  },
  'auto-topup-deferred': async (theatre) => {
    const laterAt = new Date(Date.now() + 10 * HOUR).toISOString();
    const handle = await begun(theatre, [{ kind: 'deferred', until: laterAt }]);
    await until('it waits', async () => {
      return (await handle.query(autoTopupStateQuery)).nextActionAt !== undefined;
    });
    return handle;
  },
  'auto-topup-unknown-then-paid': async (theatre) => {
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
    const handle = await begun(theatre, [charge()]);
    await until('it is sent', async () => theatre.calls('sendTopupCharge').length === 1);
    await theatre.pass(handle.workflowId, 3 * HOUR);
    isProved = true;
    await theatre.pass(handle.workflowId, HOUR + MINUTE);
    await handle.result();
    return handle;
  },
  'auto-topup-sweeping': async (theatre) => {
    const handle = await theatre.start('autoTopupSweep', { workflowId: TOPUP_SWEEP_ID, input: {} });
    await until('it has looked', async () => theatre.calls('sweepTopups').length > 0);
    await theatre.pass(handle.workflowId, 2 * MINUTE);
    return handle;
  },
};
