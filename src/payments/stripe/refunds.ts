import { z } from 'zod';
import type { RefundOutcome, RefundRequest } from '../provider';
import { wireKey } from '../wire-key';
import { answered, unclear } from './calls';
import type { StripeAnswer, StripeClient } from './calls';
import { metadataSchema } from './facts';

const refundSchema = z.object({
  id: z.string().min(1),
  status: z.string().nullish(),
  failure_reason: z.string().nullish(),
  metadata: metadataSchema,
});
const refundsSchema = z.object({ data: z.array(refundSchema) });

type Refund = z.infer<typeof refundSchema>;
type Known =
  | { readonly kind: 'known'; readonly refunds: readonly Refund[] }
  | Exclude<RefundOutcome, { kind: 'done' }>;

/**
 * Gives money back. Stripe forgets idempotency keys after a day, so whether this very refund stands in the list of the
 * payment is looked up before it is sent.
 */
export async function refundIntent(
  client: StripeClient,
  request: RefundRequest,
): Promise<RefundOutcome> {
  const known = await refundsOf(client, request);
  if (known.kind !== 'known') return known;
  const earlier = sameRefund(known.refunds, request);
  if (earlier) return outcomeOf(earlier);
  const { providerPaymentId, amount, key } = request;
  const answer = await answered(
    () =>
      client.refunds.create(
        {
          payment_intent: providerPaymentId,
          amount: amount.minor,
          metadata: { refund_key: wireKey(key) },
        },
        { idempotencyKey: wireKey(key) },
      ),
    refundSchema,
  );
  if (answer.kind === 'answer') return outcomeOf(answer.value);
  if (answer.kind === 'refused' && answer.code === 'charge_already_refunded') {
    return { kind: 'done', providerRef: known.refunds[0]?.id ?? providerPaymentId };
  }
  return refused(answer);
}

/** What became of a refund that may have been sent. */
export async function askRefundOf(
  client: StripeClient,
  request: RefundRequest,
): Promise<RefundOutcome> {
  const known = await refundsOf(client, request);
  if (known.kind !== 'known') return known;
  const refund = sameRefund(known.refunds, request);
  return refund
    ? outcomeOf(refund)
    : { kind: 'unknown', reason: 'Stripe has no such refund of this payment (yet)' };
}

async function refundsOf(
  client: StripeClient,
  { providerPaymentId }: RefundRequest,
): Promise<Known> {
  const answer = await answered(
    () => client.refunds.list({ payment_intent: providerPaymentId, limit: 100 }),
    refundsSchema,
  );
  if (answer.kind === 'answer') return { kind: 'known', refunds: answer.value.data };
  return refused(answer);
}

function refused(answer: Exclude<StripeAnswer<unknown>, { kind: 'answer' }>) {
  return answer.kind === 'refused'
    ? ({ kind: 'refused', reason: `${answer.code}: ${answer.reason}` } as const)
    : unclear(answer);
}

function sameRefund(refunds: readonly Refund[], { key }: RefundRequest): Refund | undefined {
  return refunds.find(({ metadata }) => metadata?.['refund_key'] === wireKey(key));
}

function outcomeOf({ id, status, failure_reason: reason }: Refund): RefundOutcome {
  switch (status) {
    case 'succeeded':
      return { kind: 'done', providerRef: id };
    case 'failed':
    case 'canceled':
      return { kind: 'refused', reason: reason ?? `the refund is ${status}` };
    default:
      return { kind: 'unknown', reason: `Stripe calls the refund ${status ?? 'nothing'}` };
  }
}
