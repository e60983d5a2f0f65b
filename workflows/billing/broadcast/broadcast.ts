import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BroadcastProgress } from '../../../activities/billing/broadcasts';
import type { BroadcastMove } from '../../../src/domain/broadcast';
import { businessClock, type BusinessClock } from '../../clock';
import { ask, type Pending } from '../../requests';
import { createShowcase, describeRepair, type Subject } from '../../visibility';
import { wakeNotifier } from '../activities';
import { requireRepair } from '../repair-rules';
import {
  broadcastQuery,
  cancelBroadcastUpdate,
  pauseBroadcastUpdate,
  resumeBroadcastUpdate,
  type BroadcastCard,
  type BroadcastInput,
  type BroadcastRepair,
  type BroadcastResult,
  type SteerOutcome,
} from './contract';
import { finishBroadcast, queueBroadcast, steerBroadcast } from './stubs';

/** How often the outbox is filled up: the sender needs some seconds for what it may hold ahead. */
const PACE = '2 seconds';
/** How often it looks while those who are left sleep. */
const NIGHT_PACE = '5 minutes';

interface Steering extends BroadcastRepair {
  readonly move: BroadcastMove;
}

interface Desk {
  readonly broadcastId: string;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
  readonly moves: Pending<Steering, unknown>[];
  progress: BroadcastProgress | undefined;
  waitingFor: string;
}

/**
 * One message to many people: queues it little by little, never more than a handful ahead of the sender, so that what
 * is more urgent does not wait behind it (NT-8). Its row says how far it is, so any restart goes on from there.
 */
export async function broadcast(input: BroadcastInput): Promise<BroadcastResult> {
  const desk = layDesk(input);
  for (;;) {
    const pending = desk.moves.shift();
    if (pending) {
      pending.answer = await steer(desk, pending.question);
      continue;
    }
    desk.progress = await queueBroadcast({ ...input, asOf: desk.clock.now() });
    if (desk.progress.added > 0) await wakeNotifier();
    if (isOver(desk.progress)) break;
    if (workflowInfo().continueAsNewSuggested && desk.moves.length === 0) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof broadcast>(input);
    }
    await waitForTurn(desk, desk.progress);
  }
  return finish(desk);
}

function layDesk({ broadcastId }: BroadcastInput): Desk {
  const desk: Desk = {
    broadcastId,
    clock: businessClock(0),
    show: createShowcase(() => subjectOf(desk)),
    moves: [],
    progress: undefined,
    waitingFor: 'the first people to be queued',
  };
  const take = (move: BroadcastMove) => (repair: BroadcastRepair) =>
    ask<Steering, SteerOutcome>(desk.moves, { ...repair, move });
  setHandler(pauseBroadcastUpdate, take('pause'), {
    validator,
    ...describeRepair('broadcast', 'pause'),
  });
  setHandler(resumeBroadcastUpdate, take('resume'), {
    validator,
    ...describeRepair('broadcast', 'resume'),
  });
  setHandler(cancelBroadcastUpdate, take('cancel'), {
    validator,
    ...describeRepair('broadcast', 'cancel'),
  });
  setHandler(broadcastQuery, () => cardOf(desk));
  return desk;
}

function validator({ operatorId, reason }: BroadcastRepair): void {
  requireRepair({ operatorId: String(operatorId), reason });
  if (/^[1-9]\d{0,15}$/.test(String(operatorId))) return;
  throw new Error('operatorId must be your Telegram id, digits only');
}

function isOver({ state, isWalked, inOutbox }: BroadcastProgress): boolean {
  return state !== 'paused' && (state !== 'running' || (isWalked && inOutbox === 0));
}

async function steer(desk: Desk, { operatorId, ...rest }: Steering): Promise<SteerOutcome> {
  const { broadcastId } = desk;
  const asOf = desk.clock.now();
  const steered = { broadcastId, operatorId: Number(operatorId), ...rest, asOf };
  const outcome = await steerBroadcast(steered);
  // The sender leaves a paused one alone, and does not know by itself that it goes on.
  await wakeNotifier();
  return outcome;
}

async function waitForTurn(desk: Desk, progress: BroadcastProgress): Promise<void> {
  const isAsked = () => desk.moves.length > 0;
  const { state, queued, total, isWalked, due } = progress;
  if (state === 'paused') {
    desk.waitingFor = `an operator to resume; queued for ${queued} of ${total}`;
    desk.show({ state, waitingFor: desk.waitingFor, stuck: 'paused' });
    await condition(isAsked);
    return;
  }
  desk.waitingFor = isWalked ? 'the last messages to go out' : 'room in the outbox';
  desk.show({ state, waitingFor: desk.waitingFor });
  await condition(isAsked, isWalked && due === 0 ? NIGHT_PACE : PACE, {
    summary: isWalked ? 'Until the last messages are looked at' : 'Until the outbox has room again',
  });
}

async function finish(desk: Desk): Promise<BroadcastResult> {
  const { broadcastId } = desk;
  const { state } = await finishBroadcast({ broadcastId, asOf: desk.clock.now() });
  await wakeNotifier();
  desk.waitingFor = 'nothing';
  if (desk.progress) desk.progress = { ...desk.progress, state };
  desk.show({ state, waitingFor: 'nothing: this broadcast is over' });
  for (const pending of desk.moves.splice(0)) {
    pending.answer = { kind: 'refused', reason: 'not_possible' };
  }
  await condition(allHandlersFinished);
  return { state };
}

const REPAIRS: Readonly<Record<string, readonly string[]>> = {
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
};

/** What an operator reads on the card of any workflow. */
function subjectOf({ broadcastId, progress }: Desk): Subject {
  const { state = 'running', total, queued = 0 } = progress ?? {};
  return {
    who: total === undefined ? 'everybody who is meant' : `${total} people`,
    what: `broadcast ${broadcastId}, queued for ${queued} so far`,
    repairs: REPAIRS[state] ?? [],
  };
}

function cardOf({ broadcastId, progress, waitingFor }: Desk): BroadcastCard {
  const state = progress?.state ?? 'running';
  return {
    broadcastId,
    state,
    total: progress?.total ?? 0,
    queued: progress?.queued ?? 0,
    inOutbox: progress?.inOutbox ?? 0,
    waitingFor,
    allowedRepairs: REPAIRS[state] ?? [],
  };
}
