import { condition, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import { businessClock, type BusinessClock } from '../../clock';
import { ask, type Pending } from '../../requests';
import { createShowcase, describeRepair } from '../../visibility';
import type { Repair } from '../contract';
import { requirePhase, requireRepair } from '../repair-rules';
import {
  erasureStateQuery,
  openErasureUpdate,
  stopNowUpdate,
  withdrawErasureUpdate,
  type ErasureInput,
  type ErasurePhase,
  type WithdrawOutcome,
} from './contract';

/** A repair with the id of the update that asked for it. */
export type NamedRepair = Repair & { readonly updateId: string };

/** Everything one erasure's workflow knows while it runs. */
export interface ErasureDesk {
  readonly input: ErasureInput;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
  readonly withdrawals: Pending<'withdraw', unknown>[];
  readonly unstopped: Set<string>;
  /** Methods about which a provider is waited for, each with the wish of an operator not to wait. */
  readonly resting: Map<string, NamedRepair | undefined>;
  phase: ErasurePhase;
  dueAt: string | undefined;
  waitingFor: string;
}

/** Lays out an empty desk with its handlers set, before anything is awaited. */
export function layDesk(input: ErasureInput): ErasureDesk {
  const desk: ErasureDesk = {
    input,
    clock: businessClock(input.clockOffsetMs ?? 0),
    show: createShowcase(() => ({
      who: `user ${input.userId}`,
      what: `erasure ${input.erasureId}: forgets a person`,
      repairs: desk.resting.size > 0 ? ['retryNow'] : [],
    })),
    withdrawals: [],
    unstopped: new Set(),
    resting: new Map(),
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
  setHandler(
    stopNowUpdate,
    ({ operatorId, reason }) => {
      const wish = { operatorId, reason, updateId: currentUpdateInfo()?.id ?? 'unnamed' };
      for (const methodId of desk.resting.keys()) desk.resting.set(methodId, wish);
      return { accepted: 'the providers are asked now' };
    },
    {
      validator: (repair: Repair) => {
        requireRepair(repair);
        const phase = desk.resting.size > 0 ? 'a provider is silent' : 'no provider is waited for';
        requirePhase(phase, ['a provider is silent']);
      },
      ...describeRepair('erasure', 'retryNow'),
    },
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
