import { z } from 'zod';
import { exponentOf, money, parseDecimal } from '../domain/money';
import type { Money } from '../domain/money';
import { declineSchema } from './mock-methods';
import type { PaymentFact, PaymentState } from './provider';
import type { ShpFields } from './robokassa-signature';
import { wholeNumber } from './whole-number';

export const STATES = [
  'pending',
  'authorised',
  'failed',
  'paid',
  'partially_refunded',
  'refunded',
  'disputed',
] as const satisfies readonly PaymentState[];

export const paymentSchema = z.object({
  id: z.string().min(1),
  state: z.enum(STATES),
  outSum: z.string(),
  currency: z.string(),
  invId: z.string(),
  shp: z.record(z.string(), z.string()),
  paidAt: z.iso.datetime(),
  refunds: z.array(z.object({ outSum: z.string() })).optional(),
  decline: declineSchema.optional(),
  dispute: z
    .object({
      ref: z.string().min(1),
      stage: z.enum(['opened', 'won', 'lost']),
      outSum: z.string(),
      dueAt: z.string(),
    })
    .optional(),
});

interface PaymentText {
  readonly id: string;
  readonly state: PaymentState;
  readonly outSum: string;
  readonly currency: string;
  readonly invId: string;
  readonly shp: ShpFields;
  readonly paidAt: string | undefined;
}

/** What a text of the bank says, without interpretation. */
export function factOf({
  id,
  state,
  outSum,
  currency,
  invId,
  shp,
  paidAt,
}: PaymentText): PaymentFact {
  return {
    providerPaymentId: id,
    state,
    amount: amountOf(outSum, currency),
    invoiceNo: wholeNumber(invId),
    invoiceId: shp['Shp_invoice_id'],
    userId: wholeNumber(shp['Shp_user_id'] ?? ''),
    paidAt,
  };
}

/** What the bank answers says more than what it signs: how much went back, and how a complaint stands. */
export function toldFact(payment: z.infer<typeof paymentSchema>): PaymentFact {
  const { currency, refunds, dispute, decline } = payment;
  const minorOf = (outSum: string) => amountOf(outSum, currency)?.minor ?? 0;
  return {
    ...factOf(payment),
    ...(decline ? { decline } : {}),
    ...(refunds && refunds.length > 0
      ? { refundedMinor: refunds.reduce((sum, { outSum }) => sum + minorOf(outSum), 0) }
      : {}),
    ...(dispute
      ? {
          dispute: {
            ref: dispute.ref,
            stage: dispute.stage,
            amountMinor: minorOf(dispute.outSum),
            dueAt: dispute.dueAt,
          },
        }
      : {}),
  };
}

function amountOf(text: string, currency: string): Money | undefined {
  const exponent = exponentOf(currency);
  const minor = exponent === undefined ? undefined : parseDecimal(text, exponent);
  return minor === undefined ? undefined : money(minor, currency);
}
