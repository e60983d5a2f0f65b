import { condition } from '@temporalio/workflow';
import { recordRepair } from '../operation/stubs';
import { onlyEarlier } from '../repairs/trace';
import { isWithdrawn, present, type ErasureDesk, type NamedRepair } from './desk';
import { runningHolds, showUnstopped, stopMethod } from './stubs';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Waits between two questions to a provider that does not answer: the last one for ever. */
const PATIENCE_MS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR];
/** Failures after which operators are told. */
export const TOLD_AFTER = 3;
/** Holds are looked at again this often; they end by themselves. */
const HOLDS_MS = 6 * HOUR;

/**
 * Takes the permission to charge back at the provider, again and again until the provider confirms, the person stays
 * or the last day comes. A refusal and a long silence are shown to operators, who alone can do more.
 */
export async function stopForGood(
  desk: ErasureDesk,
  methodId: string,
  deadlineMs: number,
): Promise<void> {
  const { erasureId, userId } = desk.input;
  for (let failures = 0; ; failures += 1) {
    const outcome = await tryToStop(methodId, desk.clock.now());
    if (outcome.kind === 'done') {
      desk.unstopped.delete(methodId);
      present(desk, desk.phase, desk.waitingFor);
      return;
    }
    desk.unstopped.add(methodId);
    present(desk, desk.phase, desk.waitingFor);
    const isRefused = outcome.kind === 'refused';
    if (isRefused || failures + 1 === TOLD_AFTER) {
      const { reason } = outcome;
      await showUnstopped({ erasureId, userId, methodId, reason, asOf: desk.clock.now() });
    }
    if (isRefused || isWithdrawn(desk) || desk.clock.nowMs() >= deadlineMs) return;
    const waitMs = Math.min(patienceMs(failures), desk.clock.untilMs(deadlineMs) + 1);
    const plannedAt = new Date(desk.clock.nowMs() + waitMs).toISOString();
    desk.resting.set(methodId, undefined);
    const isAsked = () => isWithdrawn(desk) || desk.resting.get(methodId) !== undefined;
    await condition(isAsked, waitMs, { summary: 'Until the provider is asked again' });
    const wish = desk.resting.get(methodId);
    desk.resting.delete(methodId);
    if (wish) await writeDown(desk, { methodId, plannedAt }, wish);
  }
}

/** A question changes nothing by itself, so nothing else would remember who wanted it (OPS-3). */
async function writeDown(
  { clock }: ErasureDesk,
  { methodId, plannedAt }: { readonly methodId: string; readonly plannedAt: string },
  { updateId, operatorId, reason }: NamedRepair,
): Promise<void> {
  const asOf = clock.now();
  await recordRepair({
    ...{ step: `stop:${methodId}:${updateId}`, action: 'method.asked_about' },
    ...{ entity: 'method' as const, entityId: methodId, operatorId, reason, asOf },
    ...onlyEarlier(plannedAt, asOf),
  });
}

/** Work that was begun settles by its lease; a refund or a dispute by the word of a provider. */
export async function awaitHolds(desk: ErasureDesk, deadlineMs: number): Promise<void> {
  const { userId } = desk.input;
  while (!isWithdrawn(desk) && desk.clock.nowMs() < deadlineMs) {
    const { active } = await runningHolds({ userId });
    if (active === 0) return;
    await condition(() => isWithdrawn(desk), Math.min(HOLDS_MS, desk.clock.untilMs(deadlineMs)), {
      summary: 'Until the holds are looked at again',
    });
  }
}

/** How long to wait after so many failures before a provider is asked again; failures count from 0. */
export function patienceMs(failures: number): number {
  return PATIENCE_MS[Math.min(failures, PATIENCE_MS.length - 1)] ?? HOUR;
}

/** Asks the provider once to stop charging by a method; whatever fails is `unknown`. */
export async function tryToStop(methodId: string, asOf: string): ReturnType<typeof stopMethod> {
  try {
    return await stopMethod({ methodId, asOf });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'the provider could not be asked';
    return { kind: 'unknown', reason };
  }
}
