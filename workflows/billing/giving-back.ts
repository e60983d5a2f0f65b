import { condition } from '@temporalio/workflow';
import type { OpenedRefund } from '../../activities/billing/refunds';
import { unknownPollDelayMs } from '../../src/domain/billing/payment';
import { bookRefund, openRefund, refuseRefund, wakeNotifier } from './activities';
import type { PaymentResult, Repair } from './contract';
import { standingFact, type PaymentDesk } from './payment-desk';
import { sendUntilProved, type SendingEnd } from './refund/sending';

export type RefundOrder = Repair & {
  readonly openItemKey: string;
  /** What proves that it went back by hand already: nothing is sent then. */
  readonly evidence?: string;
};

/** Records that suspended money goes back, or says why it cannot. Nothing is sent yet. */
export async function beginReturn(desk: PaymentDesk, order: RefundOrder): Promise<OpenedRefund> {
  return openRefund(repairOf(desk, order, order.openItemKey));
}

/**
 * Gives suspended money back once it is recorded: booked only on the provider's proof, asked about for as long as the
 * outcome is unknown, always under one key (RF-2). Returns nothing when the provider refuses: the money is still in
 * suspense, and somebody has to decide once more.
 */
export async function giveBack(
  desk: PaymentDesk,
  order: RefundOrder,
  opened: Extract<OpenedRefund, { kind: 'opened' }>,
): Promise<PaymentResult | undefined> {
  desk.phase = 'refunding';
  desk.returnWord = undefined;
  const sent = order.evidence === undefined ? await send(desk, opened) : byHand(order);
  const repair = repairOf(desk, desk.returnWord ?? order, order.openItemKey);
  if (sent.kind === 'done') await bookRefund({ ...repair, providerRef: sent.providerRef });
  else await refuseRefund({ ...repair, refusal: sent.reason });
  await wakeNotifier();
  return sent.kind === 'done' ? { kind: 'refunded' } : undefined;
}

function send(
  desk: PaymentDesk,
  opened: Extract<OpenedRefund, { kind: 'opened' }>,
): Promise<SendingEnd> {
  const { provider } = desk.input;
  const request = refundRequest(desk, opened);
  return sendUntilProved({ provider, request }, (unclear) => waitForProof(desk, unclear));
}

function byHand({ operatorId }: Repair): SendingEnd {
  return { kind: 'done', providerRef: `by hand: ${operatorId}` };
}

/** Who stands for it in the audit, with what they go by. */
function repairOf(
  desk: PaymentDesk,
  { operatorId, reason: said, evidence }: Repair & { readonly evidence?: string },
  openItemKey: string,
) {
  const reason = evidence === undefined ? said : `${said}; evidence: ${evidence}`;
  const { provider, providerPaymentId } = desk.input;
  const fact = standingFact(desk);
  return {
    provider,
    providerPaymentId,
    fact,
    operatorId,
    reason,
    openItemKey,
    asOf: desk.clock.now(),
  };
}

function refundRequest(
  desk: PaymentDesk,
  { amount, userId }: Extract<OpenedRefund, { kind: 'opened' }>,
) {
  const { provider, providerPaymentId } = desk.input;
  const key = `pay:${provider}:${providerPaymentId}:refund`;
  return { providerPaymentId, amount, userId, key };
}

async function waitForProof(
  desk: PaymentDesk,
  unclear: { reason: string; questions: number },
): Promise<SendingEnd | undefined> {
  const delayMs = unknownPollDelayMs(unclear.questions, false);
  desk.waitingFor = `proof of the refund: ${unclear.reason}`;
  desk.nextAt = new Date(desk.clock.nowMs() + delayMs).toISOString();
  const stuck = unclear.questions >= 5 ? 'refund' : undefined;
  desk.show({ state: 'refunding', waitingFor: desk.waitingFor, nextAt: desk.nextAt, stuck });
  await condition(() => desk.returnWord !== undefined, delayMs, {
    summary: 'Until the refund is asked about again',
  });
  const word = desk.returnWord;
  if (!word) return undefined;
  const reason = `${word.operatorId} says that it was not made: ${word.evidence}`;
  return word.how === 'made' ? byHand(word) : { kind: 'refused', reason };
}
