import { condition } from '@temporalio/workflow';
import { unknownPollDelayMs } from '../../src/domain/billing/payment';
import { bookRefund, openRefund, refundAtProvider, refuseRefund, wakeNotifier } from './activities';
import type { PaymentResult, Repair } from './contract';
import { standingFact, type PaymentDesk } from './payment-desk';

/**
 * Gives suspended money back: recorded before it is sent, booked only on the provider's proof, asked about for as
 * long as the outcome is unknown, always under one key (RF-2).
 */
export async function giveBack(
  desk: PaymentDesk,
  order: Repair & { openItemKey: string },
): Promise<PaymentResult> {
  desk.phase = 'refunding';
  const repair = () => ({
    provider: desk.input.provider,
    providerPaymentId: desk.input.providerPaymentId,
    fact: standingFact(desk),
    asOf: desk.clock.now(),
    ...order,
  });
  const { amount, userId } = await openRefund(repair());
  const request = refundRequest(desk, { amount, userId });
  for (let questions = 0; ; questions += 1) {
    const { provider } = desk.input;
    const sent = await refundAtProvider({ provider, request, isRepeat: questions > 0 });
    if (sent.kind === 'done') {
      await bookRefund({ ...repair(), providerRef: sent.providerRef });
      await wakeNotifier();
      return { kind: 'refunded' };
    }
    if (sent.kind === 'refused') {
      await refuseRefund({ ...repair(), refusal: sent.reason });
      await wakeNotifier();
      return { kind: 'resolved', how: 'refund' };
    }
    await waitForProof(desk, { reason: sent.reason, questions });
  }
}

function refundRequest(
  desk: PaymentDesk,
  { amount, userId }: Awaited<ReturnType<typeof openRefund>>,
) {
  const { provider, providerPaymentId } = desk.input;
  const key = `pay:${provider}:${providerPaymentId}:refund`;
  return { providerPaymentId, amount, userId, key };
}

async function waitForProof(
  desk: PaymentDesk,
  unclear: { reason: string; questions: number },
): Promise<void> {
  const delayMs = unknownPollDelayMs(unclear.questions, false);
  desk.waitingFor = `proof of the refund: ${unclear.reason}`;
  desk.nextAt = new Date(desk.clock.nowMs() + delayMs).toISOString();
  const stuck = unclear.questions >= 5 ? 'refund' : undefined;
  desk.show({ state: 'refunding', waitingFor: desk.waitingFor, nextAt: desk.nextAt, stuck });
  await condition(() => false, delayMs, { summary: 'Until the refund is asked about again' });
}
