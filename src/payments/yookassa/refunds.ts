import type { RefundOutcome, RefundRequest } from '../provider';
import { hashedKey } from './calls';
import type { YookassaAnswer, YookassaCall } from './calls';
import { factOf } from './facts';
import { readList } from './lists';
import { amountOf } from './orders';
import { paymentSchema, refundSchema } from './wire';
import type { YookassaRefund } from './wire';

/**
 * Sends money back. Whatever the reason is that YooKassa gives for turning it down: a refund of this key that exists, or
 * a payment that went back as a whole, is done.
 */
export async function refund(call: YookassaCall, request: RefundRequest): Promise<RefundOutcome> {
  const { providerPaymentId, amount, key } = request;
  const body = {
    payment_id: providerPaymentId,
    amount: amountOf(amount),
    // Found by it when the key itself is forgotten, after a day.
    metadata: { refund_key: hashedKey(key) },
  };
  const sent = refunded(await call({ path: '/refunds', body, key }));
  if (sent.kind !== 'refused') return sent;
  const known = await askRefund(call, request);
  if (known.kind === 'done') return known;
  return (await isGone(call, providerPaymentId))
    ? { kind: 'done', providerRef: providerPaymentId }
    : sent;
}

/** Looks for the refund of this key among those of its payment. */
export async function askRefund(
  call: YookassaCall,
  { providerPaymentId, key }: RefundRequest,
): Promise<RefundOutcome> {
  const listed = await readList(call, {
    path: '/refunds',
    filter: { payment_id: providerPaymentId },
    item: refundSchema,
    maxPages: 20,
  });
  if (listed.kind === 'unknown') return listed;
  const mark = hashedKey(key);
  const found = listed.items.find(({ metadata }) => metadata?.['refund_key'] === mark);
  return found
    ? outcomeOf(found)
    : { kind: 'unknown', reason: 'no refund of this key is listed (yet)' };
}

/** Nothing of the payment is left to give back. */
async function isGone(call: YookassaCall, paymentId: string): Promise<boolean> {
  const answer = await call({ path: `/payments/${encodeURIComponent(paymentId)}` });
  if (answer.kind !== 'object') return false;
  const { data: payment } = paymentSchema.safeParse(answer.body);
  return payment !== undefined && factOf(payment).state === 'refunded';
}

function refunded(answer: YookassaAnswer): RefundOutcome {
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'refused') return { kind: 'refused', reason: answer.reason };
  const { data } = refundSchema.safeParse(answer.body);
  return data ? outcomeOf(data) : { kind: 'unknown', reason: 'the answer names no refund' };
}

function outcomeOf({ id, status, cancellation_details: cancelled }: YookassaRefund): RefundOutcome {
  switch (status) {
    case 'succeeded':
      return { kind: 'done', providerRef: id };
    case 'canceled':
      return { kind: 'refused', reason: cancelled?.reason ?? 'the refund was cancelled' };
    case 'pending':
      return { kind: 'unknown', reason: 'the refund is under way' };
  }
}
