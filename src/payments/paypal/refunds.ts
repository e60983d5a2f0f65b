import { decimalText } from '../../domain/money';
import type { RefundOutcome, RefundRequest } from '../provider';
import { wireKey } from '../wire-key';
import { captureNamed, refundsAround } from './asking';
import { unclear } from './calls';
import type { PaypalCall } from './calls';
import { captureIdOf, refundSchema } from './facts';
import type { PaypalRefund } from './facts';

/** Gives money back; a repeat within 45 days is the same refund. */
export async function refundCapture(
  call: PaypalCall,
  { providerPaymentId, amount, key }: RefundRequest,
): Promise<RefundOutcome> {
  const answer = await call({
    path: `/v2/payments/captures/${encodeURIComponent(providerPaymentId)}/refund`,
    body: {
      amount: { currency_code: amount.currency, value: decimalText(amount) },
      // By this it is found again in the list of the order's refunds.
      custom_id: wireKey(key),
    },
    key,
  });
  if (answer.kind === 'answer') {
    const read = refundSchema.safeParse(answer.body);
    return read.success
      ? outcomeOf(read.data)
      : unclear({ reason: 'PayPal’s refund cannot be read' });
  }
  if (answer.kind !== 'refused') return unclear(answer);
  return answer.issue === 'CAPTURE_FULLY_REFUNDED'
    ? { kind: 'done', providerRef: providerPaymentId }
    : { kind: 'refused', reason: `${answer.issue}: ${answer.reason}` };
}

/** What became of a refund that may have been sent. */
export async function askRefundOf(
  call: PaypalCall,
  { providerPaymentId, key }: RefundRequest,
): Promise<RefundOutcome> {
  const told = await captureNamed(call, providerPaymentId);
  if (told.kind !== 'capture') return told;
  const known = await refundsAround(call, told.capture);
  if (known.kind !== 'refunds') return known;
  const mine = known.refunds.find(
    (refund) =>
      refund.custom_id === wireKey(key) &&
      (captureIdOf(refund) ?? providerPaymentId) === providerPaymentId,
  );
  return mine
    ? outcomeOf(mine)
    : unclear({ reason: 'PayPal has no such refund of this payment (yet)' });
}

function outcomeOf({ id, status, status_details: details }: PaypalRefund): RefundOutcome {
  switch (status) {
    case 'COMPLETED':
      return { kind: 'done', providerRef: id };
    case 'FAILED':
    case 'CANCELLED':
      return { kind: 'refused', reason: details?.reason ?? `the refund is ${status}` };
    default:
      return { kind: 'unknown', reason: `PayPal calls the refund ${status}` };
  }
}
