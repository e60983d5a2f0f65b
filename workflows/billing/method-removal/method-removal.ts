import {
  allHandlersFinished,
  condition,
  currentUpdateInfo,
  patched,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import { businessClock, type BusinessClock } from '../../clock';
import { createShowcase, describeRepair } from '../../visibility';
import { wakeNotifier } from '../activities';
import { patienceMs, TOLD_AFTER, tryToStop } from '../erasure/settling';
import type { Repair } from '../contract';
import { recordRepair } from '../operation/stubs';
import { tellSubscription } from '../refund/refund';
import { requirePhase, requireRepair } from '../repair-rules';
import { onlyEarlier } from '../repairs/trace';
import {
  openMethodRemovalUpdate,
  revokeNowUpdate,
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
  /** Operators who do not want to wait, still to be written down. */
  readonly askedBy: (Repair & { readonly updateId: string })[];
  isResting: boolean;
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
  const { methodId, userId } = input;
  const removal = layDesk(input);
  const { clock } = removal;
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

function layDesk(input: MethodRemovalInput): Removal {
  const removal: Removal = {
    input,
    clock: businessClock(input.clockOffsetMs ?? 0),
    show: createShowcase(() => ({
      who: `user ${input.userId}`,
      what: `removal of the saved method ${input.methodId}`,
      repairs: removal.isResting ? ['retryNow'] : [],
    })),
    askedBy: [],
    isResting: false,
  };
  setHandler(
    revokeNowUpdate,
    ({ operatorId, reason }) => {
      removal.askedBy.push({ operatorId, reason, updateId: currentUpdateInfo()?.id ?? 'unnamed' });
      return { accepted: 'the provider is asked now' };
    },
    {
      validator: (repair: Repair) => {
        requireRepair(repair);
        requirePhase(removal.isResting ? 'waiting' : 'over or under way', ['waiting']);
      },
      ...describeRepair('methodRemoval', 'retryNow'),
    },
  );
  return removal;
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
    await rest(removal, waitMs);
  }
}

const REST = { summary: 'Until the provider is asked again' };

/** Until the next question, or until an operator wants it asked. */
async function rest(removal: Removal, waitMs: number): Promise<void> {
  const { askedBy, clock, input } = removal;
  // A condition is another command than a sleep where it is cut short.
  if (!patched('revoke-now')) return sleep(waitMs, REST);
  removal.isResting = true;
  const plannedAt = new Date(clock.nowMs() + waitMs).toISOString();
  await condition(() => askedBy.length > 0, waitMs, REST);
  removal.isResting = false;
  for (const { updateId, operatorId, reason } of askedBy.splice(0)) {
    const asOf = clock.now();
    await recordRepair({
      ...{ step: `revoke:${updateId}`, action: 'method.asked_about' },
      ...{ entity: 'method' as const, entityId: input.methodId, operatorId, reason, asOf },
      ...onlyEarlier(plannedAt, asOf),
    });
  }
}
