import { condition, setHandler } from '@temporalio/workflow';
import { businessClock, type BusinessClock } from '../../clock';
import { ask, type Pending } from '../../requests';
import { createShowcase } from '../../visibility';
import {
  erasureStateQuery,
  openErasureUpdate,
  withdrawErasureUpdate,
  type ErasureInput,
  type ErasurePhase,
  type WithdrawOutcome,
} from './contract';

/** Everything one erasure's workflow knows while it runs. */
export interface ErasureDesk {
  readonly input: ErasureInput;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
  readonly withdrawals: Pending<'withdraw', unknown>[];
  readonly unstopped: Set<string>;
  phase: ErasurePhase;
  dueAt: string | undefined;
  waitingFor: string;
}

/** Lays out an empty desk with its handlers set, before anything is awaited. */
export function layDesk(input: ErasureInput): ErasureDesk {
  const desk: ErasureDesk = {
    input,
    clock: businessClock(input.clockOffsetMs ?? 0),
    show: createShowcase(),
    withdrawals: [],
    unstopped: new Set(),
    phase: 'opening',
    dueAt: undefined,
    waitingFor: 'the wish to be recorded',
  };
  setHandler(openErasureUpdate, async () => {
    await condition(() => desk.dueAt !== undefined);
    return { kind: 'accepted' as const, dueAt: desk.dueAt ?? '' };
  });
  setHandler(withdrawErasureUpdate, () =>
    ask<'withdraw', WithdrawOutcome>(desk.withdrawals, 'withdraw'),
  );
  setHandler(erasureStateQuery, () => ({
    erasureId: input.erasureId,
    phase: desk.phase,
    dueAt: desk.dueAt,
    unstopped: [...desk.unstopped],
    waitingFor: desk.waitingFor,
  }));
  return desk;
}

/** True once the person wants to stay. */
export function isWithdrawn(desk: ErasureDesk): boolean {
  return desk.withdrawals.length > 0;
}

/** Tells everybody who asked to withdraw what came of it. */
export function answerWithdrawals(desk: ErasureDesk, answer: WithdrawOutcome): void {
  for (const pending of desk.withdrawals.splice(0)) pending.answer = answer;
}

/** Shows where the erasure stands. */
export function present(desk: ErasureDesk, phase: ErasurePhase, waitingFor: string): void {
  desk.phase = phase;
  desk.waitingFor = waitingFor;
  const stuck =
    desk.unstopped.size > 0 ? 'a provider does not confirm that it charges no more' : undefined;
  desk.show({ state: phase, waitingFor, nextAt: desk.dueAt, stuck });
}
