import { businessClock } from '../../clock';
import { createShowcase } from '../../visibility';
import { wakeNotifier } from '../activities';
import type { BreakItemInput } from './contract';
import { openBreak } from './stubs';

/**
 * Brings a transfer that does not add up before the operators, once: the item stays until one of them has decided.
 * Whoever noticed it may be told at once that it is looked at.
 */
export async function breakItem(input: BreakItemInput): Promise<{ openItemKey: string }> {
  const { clockOffsetMs, ...found } = input;
  const show = createShowcase(() => ({
    who: `user ${found.userId}`,
    what: `transfer ${found.transferId} does not add up: ${found.broken.join(', ')}`,
  }));
  show({ state: 'reporting', waitingFor: 'the open item', stuck: 'break' });
  const opened = await openBreak({ ...found, asOf: businessClock(clockOffsetMs ?? 0).now() });
  await wakeNotifier();
  show({ state: 'reported', waitingFor: 'nothing: operators see it' });
  return opened;
}
