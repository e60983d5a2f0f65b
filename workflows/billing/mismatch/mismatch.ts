import {
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Learned } from '../../../activities/billing/payments';
import type { Weighed } from '../../../activities/billing/reconciliation/mismatches';
import type { WireFact } from '../../../src/domain/billing/payment';
import type { Pending } from '../../requests';
import { learnPayment, wakeNotifier } from '../activities';
import { hintPaymentConfirmation } from '../hints';
import { recordRepair } from '../operation/stubs';
import { onlyEarlier } from '../repairs/trace';
import type { MismatchInput, MismatchResult } from './contract';
import { clock, layDesk, learn, type MismatchDesk, type Wish } from './desk';
import {
  acceptMismatch,
  alertOverdue,
  assignMismatch,
  escalateMismatch,
  loadMismatch,
  weighMismatch,
} from './stubs';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Pauses before both sides are compared again, until operators are told; what is news for us takes longer to book. */
const HEALING_MS = [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE] as const;
/** A provider that says clearly something else is asked once more: its list and its answers may be of different age. */
const CONTRADICTED_MS = [MINUTE] as const;
/** A payment is booked in a moment; only then is it compared. */
const BOOKING_PAUSE = '10 seconds';

/**
 * One payment about which a provider's list and our books disagree: what the provider knows and we do not is booked the
 * ordinary way, what heals closes by itself, and what does not waits for its owner, who is reminded when the time is
 * over (PC-17).
 */
export async function mismatch(input: MismatchInput): Promise<MismatchResult> {
  const desk = layDesk(input);
  const result = await live(desk);
  desk.phase = 'over';
  turnAway(desk);
  await condition(allHandlersFinished);
  return result;
}

async function live(desk: MismatchDesk): Promise<MismatchResult> {
  const found = await loadMismatch(desk.name);
  if (!found) return { state: 'gone' };
  learn(desk, found);
  desk.phase = found.state === 'open' ? 'open' : 'healing';
  return (await heal(desk)) ?? waitForOwner(desk);
}

/** Decisions that came when it was over: an unanswered update would keep this workflow open for ever. */
function turnAway(desk: MismatchDesk): void {
  for (const pending of desk.wishes.splice(0)) {
    pending.answer = { accepted: 'refused: the difference is closed' };
  }
}

/** Tries for a while without anybody's help; undefined when that did not do. */
async function heal(desk: MismatchDesk): Promise<MismatchResult | undefined> {
  if (desk.phase === 'open') return undefined;
  for (let tries = 0; ; tries += 1) {
    const looked = await look(desk);
    if (looked.result) return looked.result;
    const pauseMs = (looked.isContradicted ? CONTRADICTED_MS : HEALING_MS)[tries];
    if (pauseMs === undefined) return undefined;
    const result = await rest(desk, { state: 'healing', untilMs: clock.nowMs() + pauseMs });
    if (result) return result;
  }
}

/** Shown to operators once, and compared every day: what heals late closes by itself, too. */
async function waitForOwner(desk: MismatchDesk): Promise<MismatchResult> {
  await escalateMismatch({ ...desk.name, asOf: clock.now() });
  await wakeNotifier();
  desk.phase = 'open';
  let isTold = false;
  for (;;) {
    const dueMs = Date.parse(desk.mismatch?.dueAt ?? clock.now());
    if (!isTold && clock.nowMs() >= dueMs) {
      isTold = true;
      await alertOverdue({ ...desk.name, asOf: clock.now() });
      await wakeNotifier();
    }
    const nextLookMs = clock.nowMs() + DAY;
    const untilMs = isTold ? nextLookMs : Math.min(dueMs, nextLookMs);
    const result = (await rest(desk, { state: 'open', untilMs })) ?? (await look(desk)).result;
    if (result) return result;
    if (workflowInfo().continueAsNewSuggested) await startAfresh(desk);
  }
}

/** A long history goes on in a fresh run, which finds the difference open in the database. */
async function startAfresh(desk: MismatchDesk): Promise<void> {
  await condition(() => allHandlersFinished() || desk.wishes.length > 0);
  if (desk.wishes.length === 0) await continueAsNew<typeof mismatch>(desk.name);
}

interface Looked {
  readonly result: MismatchResult | undefined;
  /** The provider said clearly something that booking cannot reconcile. */
  readonly isContradicted: boolean;
}

/** Books what the provider knows and we do not, asks it once more, and compares. */
async function look(desk: MismatchDesk): Promise<Looked> {
  desk.waitingFor = 'both sides to be compared again';
  await bookNews(desk);
  const learned = await questionProvider(desk);
  const fact = learned.kind === 'fact' ? learned.fact : undefined;
  const asOf = clock.now();
  const weighed = await weighMismatch({ ...desk.name, asOf, ...(fact ? { fact } : {}) });
  const result = concluded(desk, weighed);
  return { result, isContradicted: fact !== undefined && desk.mismatch?.isNewsForUs === false };
}

function concluded(desk: MismatchDesk, weighed: Weighed): MismatchResult | undefined {
  if (weighed.kind === 'closed') return { state: weighed.state };
  learn(desk, weighed.mismatch);
  return undefined;
}

/** The same way as any notification: the payment's own workflow asks, compares with the order and books once. */
async function bookNews({ name, mismatch: known }: MismatchDesk): Promise<void> {
  if (!known?.isNewsForUs || !known.fact) return;
  await hintPaymentConfirmation({ provider: name.provider, fact: known.fact });
  await sleep(BOOKING_PAUSE, { summary: 'Until the payment is booked' });
}

async function questionProvider({ name, mismatch: known }: MismatchDesk): Promise<Learned> {
  const { provider, providerPaymentId } = name;
  const hint: WireFact = known?.fact ?? { providerPaymentId, state: 'pending' };
  try {
    return await learnPayment({ provider, hint, isTelegramsWord: false });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { kind: 'unknown', reason: 'this worker could not ask the provider' };
  }
}

interface Rest {
  readonly state: 'healing' | 'open';
  readonly untilMs: number;
}

/** Waits until it is time to look again, and does meanwhile what operators wish. */
async function rest(desk: MismatchDesk, pause: Rest): Promise<MismatchResult | undefined> {
  const isCalled = () => desk.wishes.length > 0 || desk.isItemClosed;
  for (;;) {
    showResting(desk, pause);
    const leftMs = Math.max(1, clock.untilMs(pause.untilMs));
    const summary = 'Until both sides are compared again';
    if (!(await condition(isCalled, leftMs, { summary }))) return undefined;
    if (desk.isItemClosed) {
      desk.isItemClosed = false;
      return undefined;
    }
    const pending = desk.wishes.shift();
    const result = pending && (await grant(desk, pending));
    if (result) return result;
  }
}

function showResting(desk: MismatchDesk, { state, untilMs }: Rest): void {
  const { mismatch: known } = desk;
  const difference = known?.difference ?? 'both sides to agree';
  desk.waitingFor =
    state === 'open' ? `${known?.owner ?? 'an operator'}: ${difference}` : difference;
  desk.nextAt = new Date(untilMs).toISOString();
  const stuck = state === 'open' ? 'break' : undefined;
  desk.show({ state, waitingFor: desk.waitingFor, nextAt: desk.nextAt, stuck });
}

async function grant(
  desk: MismatchDesk,
  pending: Pending<Wish, { readonly accepted: string }>,
): Promise<MismatchResult | undefined> {
  const { question: wish } = pending;
  const { operatorId, reason } = wish;
  const decision = { ...desk.name, operatorId, reason, asOf: clock.now() };
  if (wish.kind === 'assign') {
    await assignMismatch({ ...decision, owner: wish.owner });
    await reload(desk);
    pending.answer = { accepted: `${wish.owner} sees to it now` };
    return undefined;
  }
  if (wish.how === 'accept') {
    await acceptMismatch(decision);
    pending.answer = { accepted: 'closed; both sides stay as they are' };
    return { state: 'resolved' };
  }
  await writeDownRetry(desk, wish);
  const { result } = await look(desk);
  const still = `it still differs: ${desk.mismatch?.difference ?? ''}`;
  pending.answer = { accepted: result ? `it is ${result.state}` : still };
  return result;
}

/** The other decisions are audited with what they change; another try changes nothing by itself. */
async function writeDownRetry(
  { name, nextAt }: MismatchDesk,
  { operatorId, reason, updateId }: Extract<Wish, { kind: 'resolve' }>,
): Promise<void> {
  const asOf = clock.now();
  await recordRepair({
    ...{ step: `retry:${updateId}`, action: 'mismatch.retried', entity: 'mismatch' as const },
    ...{ entityId: `${name.provider}:${name.providerPaymentId}`, operatorId, reason, asOf },
    ...onlyEarlier(nextAt, asOf),
  });
}

async function reload(desk: MismatchDesk): Promise<void> {
  const found = await loadMismatch(desk.name);
  if (found) learn(desk, found);
}
