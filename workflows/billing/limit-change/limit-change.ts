import { setCurrentDetails } from '@temporalio/workflow';
import { businessClock } from '../../clock';
import { answerCard } from '../../visibility';
import type { LimitChangeInput, LimitChangeOutcome } from './contract';
import { setLimits } from './stubs';

/** Sets spending limits, once and audited; the debits that come after it keep to them. */
export async function limitChange(input: LimitChangeInput): Promise<LimitChangeOutcome> {
  const { wishes, actor } = input;
  let said = 'one transaction';
  answerCard(() => ({
    who: `${actor.kind} ${actor.id}`,
    what: `${wishes.length} spending limits`,
    state: 'setting',
    waitingFor: said,
  }));
  const outcome = await setLimits({ wishes, actor, asOf: businessClock(0).now() });
  const words = outcome.kind === 'set' ? 'The limits are set' : 'Nobody of this id is known';
  said = `nothing: ${words}`;
  setCurrentDetails(words);
  return outcome;
}
