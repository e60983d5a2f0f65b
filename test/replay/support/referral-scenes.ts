import { randomUUID } from 'node:crypto';
import { referralWorkflowId } from '../../../workflows/billing/referral/contract';
import { until } from '../../support/until';
import { fulfilled, USER_ID } from '../../workflows/support/cast';
import { confirmedPayment } from '../../workflows/support/purchases';
import { DAY, SECOND, type Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

/** A reward on hold for two weeks. */
async function held(theatre: Theatre) {
  const payAtMs = Date.now() + 14 * DAY;
  theatre.play({
    payReferral: ({ asOf }) =>
      Promise.resolve(
        Date.parse(asOf) < payAtMs
          ? { kind: 'wait', until: new Date(payAtMs).toISOString() }
          : { kind: 'paid' },
      ),
  });
  const handle = await theatre.start('referralPayout', {
    workflowId: referralWorkflowId(USER_ID),
    input: { refereeId: USER_ID },
  });
  await until('it has asked', async () => theatre.calls('payReferral').length > 0);
  return { handle, payAtMs };
}

/** Rewards for bringing others. */
export const REFERRAL_SCENES: Readonly<Record<string, Scene>> = {
  'referral-held': async (theatre) => (await held(theatre)).handle,
  'referral-paid': async (theatre) => {
    const { handle, payAtMs } = await held(theatre);
    await theatre.passTo(handle.workflowId, payAtMs + SECOND);
    await handle.result();
    return handle;
  },
  'payment-that-earns-a-reward': async (theatre) => {
    const paid = { ...fulfilled(randomUUID()), rewardedRefereeId: USER_ID };
    theatre.play({ postPayment: () => Promise.resolve(paid) });
    return confirmedPayment(theatre);
  },
};
