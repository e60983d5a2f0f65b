import { setCurrentDetails } from '@temporalio/workflow';
import { businessClock } from '../../clock';
import type { LimitChangeInput, LimitChangeOutcome } from './contract';
import { setLimits } from './stubs';

/** Sets spending limits, once and audited; the debits that come after it keep to them. */
export async function limitChange(input: LimitChangeInput): Promise<LimitChangeOutcome> {
  const { wishes, actor } = input;
  const outcome = await setLimits({ wishes, actor, asOf: businessClock(0).now() });
  setCurrentDetails(outcome.kind === 'set' ? 'The limits are set' : 'Nobody of this id is known');
  return outcome;
}
