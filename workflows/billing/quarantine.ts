import { condition, continueAsNew, allHandlersFinished } from '@temporalio/workflow';
import type { RepairOutcome } from '../../activities/billing/repairs';
import { assertNever } from '../../src/domain/assert';
import type { PostOutcome } from '../../src/domain/billing/payment';
import type { Pending } from '../requests';
import {
  completeQuarantined,
  creditQuarantined,
  wakeNotifier,
  writeOffQuarantined,
} from './activities';
import { continuation } from './asking';
import type { PaymentResult } from './contract';
import { deliver } from './delivery';
import { beginRefund, giveBack, type RefundOrder } from './giving-back';
import {
  isHistoryLong,
  isOutrun,
  standingFact,
  type Decision,
  type PaymentDesk,
} from './payment-desk';

type Quarantined = Extract<PostOutcome, { kind: 'quarantined' }>;

/**
 * Keeps money that matched nothing on the desk until an operator decides; nothing is credited before (CO-10). Returns
 * nothing when a hint told of something newer, such as a refund by the provider: that comes first.
 */
export async function settleByOperator(
  desk: PaymentDesk,
  outcome: Quarantined,
): Promise<PaymentResult | undefined> {
  for (;;) {
    desk.phase = 'quarantined';
    desk.waitingFor = `an operator: ${outcome.item}`;
    desk.show({ state: 'quarantined', waitingFor: desk.waitingFor, stuck: outcome.item });
    await condition(() => desk.decisions.length > 0 || isOutrun(desk) || isHistoryLong());
    const pending = desk.decisions.shift();
    if (!pending) return isOutrun(desk) ? undefined : startAfresh(desk);
    const result = await carryOut(desk, { outcome, pending });
    if (result) return result;
  }
}

/** A long history goes on in a fresh run, which finds the stored outcome and waits here again. */
async function startAfresh(desk: PaymentDesk): Promise<PaymentResult> {
  await condition(allHandlersFinished);
  return continueAsNew(continuation(desk));
}

async function carryOut(
  desk: PaymentDesk,
  work: { outcome: Quarantined; pending: Pending<Decision, unknown> },
): Promise<PaymentResult | undefined> {
  const { pending } = work;
  const decision = pending.question;
  const repair = repairOf(desk, work.outcome, decision);
  switch (decision.how) {
    case 'credit_wallet':
      return finish(desk, pending, await creditQuarantined(repair));
    case 'complete_order':
      return finish(desk, pending, await completeQuarantined(repair));
    case 'refund':
      return refund(desk, { ...decision, openItemKey: work.outcome.openItemKey }, pending);
    case 'write_off':
      await writeOffQuarantined(repair);
      pending.answer = { accepted: 'the item is written off; the money stays in suspense' };
      return { kind: 'resolved', how: 'write_off' };
    default:
      return assertNever(decision.how);
  }
}

async function refund(
  desk: PaymentDesk,
  order: RefundOrder,
  pending: Pending<Decision, unknown>,
): Promise<PaymentResult | undefined> {
  const opened = await beginRefund(desk, order);
  if (opened.kind === 'refused') {
    pending.answer = { accepted: `refused: ${opened.reason}` };
    return undefined;
  }
  pending.answer = { accepted: 'the money is on its way back' };
  return giveBack(desk, order, opened);
}

async function finish(
  desk: PaymentDesk,
  pending: Pending<Decision, unknown>,
  repaired: RepairOutcome,
): Promise<PaymentResult | undefined> {
  if (repaired.kind === 'refused') {
    pending.answer = { accepted: `refused: ${repaired.reason}` };
    return undefined;
  }
  desk.outcome = repaired.outcome;
  await deliver(desk, repaired.outcome);
  await wakeNotifier();
  pending.answer = { accepted: 'done' };
  return { kind: 'resolved', how: pending.question.how };
}

function repairOf(desk: PaymentDesk, outcome: Quarantined, decision: Decision) {
  return {
    provider: desk.input.provider,
    providerPaymentId: desk.input.providerPaymentId,
    fact: standingFact(desk),
    openItemKey: outcome.openItemKey,
    operatorId: decision.operatorId,
    reason: decision.reason,
    asOf: desk.clock.now(),
  };
}
