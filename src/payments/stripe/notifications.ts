import { z } from 'zod';
import type { Notification, ProviderAnswer, Verification } from '../notification';
import type { PaymentFact } from '../provider';
import { amountOf } from './amounts';
import type { StripeClient } from './calls';
import {
  chargeSchema,
  disputeOf,
  disputeSchema,
  idSchema,
  intentFact,
  intentSchema,
  metadataSchema,
  referencesIn,
  returnedState,
} from './facts';

const eventSchema = z.object({
  id: z.string().min(1),
  type: z.string().min(1),
  data: z.object({ object: z.unknown().optional() }).optional(),
});
const sessionSchema = z.object({
  payment_status: z.string(),
  payment_intent: idSchema.nullish(),
  amount_total: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullish(),
  currency: z.string().nullish(),
  metadata: metadataSchema,
});
const refundSchema = z.object({ payment_intent: idSchema, metadata: metadataSchema });
const claimSchema = z.object({
  data: z.object({ object: z.object({ metadata: metadataSchema }) }),
});

/** The longest age of a signature, in seconds; always named, because the library reads a zero in two ways. */
const TOLERANCE_SECONDS = 300;

/** What we want to be told of; everything else is acknowledged and changes nothing. */
export const STRIPE_EVENTS: readonly string[] = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'payment_intent.succeeded',
  'payment_intent.processing',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'charge.refunded',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
];

export const STRIPE_ANSWER: ProviderAnswer = {
  status: 200,
  contentType: 'text/plain; charset=utf-8',
  body: 'OK',
};

/** Judges the raw bytes by the signature over them and the time of their arrival, then reads what they say. */
export function verifyEvent(
  client: StripeClient,
  secrets: readonly string[],
  notification: Notification,
): Verification {
  const { rawBody, headers } = notification;
  const signature = headers['stripe-signature'];
  if (typeof signature !== 'string' || rawBody.length === 0) {
    return { verified: 'malformed', reason: 'a body with a Stripe-Signature was expected' };
  }
  const receivedMs = Date.parse(notification.receivedAt);
  const event = secrets
    .map((secret) => signedEvent(client, { rawBody, signature, secret, receivedMs }))
    .find((signed) => signed !== undefined);
  return event === undefined ? unproved(rawBody, signature) : told(event.payload);
}

interface Signed {
  readonly rawBody: Buffer;
  readonly signature: string;
  readonly secret: string;
  readonly receivedMs: number;
}

/** The library's word on one secret; any `v1` may match, and other schemes are ignored. */
function signedEvent(
  client: StripeClient,
  { rawBody, signature, secret, receivedMs }: Signed,
): { readonly payload: unknown } | undefined {
  if (secret === '' || Number.isNaN(receivedMs)) return undefined;
  const { webhooks } = client;
  try {
    const payload: unknown = webhooks.constructEvent(
      rawBody,
      signature,
      secret,
      TOLERANCE_SECONDS,
      undefined,
      receivedMs,
    );
    return { payload };
  } catch {
    return undefined;
  }
}

function unproved(rawBody: Buffer, signature: string): Verification {
  const claim = claimSchema.safeParse(readJson(rawBody));
  const metadata = claim.success ? claim.data.data.object.metadata : undefined;
  return {
    verified: 'no',
    dedupeKey: `unproved:${signature}`.slice(0, 200),
    reason: 'no signature of ours, or one that is too old',
    claimedInvoiceNo: referencesIn(metadata).invoiceNo,
  };
}

function told(payload: unknown): Verification {
  const event = eventSchema.safeParse(payload);
  if (!event.success) return { verified: 'malformed', reason: 'signed, but not an event' };
  const { id: dedupeKey, type, data } = event.data;
  const fact = STRIPE_EVENTS.includes(type) ? factIn(type, data?.object) : undefined;
  if (fact) {
    return { verified: 'yes', dedupeKey, providerPaymentId: fact.providerPaymentId, fact };
  }
  return { verified: 'other', dedupeKey, about: aboutOf(data?.object), answer: STRIPE_ANSWER };
}

/** What an event says of a payment, if it names one. */
function factIn(type: string, object: unknown): PaymentFact | undefined {
  if (type.startsWith('checkout.session.')) return sessionFact(object);
  if (type.startsWith('payment_intent.')) return read(intentSchema, object, (it) => intentFact(it));
  if (type.startsWith('charge.dispute.')) return disputeFact(object);
  return type.startsWith('charge.') ? chargeFact(object) : refundFact(object);
}

/** A page whose payment is not paid (yet) says nothing of money: its order is asked about. */
function sessionFact(object: unknown): PaymentFact | undefined {
  return read(sessionSchema, object, (session) => {
    const { payment_intent: id, payment_status: status, metadata } = session;
    if (!id || status !== 'paid') return undefined;
    const { amount_total: minor, currency } = session;
    const amount = minor == null || !currency ? undefined : amountOf(minor, currency);
    return paymentOf({ id, amount, metadata });
  });
}

function chargeFact(object: unknown): PaymentFact | undefined {
  return read(chargeSchema, object, (charge) => {
    const { payment_intent: id, metadata, amount, amount_refunded: refundedMinor } = charge;
    if (!id) return undefined;
    const paid = paymentOf({ id, amount: amountOf(amount, charge.currency), metadata });
    return { ...paid, state: returnedState(charge), refundedMinor };
  });
}

/** A refund says nothing of the whole payment; that it was paid is what is certain. */
function refundFact(object: unknown): PaymentFact | undefined {
  return read(refundSchema, object, ({ payment_intent: id }) =>
    paymentOf({ id, amount: undefined, metadata: undefined }),
  );
}

function disputeFact(object: unknown): PaymentFact | undefined {
  return read(disputeSchema, object, (dispute) => {
    const { payment_intent: id } = dispute;
    if (!id) return undefined;
    const complaint = disputeOf(dispute);
    const paid = paymentOf({ id, amount: undefined, metadata: undefined });
    const state = complaint.stage === 'won' ? 'paid' : 'disputed';
    return { ...paid, state, dispute: complaint };
  });
}

function paymentOf({
  id,
  amount,
  metadata,
}: {
  readonly id: string;
  readonly amount: PaymentFact['amount'];
  readonly metadata: z.infer<typeof metadataSchema>;
}): PaymentFact {
  return {
    providerPaymentId: id,
    state: 'paid',
    amount,
    ...referencesIn(metadata),
    paidAt: undefined,
  };
}

function aboutOf(object: unknown): { readonly invoiceNo?: number; readonly invoiceId?: string } {
  const owned = z.object({ metadata: metadataSchema }).safeParse(object);
  const { invoiceNo, invoiceId } = referencesIn(owned.success ? owned.data.metadata : undefined);
  return {
    ...(invoiceNo === undefined ? {} : { invoiceNo }),
    ...(invoiceId === undefined ? {} : { invoiceId }),
  };
}

function read<Value>(
  schema: z.ZodType<Value>,
  object: unknown,
  fact: (value: Value) => PaymentFact | undefined,
): PaymentFact | undefined {
  const parsed = schema.safeParse(object);
  return parsed.success ? fact(parsed.data) : undefined;
}

function readJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return undefined;
  }
}
