import { condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { SentCharge } from '../../../activities/billing/auto-topups/charging';
import type { ChargeAttempt } from '../../../activities/billing/charges/attempts';
import {
  DAYS_PAST_DEADLINE,
  FACT_RANK,
  foldFacts,
  unknownPollDelayMs,
} from '../../../src/domain/billing/payment';
import type { WireFact } from '../../../src/domain/billing/payment';
import { moneyWords } from '../../visibility';
import { askOrder, wakeNotifier } from '../activities';
import { hintPaymentConfirmation } from '../hints';
import { waitPast } from '../landmarks';
import { recordRepair } from '../operation/stubs';
import { onlyEarlier } from '../repairs/trace';
import { showWait, type TopupDesk } from './desk';
import {
  dismissTopupCharge,
  recordTopupDecline,
  sendTopupCharge,
  tellUnknownTopup,
  topupAttemptState,
} from './stubs';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** The timetable of a charge that was planned before its terms travelled with it. */
const SLOW_MS = 5 * MINUTE;
const ALERT_MS = 15 * MINUTE;
const DEADLINE_MS = 3 * DAY;
const GIVEN_UP_MS = DEADLINE_MS + DAYS_PAST_DEADLINE * DAY;

interface Charge {
  readonly attempt: ChargeAttempt;
  /** When its owner hears that checking goes on (PC-16), and when the list of workflows shows it (PC-11). */
  readonly slowMs: number;
  readonly alertMs: number;
  /** When an open item tells of it, and when nobody asks any more (PC-11). */
  readonly overdueMs: number;
  readonly givenUpMs: number;
  questions: number;
  /** Rank of the fact that the payment's own workflow was told last. */
  toldRank: number;
  isToldSlow: boolean;
  isShown: boolean;
  lastReason: string;
}

/**
 * Carries one charge to its outcome: sent once, asked about until it is known, and sent again only under its own key
 * after the provider has said that it knows of none (PC-12). Money is booked by the payment's own workflow.
 */
export async function carryCharge(desk: TopupDesk, attempt: ChargeAttempt): Promise<void> {
  const charge = begin(desk, attempt);
  const { amount, invoiceNo, provider } = attempt;
  desk.charge = { what: `order ${invoiceNo} at ${provider}`, amount: moneyWords(amount) };
  const waitingFor = `the charge of ${amount.minor} minor units ${amount.currency} at ${provider}, order ${invoiceNo}`;
  showWait(desk, { state: 'charging', waitingFor });
  if (!attempt.isSent && (await send(desk, charge)) === 'over') return;
  while (await isOpen(desk, charge)) {
    if (desk.clock.nowMs() > charge.givenUpMs) return waitForOperator(desk, charge);
    // The next run finds the attempt as the database holds it, and asks on.
    if (workflowInfo().continueAsNewSuggested) return;
    await rest(desk, charge);
    if (await isDismissed(desk, charge)) return;
    if ((await ask(desk, charge)) === 'over') return;
  }
}

function begin(desk: TopupDesk, attempt: ChargeAttempt): Charge {
  desk.isPaid = false;
  desk.isDecided = false;
  return {
    attempt,
    ...termsOf(desk, attempt),
    questions: 0,
    toldRank: FACT_RANK.unknown,
    isToldSlow: false,
    isShown: false,
    lastReason: 'not asked yet',
  };
}

function termsOf(desk: TopupDesk, { asking }: ChargeAttempt) {
  const sinceMs = asking ? Date.parse(asking.since) : desk.clock.nowMs();
  const at = (told: string | undefined, afterMs: number) =>
    told === undefined ? sinceMs + afterMs : Date.parse(told);
  return {
    slowMs: at(asking?.slowAt, SLOW_MS),
    alertMs: at(asking?.alertAt, ALERT_MS),
    overdueMs: at(asking?.overdueAt, DEADLINE_MS),
    givenUpMs: at(asking?.givenUpAt, GIVEN_UP_MS),
  };
}

async function send(desk: TopupDesk, charge: Charge): Promise<'over' | 'open'> {
  const { attempt } = charge;
  const { userId } = desk.input;
  const sent = await trySend({ attemptId: attempt.attemptId, userId, asOf: desk.clock.now() });
  switch (sent.kind) {
    case 'over':
      await wakeNotifier();
      return 'over';
    case 'unknown':
      charge.lastReason = sent.reason;
      return 'open';
    case 'sent':
    case 'paid':
      await tell(desk, charge, factOf(attempt, sent));
      return 'open';
  }
}

/** A worker that died with the call in its hands leaves the outcome unknown, never failed. */
async function trySend(order: Parameters<typeof sendTopupCharge>[0]): Promise<SentCharge> {
  try {
    return await sendTopupCharge(order);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { kind: 'unknown', reason: 'the call to the provider was lost' };
  }
}

function factOf(
  { amount, invoiceId, invoiceNo }: ChargeAttempt,
  sent: Extract<SentCharge, { providerPaymentId: string }>,
): WireFact {
  const { providerPaymentId, kind } = sent;
  const state = kind === 'paid' ? 'paid' : 'pending';
  return { providerPaymentId, state, amount, invoiceId, invoiceNo };
}

/** The payment's own workflow asks, compares and books, as for every other payment. */
async function tell(desk: TopupDesk, charge: Charge, fact: WireFact): Promise<void> {
  if (FACT_RANK[fact.state] <= charge.toldRank) return;
  charge.toldRank = FACT_RANK[fact.state];
  const { provider } = charge.attempt;
  const clockOffsetMs = desk.input.clockOffsetMs ?? 0;
  await hintPaymentConfirmation({ provider, fact, clockOffsetMs });
}

async function isOpen(desk: TopupDesk, { attempt }: Charge): Promise<boolean> {
  desk.isPaid = false;
  const { attemptId } = attempt;
  return (await topupAttemptState({ attemptId })).isOpen;
}

async function ask(desk: TopupDesk, charge: Charge): Promise<'over' | 'open'> {
  const { attemptId } = charge.attempt;
  if (!(await isOpen(desk, charge))) return 'over';
  const answer = await question(charge.attempt);
  if (answer.kind === 'unknown') {
    charge.lastReason = answer.reason;
    return 'open';
  }
  const fact = foldFacts(answer.facts);
  if (!fact) return send(desk, charge);
  if (fact.state === 'failed') {
    const decline = fact.decline ? { decline: fact.decline } : {};
    await recordTopupDecline({ attemptId, ...decline, asOf: desk.clock.now() });
    await wakeNotifier();
    return 'over';
  }
  charge.lastReason = `the provider calls it ${fact.state}`;
  await tell(desk, charge, fact);
  return 'open';
}

async function question({ invoiceId, invoiceNo, provider }: ChargeAttempt) {
  try {
    return await askOrder({ invoiceId, invoiceNo, provider });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { kind: 'unknown' as const, reason: 'this worker could not ask the provider' };
  }
}

/** Until the next question or the word that the money is booked; meanwhile its owner and the operators are told. */
async function rest(desk: TopupDesk, charge: Charge): Promise<void> {
  const { clock } = desk;
  const isOverdue = clock.nowMs() >= charge.overdueMs;
  await tellSlow(desk, charge);
  if (isOverdue && !charge.isShown) {
    charge.isShown = true;
    await tellUnknown(desk, charge, 'overdue');
  }
  const untilMs = clock.nowMs() + unknownPollDelayMs(charge.questions, isOverdue);
  charge.questions += 1;
  showUnknown(desk, charge, untilMs);
  await waitPast({
    ...{ clock, untilMs, landmarksMs: desk.wakesOnTime ? [charge.slowMs, charge.alertMs] : [] },
    isOver: () => desk.isPaid || isCalled(desk),
    summary: 'Until the provider is asked again',
    announce: async () => {
      await tellSlow(desk, charge);
      showUnknown(desk, charge, untilMs);
    },
  });
}

async function tellSlow(desk: TopupDesk, charge: Charge): Promise<void> {
  if (charge.isToldSlow || desk.clock.nowMs() < charge.slowMs) return;
  charge.isToldSlow = true;
  await tellUnknown(desk, charge, 'slow');
}

function showUnknown(desk: TopupDesk, charge: Charge, untilMs: number): void {
  showWait(desk, {
    state: 'unknown',
    waitingFor: `the outcome at ${charge.attempt.provider}: ${charge.lastReason}`,
    nextAt: new Date(untilMs).toISOString(),
    stuck: desk.clock.nowMs() >= charge.alertMs ? 'unknown' : undefined,
  });
}

function isCalled({ isDecided, repairs }: TopupDesk): boolean {
  return isDecided || repairs.length > 0;
}

/** Does what operators want about the charge; true when one of them has ended it. */
async function isDismissed(desk: TopupDesk, { attempt }: Charge): Promise<boolean> {
  const { attemptId } = attempt;
  const asOf = desk.clock.now();
  for (const { updateId, evidence, ...by } of desk.repairs.splice(0)) {
    if (evidence !== undefined) {
      await dismissTopupCharge({ attemptId, evidence, ...by, asOf });
      return true;
    }
    const named = { step: `ask:${updateId}`, action: 'auto_topup.asked_about' };
    const trace = onlyEarlier(desk.nextAt, asOf);
    await recordRepair({
      ...{ ...named, entity: 'auto_topup' as const, entityId: attemptId },
      ...{ ...by, asOf, ...trace },
    });
  }
  return false;
}

async function tellUnknown(
  desk: TopupDesk,
  { attempt, lastReason }: Charge,
  as: 'slow' | 'overdue',
): Promise<void> {
  const { attemptId } = attempt;
  await tellUnknownTopup({ attemptId, reason: lastReason, as, asOf: desk.clock.now() });
  await wakeNotifier();
}

/** Nothing proves an outcome, and without proof nothing more is charged: the open item is what is left. */
async function waitForOperator(desk: TopupDesk, charge: Charge): Promise<void> {
  if (!charge.isShown) await tellUnknown(desk, charge, 'overdue');
  const waitingFor = 'an operator: the provider never said what became of the charge';
  showWait(desk, { state: 'unknown', waitingFor, stuck: 'unknown' });
  await condition(() => desk.isPaid || desk.hasNews || isCalled(desk));
  await isDismissed(desk, charge);
}
