import { condition, continueAsNew, allHandlersFinished, patched } from '@temporalio/workflow';
import type { RepairOutcome } from '../../activities/billing/repairs';
import { assertNever } from '../../src/domain/assert';
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
import { beginReturn, giveBack, type RefundOrder } from './giving-back';
import { act, operationIdOf } from './operations/actions';
import {
  isHistoryLong,
  isOutrun,
  standingFact,
  type Decision,
  type PaymentDesk,
} from './payment-desk';
import { proposalWorkflowId } from './proposal/contract';

/** Money in suspense, by the item that shows it. */
export interface Suspension {
  readonly item: string;
  readonly openItemKey: string;
}

/**
 * Keeps money that matched nothing on the desk until an operator decides; nothing is credited before (CO-10). Returns
 * nothing when something newer is known, such as a refund by the provider: that comes first.
 */
export async function settleByOperator(
  desk: PaymentDesk,
  outcome: Suspension,
): Promise<PaymentResult | undefined> {
  desk.isOutcomeChanged = false;
  const isOvertaken = () => isOutrun(desk) || desk.isOutcomeChanged;
  for (;;) {
    desk.phase = 'quarantined';
    desk.waitingFor = `an operator: ${outcome.item}`;
    desk.show({ state: 'quarantined', waitingFor: desk.waitingFor, stuck: outcome.item });
    await condition(() => desk.decisions.length > 0 || isOvertaken() || isHistoryLong());
    const pending = desk.decisions.shift();
    if (!pending) return isOvertaken() ? undefined : startAfresh(desk);
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
  work: { outcome: Suspension; pending: Pending<Decision, unknown> },
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
      // Decisions of before needed nobody else, and are to be replayed so.
      if (!patched('write-off-by-two'))
        return finish(desk, pending, await writeOffQuarantined(repair));
      pending.answer = { accepted: await propose(decision, work.outcome) };
      return undefined;
    default:
      return assertNever(decision.how);
  }
}

/** Others allow it, as in the bot (OPS-12); the payment then finds its stored end. Answers in words. */
async function propose(
  { operatorId, reason, updateId = '' }: Decision,
  { openItemKey }: Suspension,
): Promise<string> {
  const operationId = operationIdOf(updateId);
  const by = { operatorId, reason };
  const outcome = await act({ action: 'write_off_item', subject: openItemKey, by, operationId });
  switch (outcome.kind) {
    case 'proposed':
      return `proposed; somebody else allows it by approve of ${proposalWorkflowId(outcome.proposalId)}`;
    case 'refused':
      return `refused: ${outcome.reason}`;
    case 'done':
      return ACCEPTED.write_off;
    default:
      return assertNever(outcome);
  }
}

const ACCEPTED: Readonly<Record<Decision['how'], string>> = {
  credit_wallet: 'the money is credited to the wallet',
  complete_order: 'the order is complete',
  refund: 'the money is on its way back',
  write_off: 'the item is written off; the money stays in suspense',
};

async function refund(
  desk: PaymentDesk,
  order: RefundOrder,
  pending: Pending<Decision, unknown>,
): Promise<PaymentResult | undefined> {
  const opened = await beginReturn(desk, order);
  if (opened.kind === 'refused') {
    pending.answer = { accepted: `refused: ${opened.reason}` };
    return undefined;
  }
  pending.answer = { accepted: ACCEPTED.refund };
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
  pending.answer = { accepted: ACCEPTED[pending.question.how] };
  return { kind: 'resolved', how: pending.question.how };
}

function repairOf(desk: PaymentDesk, outcome: Suspension, decision: Decision) {
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
