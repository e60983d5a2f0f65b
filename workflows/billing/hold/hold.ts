import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import { assert, assertNever } from '../../../src/domain/assert';
import { extendedLeaseMs } from '../../../src/domain/billing/hold';
import { businessClock } from '../../clock';
import type { HoldAnswer, HoldInput, HoldResult, HoldView, KeptHold } from './contract';
import {
  layDesk,
  showEnd,
  showLease,
  type HoldDesk,
  type HoldQuestion,
  type NamedRepair,
} from './desk';
import { recordRepair } from '../operation/stubs';
import { endHold, findWorkHold, placeWorkHold, reportHold } from './stubs';

/**
 * One hold for work: reserves the tokens, keeps the lease while its client reports, and settles exactly once: as the
 * client asks, as its job's last report says, or by the policy it was placed with when nothing is heard any more
 * (SP-4). Whoever comes second is told how it ended. Cancelling it in the Web UI settles it by the policy, too.
 */
export async function hold(input: HoldInput): Promise<HoldResult> {
  const desk = layDesk(input);
  // Cancellation is one more wish: it must not cut off the very step that settles.
  return CancellationScope.nonCancellable(async () => {
    desk.kept = input.kept ?? (await begin(desk));
    if (desk.kept) await keep(desk, desk.kept);
    showEnd(desk);
    await answerTheRest(desk);
    return resultOf(desk);
  });
}

async function begin(desk: HoldDesk): Promise<KeptHold | undefined> {
  const { holdKey, userId, wish } = desk.input;
  const at = new Date().toISOString();
  if (!wish) return lookFor(desk);
  const { answer, kept } = await placeWorkHold({ holdKey, userId, wish, at });
  desk.placed = answer;
  return kept;
}

/** A hold that stands already and lost its keeper. */
async function lookFor(desk: HoldDesk): Promise<KeptHold | undefined> {
  const found = await findWorkHold({ holdKey: desk.input.holdKey });
  if (!found) desk.placed = { kind: 'mismatch' };
  return found ?? undefined;
}

/** Whatever comes first, in the order of history: a wish, the end of the lease, a word from outside. */
async function keep(desk: HoldDesk, kept: KeptHold): Promise<void> {
  desk.clock = businessClock(kept.clockOffsetMs);
  desk.placed ??= { kind: 'placed', hold: kept.hold, isReplay: true };
  while (viewOf(desk).state === 'active') {
    const wish = desk.wishes.shift();
    if (wish) {
      wish.answer = await answerTo(desk, wish.question);
      continue;
    }
    if (desk.isToldSettled) await lookAgain(desk);
    else if (desk.isCancelled) await settle(desk, 'cancel');
    else if (desk.expiry) await expireNow(desk, desk.expiry);
    else if (workflowInfo().continueAsNewSuggested) await startAfresh(desk);
    else if (!(await isInterrupted(desk))) await settle(desk, 'expiry');
  }
}

/** False when the lease is over and nobody has said a word. */
function isInterrupted(desk: HoldDesk): Promise<boolean> {
  const { leaseUntil } = viewOf(desk);
  showLease(desk);
  return condition(
    () => desk.wishes.length > 0 || desk.isCancelled || desk.isToldSettled || !!desk.expiry,
    clockOf(desk).untilMs(Date.parse(leaseUntil)),
    { summary: 'Until the lease of the hold ends' },
  );
}

async function settle(desk: HoldDesk, by: 'expiry' | 'cancel'): Promise<void> {
  const { holdId } = viewOf(desk);
  learn(desk, await endHold({ holdId, by, asOf: clockOf(desk).now() }));
}

/** The policy decides as at the end of the lease; who did not want to wait for it stands in the audit (OPS-3). */
async function expireNow(
  desk: HoldDesk,
  { operatorId, reason, updateId }: NamedRepair,
): Promise<void> {
  desk.expiry = undefined;
  const { holdId: entityId, state, leaseUntil } = viewOf(desk);
  await recordRepair({
    ...{ step: `expire:${updateId}`, action: 'hold.expired_by_operator', entity: 'hold' as const },
    ...{ entityId, operatorId, reason, asOf: clockOf(desk).now() },
    before: { state, leaseUntil },
    after: { state: 'settled by its policy' },
  });
  await settle(desk, 'expiry');
}

async function lookAgain(desk: HoldDesk): Promise<void> {
  desk.isToldSettled = false;
  const found = await findWorkHold({ holdKey: desk.input.holdKey });
  // Its own clock goes on: what the person's has gained meanwhile, this workflow has lived through.
  if (found) desk.kept = { ...found, clockOffsetMs: keptOf(desk).clockOffsetMs };
}

async function answerTo(desk: HoldDesk, question: HoldQuestion): Promise<HoldAnswer> {
  if (!desk.kept) return { kind: 'unknown' };
  const answer = await ask(desk, question);
  learn(desk, answer);
  return answer;
}

function ask(desk: HoldDesk, { kind, order }: HoldQuestion): Promise<HoldAnswer> {
  const { holdId, leaseUntil } = viewOf(desk);
  const clock = clockOf(desk);
  const asOf = clock.now();
  switch (kind) {
    case 'heartbeat': {
      const seconds = order.extendSeconds ?? keptOf(desk).leaseSeconds;
      const lease = { untilMs: Date.parse(leaseUntil), nowMs: clock.nowMs(), seconds };
      const until = new Date(extendedLeaseMs(lease)).toISOString();
      return reportHold({ ...order, holdId, leaseUntil: until, asOf });
    }
    case 'capture':
      return endHold({ ...order, holdId, by: 'capture', asOf });
    case 'release':
      return endHold({ ...order, holdId, by: 'release', asOf });
    default:
      return assertNever(kind);
  }
}

/** A repeat is answered with what was said the first time, which may be older than what is known. */
function learn(desk: HoldDesk, answer: HoldAnswer): void {
  const isNews = answer.kind === 'closed' || (answer.kind === 'done' && !answer.isReplay);
  if (isNews) desk.kept = { ...keptOf(desk), hold: answer.hold };
  // A step that was cut off after its commit hears of itself as of a repeat: the row knows better.
  else if (answer.kind === 'done') desk.isToldSettled = true;
}

/** Answers those who came while it ended; a hold that was refused or lost has nothing to say to them. */
async function answerTheRest(desk: HoldDesk): Promise<void> {
  for (;;) {
    for (const wish of desk.wishes.splice(0)) wish.answer = await answerTo(desk, wish.question);
    await condition(() => desk.wishes.length > 0 || allHandlersFinished());
    if (desk.wishes.length === 0) return;
  }
}

async function startAfresh(desk: HoldDesk): Promise<void> {
  await condition(() => desk.wishes.length > 0 || allHandlersFinished());
  if (desk.wishes.length > 0) return;
  const { holdKey, userId } = desk.input;
  await continueAsNew<typeof hold>({ holdKey, userId, kept: keptOf(desk) });
}

function resultOf({ kept, placed }: HoldDesk): HoldResult {
  if (kept) return { kind: 'settled', hold: kept.hold };
  return { kind: placed ? 'refused' : 'unknown' };
}

function keptOf({ kept }: HoldDesk): KeptHold {
  assert(kept, 'a hold that is kept was placed');
  return kept;
}

function viewOf(desk: HoldDesk): HoldView {
  return keptOf(desk).hold;
}

function clockOf({ clock }: HoldDesk) {
  assert(clock, 'a hold that is kept has a clock');
  return clock;
}
