import { isCancellation, workflowInfo } from '@temporalio/workflow';
import type { Learned, RecordedFact } from '../../activities/billing/payments';
import {
  DAYS_PAST_DEADLINE,
  FACT_RANK,
  unknownPollDelayMs,
  type WireFact,
} from '../../src/domain/billing/payment';
import { learnPayment, openUnknownItem, recordFact, tellPayer, wakeNotifier } from './activities';
import type { CarriedConfirmation, PaymentConfirmationInput } from './contract';
import { waitPast, wakesOnTime } from './landmarks';
import { recordRepair } from './operation/stubs';
import { isHistoryLong, standingFact, type PaymentDesk } from './payment-desk';
import { onlyEarlier } from './repairs/trace';

/** What a payment turned out to be, or that this run's history is full and the next one goes on. */
export type Clarity =
  | ({ readonly kind: 'paid' } & PaidWord)
  | { readonly kind: 'failed' }
  | {
      readonly kind: 'reversed';
      readonly state: string;
      readonly fact: WireFact;
      readonly returned?: RecordedFact['returned'];
    }
  | { readonly kind: 'unresolved' }
  | { readonly kind: 'continue'; readonly input: PaymentConfirmationInput };

/** A fact that says "paid", and who or what made it believable. */
export type PaidWord = Omit<Extract<Learned, { kind: 'fact' }>, 'kind'>;

interface Asking {
  readonly sinceMs: number;
  questions: number;
  isToldSlow: boolean;
  /** What is due between two questions is not put off until the next one. */
  wakesOnTime: boolean;
  lastReason: string;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Asks until the provider's word is clear. Unknown is a state with its own timetable, never a failure (PC-11). */
export async function learnUntilClear(desk: PaymentDesk): Promise<Clarity> {
  desk.phase = 'asking';
  const asking = resume(desk);
  for (;;) {
    desk.hasNews = false;
    const clarity = await learnOnce(desk, asking);
    if (clarity) return clarity;
    if (desk.clock.nowMs() > deadlineMs(desk, asking) + DAYS_PAST_DEADLINE * DAY) {
      return { kind: 'unresolved' };
    }
    if (isHistoryLong()) return { kind: 'continue', input: carry(desk, asking) };
    await rest(desk, asking);
  }
}

async function learnOnce(desk: PaymentDesk, asking: Asking): Promise<Clarity | undefined> {
  desk.handledRank = FACT_RANK[standingFact(desk).state];
  const learned = operatorsWord(desk) ?? (await questionProvider(desk));
  const isPaid = learned.kind === 'fact' && learned.fact.state === 'paid';
  asking.wakesOnTime ||= !isPaid && wakesOnTime();
  if (learned.kind === 'unknown') {
    asking.lastReason = learned.reason;
    return undefined;
  }
  const { fact, evidence, testimony } = learned;
  if (evidence === 'asked' && isContradicted(desk, fact)) {
    asking.lastReason = `it says ${fact.state} after it told ${standingFact(desk).state}`;
    return undefined;
  }
  desk.handledRank = Math.max(desk.handledRank, FACT_RANK[fact.state]);
  if (fact.state === 'paid') {
    return { kind: 'paid', fact, evidence, ...(testimony ? { testimony } : {}) };
  }
  const { provider } = desk.input;
  const recorded = await recordFact({ provider, fact, evidence, asOf: desk.clock.now() });
  if (fact.state === 'failed') return { kind: 'failed' };
  if (FACT_RANK[fact.state] > FACT_RANK.paid) return reversed(fact, recorded);
  asking.lastReason = `the provider calls it ${fact.state}`;
  return undefined;
}

function reversed(fact: WireFact, { state, returned }: RecordedFact): Clarity {
  return { kind: 'reversed', state, fact, ...(returned ? { returned } : {}) };
}

/**
 * What the provider signed and what it answers differ: only asking again can tell which of them stands (PC-8). A
 * dispute that was won explains why its money is back.
 */
function isContradicted(desk: PaymentDesk, answer: WireFact): boolean {
  if (answer.dispute?.stage === 'won') return false;
  return FACT_RANK[answer.state] < FACT_RANK[standingFact(desk).state];
}

/** An operator's evidence stands where the provider cannot be asked (OPS-3). */
function operatorsWord(desk: PaymentDesk): Learned | undefined {
  const given = desk.operatorEvidence;
  if (!given) return undefined;
  // Said once: what comes later is asked about again, however strong the word was.
  desk.operatorEvidence = undefined;
  const { operatorId, reason, evidence } = given;
  const testimony = { operatorId, reason, evidence };
  const fact: WireFact = { ...standingFact(desk), state: 'paid' };
  return { kind: 'fact', fact, evidence: 'operator', testimony };
}

async function questionProvider(desk: PaymentDesk): Promise<Learned> {
  const hint = standingFact(desk);
  const isTelegramsWord = desk.hints.some(({ source }) => source === 'telegram');
  try {
    return await learnPayment({ provider: desk.input.provider, hint, isTelegramsWord });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { kind: 'unknown', reason: 'this worker could not ask the provider' };
  }
}

/** Waits for the next question, a new hint or an operator; meanwhile tells payer and operators when it gets long. */
async function rest(desk: PaymentDesk, asking: Asking): Promise<void> {
  const { clock } = desk;
  const isPastDeadline = clock.nowMs() >= deadlineMs(desk, asking);
  await tellSlow(desk, asking);
  if (isPastDeadline) await openItem(desk, asking);
  const delayMs = unknownPollDelayMs(asking.questions, isPastDeadline);
  asking.questions += 1;
  const untilMs = clock.nowMs() + delayMs;
  showAsking(desk, asking, untilMs);
  await waitPast({
    ...{ clock, untilMs, landmarksMs: landmarksOf(desk, asking) },
    isOver: () => desk.hasNews || desk.operatorEvidence !== undefined,
    summary: 'Until the provider is asked again',
    announce: async () => {
      await tellSlow(desk, asking);
      showAsking(desk, asking, untilMs);
    },
  });
  await auditAsks(desk);
}

/** When the payer hears that checking goes on (PC-16), and when the operators see it (PC-11). */
function landmarksOf(desk: PaymentDesk, asking: Asking): readonly number[] {
  if (!asking.wakesOnTime) return [];
  const alertMs = asking.sinceMs + alertAfterMs(desk);
  const isNobodyToTell = asking.isToldSlow || desk.context?.invoiceId === undefined;
  return isNobodyToTell ? [alertMs] : [asking.sinceMs + slowAfterMs(desk), alertMs];
}

/** A question changes nothing by itself, so nothing else would remember who wanted it (OPS-3). */
export async function auditAsks(desk: PaymentDesk): Promise<void> {
  const { workflowId: entityId } = workflowInfo();
  for (const { updateId, operatorId, reason } of desk.asks.splice(0)) {
    const asOf = desk.clock.now();
    await recordRepair({
      ...{ step: `ask:${updateId}`, action: 'payment.asked_about', entity: 'payment' as const },
      ...{ entityId, operatorId, reason, asOf, ...onlyEarlier(desk.nextAt, asOf) },
    });
  }
}

async function tellSlow(desk: PaymentDesk, asking: Asking): Promise<void> {
  const invoiceId = desk.context?.invoiceId;
  const isSlow = desk.clock.nowMs() - asking.sinceMs >= slowAfterMs(desk);
  if (!isSlow || asking.isToldSlow || invoiceId === undefined) return;
  asking.isToldSlow = true;
  await tellPayer({ invoiceId, template: 'pay.confirming', asOf: desk.clock.now() });
  await wakeNotifier();
}

function slowAfterMs({ context }: PaymentDesk): number {
  return (context?.slowMinutes ?? 5) * MINUTE;
}

function alertAfterMs({ context }: PaymentDesk): number {
  return (context?.unknownAlertMinutes ?? 15) * MINUTE;
}

async function openItem(desk: PaymentDesk, asking: Asking): Promise<void> {
  const fact = standingFact(desk);
  await openUnknownItem({ fact, reason: asking.lastReason, asOf: desk.clock.now() });
  await wakeNotifier();
}

function showAsking(desk: PaymentDesk, asking: Asking, untilMs: number): void {
  const isOverdue = desk.clock.nowMs() - asking.sinceMs >= alertAfterMs(desk);
  desk.waitingFor = `the outcome at ${desk.input.provider}: ${asking.lastReason}`;
  desk.nextAt = new Date(untilMs).toISOString();
  desk.show({
    state: 'unknown',
    waitingFor: desk.waitingFor,
    nextAt: desk.nextAt,
    stuck: isOverdue ? 'unknown' : undefined,
  });
}

function deadlineMs(desk: PaymentDesk, asking: Asking): number {
  return asking.sinceMs + (desk.context?.unknownDeadlineHours ?? 72) * 60 * MINUTE;
}

function resume(desk: PaymentDesk): Asking {
  const { carried } = desk.input;
  return {
    sinceMs: carried ? Date.parse(carried.askingSince) : desk.clock.nowMs(),
    questions: carried?.questions ?? 0,
    isToldSlow: carried?.isToldSlow ?? false,
    wakesOnTime: false,
    lastReason: 'not asked yet',
  };
}

function carry(desk: PaymentDesk, asking: Asking): PaymentConfirmationInput {
  const carried: CarriedConfirmation = {
    askingSince: new Date(asking.sinceMs).toISOString(),
    questions: asking.questions,
    isToldSlow: asking.isToldSlow,
  };
  return continuation(desk, carried);
}

/** The input of the next run: the hints folded to one, because only the standing fact matters. */
export function continuation(
  desk: PaymentDesk,
  carried?: CarriedConfirmation,
): PaymentConfirmationInput {
  const source = desk.hints.some((hint) => hint.source === 'telegram') ? 'telegram' : 'webhook';
  return {
    provider: desk.input.provider,
    providerPaymentId: desk.input.providerPaymentId,
    clockOffsetMs: desk.input.clockOffsetMs ?? desk.context?.clockOffsetMs ?? 0,
    hints: [{ source, fact: standingFact(desk) }],
    ...(carried ? { carried } : {}),
  };
}
