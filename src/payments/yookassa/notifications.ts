import { createHash } from 'node:crypto';
import type { Notification, Verification } from '../notification';
import type { PaymentFact } from '../provider';
import { factOf, moneyOf, referencesOf } from './facts';
import { notificationSchema, paymentSchema, refundSchema } from './wire';

/**
 * Judges a notification. YooKassa signs nothing: where it came from is all there is, so it proves nothing by itself and
 * only the answer to our question counts.
 */
export function judge(
  { rawBody, peerAddress }: Notification,
  isOfficial: (address: string) => boolean,
): Verification {
  const { data: told } = notificationSchema.safeParse(parsed(rawBody));
  if (!told) return { verified: 'malformed', reason: 'not a notification of YooKassa' };
  const { event, object } = told;
  if (!isOfficial(peerAddress)) {
    return {
      verified: 'no',
      dedupeKey: createHash('sha256').update(rawBody).digest('hex'),
      reason: 'it does not come from a network of YooKassa',
      claimedInvoiceNo: claimedNo(object),
    };
  }
  const dedupeKey = `${event}:${object.id}`;
  const kind = event.split('.')[0];
  if (kind !== 'payment' && kind !== 'refund') {
    const answer = { status: 200, contentType: 'text/plain; charset=utf-8', body: 'OK' };
    return { verified: 'other', dedupeKey, about: {}, answer };
  }
  const fact = kind === 'payment' ? paymentFact(object) : refundFact(object);
  if (!fact) return { verified: 'malformed', reason: `${kind} without what makes one` };
  const { providerPaymentId } = fact;
  return { verified: 'not_possible', dedupeKey, providerPaymentId, fact };
}

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function claimedNo({ metadata }: Readonly<Record<string, unknown>>): number | undefined {
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  return referencesOf(metadata as Record<string, unknown>).invoiceNo;
}

function paymentFact(object: unknown): PaymentFact | undefined {
  const { data } = paymentSchema.safeParse(object);
  return data && factOf(data);
}

/** A refund names its payment; how much of it went back altogether is for the question to find out. */
function refundFact(object: unknown): PaymentFact | undefined {
  const { data } = refundSchema.safeParse(object);
  if (data?.status !== 'succeeded' || moneyOf(data.amount) === undefined) return undefined;
  return {
    providerPaymentId: data.payment_id,
    state: 'partially_refunded',
    amount: undefined,
    ...referencesOf({}),
    paidAt: undefined,
  };
}
