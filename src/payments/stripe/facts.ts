import { z } from 'zod';
import type { WireDispute } from '../../domain/billing/dispute';
import { wholeNumber } from '../whole-number';
import type { PaymentFact, PaymentOrder, PaymentState } from '../provider';
import { amountOf } from './amounts';
import { declineOf } from './declines';

// Only what is read of Stripe's objects, so that an endpoint pinned to an older version of the API is understood as well.

const minorSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const secondsSchema = z.number().int().min(0).max(99_999_999_999);
export const metadataSchema = z.record(z.string(), z.string()).nullish();
/** An object, or just its id where it was not expanded. */
export const idSchema = z.union([
  z.string().min(1),
  z.object({ id: z.string().min(1) }).transform(({ id }) => id),
]);

export const chargeSchema = z.object({
  id: z.string().min(1),
  amount: minorSchema,
  amount_refunded: minorSchema,
  currency: z.string(),
  created: secondsSchema,
  disputed: z.boolean().nullish(),
  payment_intent: idSchema.nullish(),
  metadata: metadataSchema,
});

export const intentSchema = z.object({
  id: z.string().min(1),
  status: z.string(),
  amount: minorSchema,
  amount_received: minorSchema.nullish(),
  currency: z.string(),
  created: secondsSchema,
  metadata: metadataSchema,
  latest_charge: z.union([z.string(), chargeSchema]).nullish(),
  last_payment_error: z
    .object({
      code: z.string().nullish(),
      decline_code: z.string().nullish(),
      advice_code: z.string().nullish(),
    })
    .nullish(),
});

export const disputeSchema = z.object({
  id: z.string().min(1),
  status: z.string(),
  amount: minorSchema,
  currency: z.string(),
  payment_intent: idSchema.nullish(),
  evidence_details: z.object({ due_by: secondsSchema.nullish() }).nullish(),
});

export type StripeIntent = z.infer<typeof intentSchema>;
export type StripeCharge = z.infer<typeof chargeSchema>;
export type StripeDispute = z.infer<typeof disputeSchema>;
type Metadata = z.infer<typeof metadataSchema>;

/** What we write on every object of an order, and read back from every fact. */
export function referencesOn({ invoiceId, invoiceNo, userId }: PaymentOrder) {
  return { invoice_id: invoiceId, invoice_no: String(invoiceNo), user_id: String(userId) };
}

/** Our references as Stripe echoes them. */
export function referencesIn(metadata: Metadata) {
  return {
    invoiceId: metadata?.['invoice_id'],
    invoiceNo: wholeNumber(metadata?.['invoice_no'] ?? ''),
    userId: wholeNumber(metadata?.['user_id'] ?? ''),
  };
}

/** What an intent says of its payment, together with the payer's complaint if there is one. */
export function intentFact(intent: StripeIntent, dispute?: StripeDispute): PaymentFact {
  const { amount, amount_received: received, currency } = intent;
  const isPaid = intent.status === 'succeeded';
  const charge = chargeOf(intent);
  const standing = standingOf(intent);
  const complaint = dispute && disputeOf(dispute);
  return {
    providerPaymentId: intent.id,
    state: complaint && complaint.stage !== 'won' ? 'disputed' : standing,
    amount: amountOf(isPaid ? (received ?? amount) : amount, currency),
    ...referencesIn(intent.metadata),
    paidAt: isPaid ? instantOf(charge?.created ?? intent.created) : undefined,
    ...(charge && charge.amount_refunded > 0 ? { refundedMinor: charge.amount_refunded } : {}),
    ...(complaint ? { dispute: complaint } : {}),
    ...(standing === 'failed' ? { decline: refusalIn(intent) } : {}),
  };
}

/** The latest charge of an intent, where it was expanded. */
export function chargeOf({ latest_charge: charge }: StripeIntent): StripeCharge | undefined {
  return typeof charge === 'object' && charge !== null ? charge : undefined;
}

/** Where a charge of which something went back stands. */
export function returnedState({ amount, amount_refunded: refunded }: StripeCharge): PaymentState {
  if (refunded === 0) return 'paid';
  return refunded < amount ? 'partially_refunded' : 'refunded';
}

/** A complaint as our books know it. An inquiry that was closed and a dispute that was prevented leave the money. */
export function disputeOf({
  id,
  status,
  amount,
  evidence_details: due,
}: StripeDispute): WireDispute {
  const stage = status === 'lost' ? 'lost' : WON.has(status) ? 'won' : 'opened';
  return {
    ref: id,
    stage,
    amountMinor: amount,
    ...(due?.due_by ? { dueAt: instantOf(due.due_by) } : {}),
  };
}

const WON: ReadonlySet<string> = new Set(['won', 'warning_closed', 'prevented']);

function standingOf(intent: StripeIntent): PaymentState {
  const charge = chargeOf(intent);
  switch (intent.status) {
    case 'succeeded':
      return charge ? returnedState(charge) : 'paid';
    case 'requires_capture':
      return 'authorised';
    case 'canceled':
      return 'failed';
    case 'requires_payment_method':
      // So it also begins, before anybody has tried to pay.
      return intent.last_payment_error ? 'failed' : 'pending';
    default:
      return 'pending';
  }
}

function refusalIn({ last_payment_error: error, status }: StripeIntent) {
  if (!error) return declineOf({ code: status });
  const { code, decline_code: declineCode, advice_code: adviceCode } = error;
  return declineOf({ code, declineCode, adviceCode });
}

function instantOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
