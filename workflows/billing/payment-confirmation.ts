import {
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { assertNever } from '../../src/domain/assert';
import type { PostOutcome, WireFact } from '../../src/domain/billing/payment';
import { businessClock } from '../clock';
import {
  amountMinorAttribute,
  billingUserId,
  currencyCode,
  invoiceIdAttribute,
  providerName,
} from '../contract';
import { isAtOnce } from '../stubs';
import { locatePayment, postPayment, tellPayer, wakeNotifier } from './activities';
import { auditAsks, learnUntilClear, type Clarity, type PaidWord } from './asking';
import type { PaymentConfirmationInput, PaymentResult } from './contract';
import { deliver } from './delivery';
import { tellDispute } from './dispute/telling';
import { beginReturn, giveBack } from './giving-back';
import { hasLaterWord, isOutrun, layDesk, standingFact, type PaymentDesk } from './payment-desk';
import { settleByOperator } from './quarantine';
import { beginRefund } from './refund/beginning';

/**
 * One payment from the first hint to the delivered credit: hint, verify, ask, compare, post, deliver (specification
 * section 9). Hints are reasons to ask; only evidence moves money; money that does not match waits for an operator.
 */
export async function paymentConfirmation(input: PaymentConfirmationInput): Promise<PaymentResult> {
  const desk = layDesk(input);
  await condition(() => desk.hints.length > 0);
  await locate(desk);
  const result = await confirm(desk);
  await auditAsks(desk);
  desk.phase = 'over';
  showEnd(desk, result);
  turnAway(desk);
  await condition(allHandlersFinished);
  return result;
}

/** Decisions that came together with the first one: an unanswered update would keep this workflow open for ever. */
function turnAway(desk: PaymentDesk): void {
  for (const pending of desk.decisions.splice(0)) {
    pending.answer = { accepted: 'refused: somebody decided a moment earlier' };
  }
}

/** How it ended stays findable in the list, such as money that came late (OPS-2). */
function showEnd(desk: PaymentDesk, result: PaymentResult): void {
  desk.waitingFor = 'nothing';
  desk.nextAt = undefined;
  if (!isAtOnce() && !patched('payment-end')) return;
  desk.show({ state: endOf(result), waitingFor: 'nothing: this payment has found its end' });
}

function endOf(result: PaymentResult): string {
  if (result.kind !== 'delivered') return result.kind;
  const { outcome } = result;
  if (outcome.kind === 'duplicate') return 'duplicate';
  return outcome.kind === 'fulfilled' && outcome.isLate ? 'late' : 'delivered';
}

/** A hint that came while an earlier one was worked on, and says more, is worked on before the end (PC-8). */
async function confirm(desk: PaymentDesk): Promise<PaymentResult> {
  for (;;) {
    const result = await confirmOnce(desk);
    if (!result || isOutrun(desk)) continue;
    // A payment without such a hint, which is nearly every one, records no patch.
    if (!hasLaterWord(desk) || !patched('later-word')) return result;
  }
}

async function confirmOnce(desk: PaymentDesk): Promise<PaymentResult | undefined> {
  const learned = await learnUntilClear(desk);
  switch (learned.kind) {
    case 'paid': {
      const outcome = await post(desk, learned);
      if (learned.fact.dispute) await carryDispute(desk, learned.fact);
      return settle(desk, outcome);
    }
    case 'failed':
      await tellFailed(desk);
      return { kind: 'failed' };
    case 'reversed':
      await followReversal(desk, learned);
      return { kind: 'reversed', state: learned.state };
    case 'unresolved':
      return { kind: 'unresolved' };
    case 'continue':
      return continueAsNew<typeof paymentConfirmation>(learned.input);
    default:
      return assertNever(learned);
  }
}

async function post(
  desk: PaymentDesk,
  { fact, evidence, testimony }: PaidWord,
): Promise<PostOutcome> {
  desk.phase = 'posting';
  const show = () => desk.show({ state: 'posting', waitingFor: 'the books' });
  if (!isAtOnce()) show();
  const { provider } = desk.input;
  const told = { provider, fact, evidence, asOf: desk.clock.now() };
  const outcome = await postPayment(testimony ? { ...told, testimony } : told, show);
  desk.outcome = outcome;
  return outcome;
}

async function settle(desk: PaymentDesk, outcome: PostOutcome): Promise<PaymentResult | undefined> {
  await deliver(desk, outcome);
  switch (outcome.kind) {
    case 'fulfilled':
      return { kind: 'delivered', outcome };
    case 'duplicate':
      return outcome.policy === 'refund'
        ? refundByPolicy(desk, outcome)
        : { kind: 'delivered', outcome };
    case 'quarantined':
      return settleByOperator(desk, outcome);
    case 'resolved':
      return { kind: 'resolved', how: outcome.how };
    case 'superseded':
      return { kind: 'reversed', state: outcome.state };
    default:
      return assertNever(outcome);
  }
}

/** Who gives back a second payment that the setting says is not kept. */
const BY_POLICY = { operatorId: 'policy', reason: 'DUPLICATE_PAYMENT asks for a refund' };

/** Who gives back a charge that was in flight when its subscription was cancelled. */
const AFTER_CANCEL = { operatorId: 'policy', reason: 'DUNNING_CANCEL_INFLIGHT asks for a refund' };

/** Given back already, when this payment is looked at once more: its item is closed then. */
async function refundByPolicy(
  desk: PaymentDesk,
  outcome: Extract<PostOutcome, { kind: 'duplicate' }>,
): Promise<PaymentResult | undefined> {
  const { openItemKey } = outcome;
  const order = { ...(outcome.cancelled ? AFTER_CANCEL : BY_POLICY), openItemKey };
  const opened = await beginReturn(desk, order);
  if (opened.kind === 'refused') return { kind: 'delivered', outcome };
  const result = await giveBack(desk, order, opened);
  return result ?? settleByOperator(desk, { item: 'duplicate_paid', openItemKey });
}

/** Money that left without us is booked by a workflow of its own, in the same way as what we send (RF-3). */
async function followReversal(
  desk: PaymentDesk,
  { fact, returned }: Extract<Clarity, { kind: 'reversed' }>,
): Promise<void> {
  if (fact.dispute || fact.state === 'disputed') await carryDispute(desk, fact);
  if (!returned) return;
  const { provider } = desk.input;
  await beginRefund(`p${returned.returnedMinor}`, {
    ...returned,
    origin: 'provider',
    requestedBy: { kind: 'provider', id: provider },
    reason: `${provider} calls it ${fact.state}`,
    clockOffsetMs: desk.input.clockOffsetMs ?? desk.context?.clockOffsetMs ?? 0,
  });
}

async function carryDispute({ input, context }: PaymentDesk, fact: WireFact): Promise<void> {
  const clockOffsetMs = input.clockOffsetMs ?? context?.clockOffsetMs ?? 0;
  await tellDispute({ provider: input.provider, fact, clockOffsetMs });
}

async function tellFailed(desk: PaymentDesk): Promise<void> {
  const invoiceId = desk.context?.invoiceId;
  if (invoiceId === undefined) return;
  await tellPayer({ invoiceId, template: 'pay.failed', asOf: desk.clock.now() });
  await wakeNotifier();
}

/** Whose order it is and whose clock it lives by; frozen for the whole run. */
async function locate(desk: PaymentDesk): Promise<void> {
  const fact = standingFact(desk);
  const context = await locatePayment({ provider: desk.input.provider, fact });
  desk.context = context;
  desk.clock = businessClock(desk.input.clockOffsetMs ?? context.clockOffsetMs);
  upsertSearchAttributes([
    { key: providerName, value: desk.input.provider },
    ...(context.userId === undefined
      ? []
      : [{ key: billingUserId, value: String(context.userId) }]),
    ...(context.invoiceId === undefined
      ? []
      : [{ key: invoiceIdAttribute, value: context.invoiceId }]),
    ...(fact.amount === undefined
      ? []
      : [
          { key: currencyCode, value: fact.amount.currency },
          { key: amountMinorAttribute, value: fact.amount.minor },
        ]),
  ]);
}
