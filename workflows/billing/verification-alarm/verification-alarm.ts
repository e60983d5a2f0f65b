import {
  condition,
  continueAsNew,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { businessClock } from '../../clock';
import { providerName } from '../../contract';
import { createShowcase } from '../../visibility';
import { wakeNotifier } from '../activities';
import { verificationFailedSignal, type VerificationAlarmInput } from './contract';
import { weighUnverified } from './stubs';

const MINUTE = 60_000;
/** So long without a failure ends the alarm; the next one is told anew. */
const QUIET_MS = 30 * MINUTE;

/**
 * Watches a provider whose notifications do not verify, from the first failure until half an hour without one, and tells
 * operators once when they are more than chance (PC-4). It changes nothing about payments: those are asked for.
 */
export async function verificationAlarm(input: VerificationAlarmInput): Promise<void> {
  const { provider } = input;
  const clock = businessClock(0);
  const show = createShowcase(() => ({ who: 'everybody', what: `notifications of ${provider}` }));
  const begunAt = input.begunAt ?? clock.now();
  let hasNews = false;
  let quietAtMs = clock.nowMs() + QUIET_MS;
  setHandler(verificationFailedSignal, () => {
    hasNews = true;
  });
  upsertSearchAttributes([{ key: providerName, value: provider }]);
  for (;;) {
    if (hasNews) quietAtMs = clock.nowMs() + QUIET_MS;
    hasNews = false;
    const { recent, isAlarming } = await weighUnverified({ provider, begunAt, asOf: clock.now() });
    if (isAlarming) await wakeNotifier();
    if (recent > 0) quietAtMs = clock.nowMs() + QUIET_MS;
    show({
      state: isAlarming ? 'alarmed' : 'watching',
      waitingFor: `${recent} notifications did not verify within five minutes`,
      stuck: isAlarming ? 'verification' : undefined,
    });
    if (workflowInfo().continueAsNewSuggested && !hasNews) {
      await continueAsNew<typeof verificationAlarm>({ provider, begunAt });
    }
    await condition(() => hasNews, MINUTE, { summary: 'Until failures are counted again' });
    if (!hasNews && clock.nowMs() >= quietAtMs) return;
  }
}
