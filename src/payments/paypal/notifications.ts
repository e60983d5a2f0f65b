import { verify } from 'node:crypto';
import { z } from 'zod';
import type { Notification, ProviderAnswer, Verification } from '../notification';
import type { PaymentFact } from '../provider';
import type { CertificateSource } from './certificates';
import { crc32 } from './crc32';
import { disputeOf, disputeSchema } from './disputes';
import {
  captureFact,
  captureIdOf,
  captureSchema,
  orderSchema,
  referencesIn,
  refundSchema,
} from './facts';

const eventSchema = z.object({
  id: z.string().min(1),
  event_type: z.string().min(1),
  resource: z.unknown().optional(),
});
const echoSchema = z.object({
  custom_id: z.string().optional(),
  invoice_id: z.string().optional(),
});

/** What we want to be told of; everything else is acknowledged and changes nothing. */
export const PAYPAL_EVENTS: readonly string[] = [
  'CHECKOUT.ORDER.APPROVED',
  'PAYMENT.CAPTURE.COMPLETED',
  'PAYMENT.CAPTURE.PENDING',
  'PAYMENT.CAPTURE.DECLINED',
  'PAYMENT.CAPTURE.DENIED',
  'PAYMENT.CAPTURE.REFUNDED',
  'PAYMENT.CAPTURE.REVERSED',
  'CUSTOMER.DISPUTE.CREATED',
  'CUSTOMER.DISPUTE.UPDATED',
  'CUSTOMER.DISPUTE.RESOLVED',
];

export const PAYPAL_ANSWER: ProviderAnswer = {
  status: 200,
  contentType: 'text/plain; charset=utf-8',
  body: 'OK',
};

export interface PaypalJudge {
  readonly webhookId: string;
  readonly certificateAt: CertificateSource;
}

/** Judges the raw bytes by PayPal's signature over them, then reads what they say. */
export async function verifyEvent(
  judge: PaypalJudge,
  notification: Notification,
): Promise<Verification> {
  const { rawBody } = notification;
  const seal = sealOn(notification);
  if (!seal || rawBody.length === 0) {
    return {
      verified: 'malformed',
      reason: 'a body with PayPal’s transmission headers was expected',
    };
  }
  const flaw = await flawOf(judge, seal, notification);
  const event = eventSchema.safeParse(readJson(rawBody));
  if (flaw !== undefined) {
    const { invoiceNo: claimedInvoiceNo } = aboutOf(event.data?.resource);
    const dedupeKey = `unproved:${seal.id}:${seal.signature}`.slice(0, 200);
    return { verified: 'no', dedupeKey, reason: flaw, claimedInvoiceNo };
  }
  if (!event.success) return { verified: 'malformed', reason: 'signed, but not an event' };
  const { id: dedupeKey, event_type: type, resource } = event.data;
  const fact = factIn(type, resource);
  return fact
    ? { verified: 'yes', dedupeKey, providerPaymentId: fact.providerPaymentId, fact }
    : { verified: 'other', dedupeKey, about: aboutOf(resource), answer: PAYPAL_ANSWER };
}

interface Seal {
  readonly id: string;
  readonly time: string;
  readonly signature: string;
  readonly certificateUrl: string;
  readonly algorithm: string;
}

function sealOn({ headers }: Notification): Seal | undefined {
  const sealSchema = z.object({
    'paypal-transmission-id': z.string().min(1),
    'paypal-transmission-time': z.string().min(1),
    'paypal-transmission-sig': z.string().min(1),
    'paypal-cert-url': z.string().min(1),
    'paypal-auth-algo': z.string().min(1),
  });
  const read = sealSchema.safeParse(headers);
  if (!read.success) return undefined;
  return {
    id: read.data['paypal-transmission-id'],
    time: read.data['paypal-transmission-time'],
    signature: read.data['paypal-transmission-sig'],
    certificateUrl: read.data['paypal-cert-url'],
    algorithm: read.data['paypal-auth-algo'],
  };
}

/** Why a seal proves nothing; nothing when it does. Time and body are signed only together with our webhook's id. */
async function flawOf(
  { webhookId, certificateAt }: PaypalJudge,
  { id, time, signature, certificateUrl, algorithm }: Seal,
  { rawBody, receivedAt }: Notification,
): Promise<string | undefined> {
  if (webhookId === '') return 'the webhook’s id is not set';
  if (algorithm !== 'SHA256withRSA') return 'the signature is of another kind';
  const certificate = await certificateAt(certificateUrl, Date.parse(receivedAt));
  if (certificate.kind === 'refused') return certificate.reason;
  const signed = Buffer.from(`${id}|${time}|${webhookId}|${crc32(rawBody)}`);
  const isGenuine = verify('RSA-SHA256', signed, certificate.key, Buffer.from(signature, 'base64'));
  return isGenuine ? undefined : 'the signature does not match';
}

/** What an event says of a payment, if it names one. */
function factIn(type: string, resource: unknown): PaymentFact | undefined {
  if (!PAYPAL_EVENTS.includes(type)) return undefined;
  if (type.startsWith('CUSTOMER.DISPUTE.')) return disputeFact(resource);
  if (type === 'PAYMENT.CAPTURE.REFUNDED' || type === 'PAYMENT.CAPTURE.REVERSED') {
    return returnFact(resource);
  }
  const capture = captureSchema.safeParse(resource);
  return type.startsWith('PAYMENT.') && capture.success ? captureFact(capture.data) : undefined;
}

/**
 * Money that went back: the event carries the refund, which names its capture in a link, or the capture itself. That it
 * was paid is all that is certain of the whole payment.
 */
function returnFact(resource: unknown): PaymentFact | undefined {
  const refund = refundSchema.safeParse(resource);
  if (!refund.success) return undefined;
  const captureId = captureIdOf(refund.data);
  const capture = captureSchema.safeParse(resource);
  if (captureId === undefined) return capture.success ? captureFact(capture.data) : undefined;
  return paidFact(captureId, { invoice_id: refund.data.invoice_id });
}

function disputeFact(resource: unknown): PaymentFact | undefined {
  const read = disputeSchema.safeParse(resource);
  const captureId = read.data?.disputed_transactions?.[0]?.seller_transaction_id;
  if (!read.success || captureId === undefined) return undefined;
  const dispute = disputeOf(read.data);
  const state = dispute.stage === 'won' ? 'paid' : 'disputed';
  return { ...paidFact(captureId, {}), state, dispute };
}

function paidFact(providerPaymentId: string, echo: z.infer<typeof echoSchema>): PaymentFact {
  return {
    providerPaymentId,
    state: 'paid',
    amount: undefined,
    ...referencesIn(echo),
    paidAt: undefined,
  };
}

/** The order that an event is about: its own words, or those of its first purchase unit. */
function aboutOf(resource: unknown): { readonly invoiceNo?: number; readonly invoiceId?: string } {
  const order = orderSchema.safeParse(resource);
  const own = echoSchema.safeParse(resource);
  const echo = order.data?.purchase_units?.[0] ?? own.data ?? {};
  const { invoiceNo, invoiceId } = referencesIn(echo);
  return {
    ...(invoiceNo === undefined ? {} : { invoiceNo }),
    ...(invoiceId === undefined ? {} : { invoiceId }),
  };
}

function readJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return undefined;
  }
}
