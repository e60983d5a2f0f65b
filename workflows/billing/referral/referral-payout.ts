import { setHandler, sleep } from '@temporalio/workflow';
import { businessClock } from '../../clock';
import { createShowcase } from '../../visibility';
import { wakeNotifier } from '../activities';
import { referralStateQuery, type ReferralInput, type ReferralResult } from './contract';
import { payReferral } from './stubs';

/**
 * The reward for bringing somebody: held back until the payment that earned it has proved itself, then paid once, or
 * never when the money went back meanwhile.
 */
export async function referralPayout(input: ReferralInput): Promise<ReferralResult> {
  const { refereeId } = input;
  const clock = businessClock(input.clockOffsetMs ?? 0);
  const show = createShowcase(() => ({
    who: `user ${refereeId}`,
    what: 'the reward for bringing this person',
  }));
  let nextAt: string | undefined;
  const waitingFor = 'the payment to prove itself';
  setHandler(referralStateQuery, () => ({
    refereeId,
    waitingFor: nextAt === undefined ? 'nothing' : waitingFor,
    nextActionAt: nextAt,
  }));
  for (;;) {
    const step = await payReferral({ refereeId, asOf: clock.now() });
    if (step.kind !== 'wait') {
      nextAt = undefined;
      show({ state: step.kind, waitingFor: 'nothing: this reward is settled' });
      await wakeNotifier();
      return { state: step.kind };
    }
    nextAt = step.until;
    show({ state: 'held', waitingFor, nextAt });
    await sleep(clock.untilMs(Date.parse(nextAt)), { summary: 'Until the reward is due' });
  }
}
