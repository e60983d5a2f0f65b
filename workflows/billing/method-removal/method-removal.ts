import { allHandlersFinished, condition, setHandler, sleep } from '@temporalio/workflow';
import { businessClock, type BusinessClock } from '../../clock';
import { createShowcase } from '../../visibility';
import { wakeNotifier } from '../activities';
import { patienceMs, TOLD_AFTER, tryToStop } from '../erasure/settling';
import { tellSubscription } from '../refund/refund';
import {
  openMethodRemovalUpdate,
  type MethodRemovalInput,
  type MethodRemovalOpening,
  type MethodRemovalResult,
} from './contract';
import { abandonMethod, beginMethodRemoval, showUnrevoked } from './stubs';

/** Days after which a provider that never answered is asked no more: its operators have been told long since. */
const LAST_DAY = 30;
const DAY_MS = 24 * 3_600_000;

interface Removal {
  readonly input: MethodRemovalInput;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
}

/**
 * Removes a saved method by its owner's wish: at once nothing uses it any more, then its provider is asked to revoke
 * it, again and again until it confirms. A refusal and a long silence are shown to operators.
 */
export async function methodRemoval(input: MethodRemovalInput): Promise<MethodRemovalResult> {
  let opening: MethodRemovalOpening | undefined;
  setHandler(openMethodRemovalUpdate, async () => {
    await condition(() => opening !== undefined);
    return opening as MethodRemovalOpening;
  });
  const clock = businessClock(input.clockOffsetMs ?? 0);
  const removal: Removal = { input, clock, show: createShowcase() };
  const { methodId, userId } = input;
  const begun = await beginMethodRemoval({ methodId, userId, asOf: clock.now() });
  if (begun.kind === 'refused') {
    removal.show({ state: 'refused', waitingFor: `nothing: ${begun.reason}` });
    opening = begun;
    await condition(allHandlersFinished);
    return begun;
  }
  removal.show({ state: 'revoking', waitingFor: 'the provider to revoke the method' });
  opening = { kind: 'removed' };
  await wakeNotifier();
  for (const subscriptionId of begun.subscriptionIds) await tellSubscription(subscriptionId);
  const result = await revoke(removal);
  await condition(allHandlersFinished);
  return result;
}

async function revoke(removal: Removal): Promise<MethodRemovalResult> {
  const { clock, show } = removal;
  const { methodId, userId } = removal.input;
  const deadlineMs = clock.nowMs() + LAST_DAY * DAY_MS;
  for (let failures = 0; ; failures += 1) {
    const outcome = await tryToStop(methodId, clock.now());
    if (outcome.kind === 'done') {
      show({ state: 'removed', waitingFor: 'nothing: the provider has revoked it' });
      return { kind: 'removed' };
    }
    const { reason } = outcome;
    const isLast = outcome.kind === 'refused' || clock.nowMs() >= deadlineMs;
    const unrevoked = { methodId, userId, reason, asOf: clock.now() };
    if (isLast || failures + 1 === TOLD_AFTER) await showUnrevoked(unrevoked);
    if (isLast) {
      await abandonMethod(unrevoked);
      show({ state: 'unconfirmed', waitingFor: 'nothing: the operators see to it' });
      return { kind: 'unconfirmed' };
    }
    const stuck = 'a provider does not confirm that the method is revoked';
    show({ state: 'revoking', waitingFor: 'the provider to revoke the method', stuck });
    const waitMs = Math.min(patienceMs(failures), clock.untilMs(deadlineMs) + 1);
    await sleep(waitMs, { summary: 'Until the provider is asked again' });
  }
}
