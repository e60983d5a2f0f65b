import { z } from 'zod';
import type { WireDispute } from '../../domain/billing/dispute';
import { exponentOf, money, parseDecimal } from '../../domain/money';
import type { Money } from '../../domain/money';
import { wholeNumber } from '../whole-number';
import type { PaymentFact, PaymentOrder, PaymentState } from '../provider';

/** What PayPal sells in, as far as our books know the currency. */
export const PAYPAL_CURRENCIES: readonly string[] = ['USD', 'EUR', 'JPY'];

const amountSchema = z.object({ currency_code: z.string(), value: z.string() });
const linksSchema = z.array(z.object({ rel: z.string(), href: z.string() })).optional();

export const captureSchema = z.object({
  id: z.string().min(1),
  status: z.string(),
  amount: amountSchema,
  custom_id: z.string().optional(),
  invoice_id: z.string().optional(),
  create_time: z.iso.datetime({ offset: true }).optional(),
  status_details: z.object({ reason: z.string().optional() }).optional(),
  supplementary_data: z
    .object({ related_ids: z.object({ order_id: z.string().optional() }).optional() })
    .optional(),
});

export const refundSchema = z.object({
  id: z.string().min(1),
  status: z.string(),
  amount: amountSchema.optional(),
  custom_id: z.string().optional(),
  invoice_id: z.string().optional(),
  status_details: z.object({ reason: z.string().optional() }).optional(),
  links: linksSchema,
});

export const orderSchema = z.object({
  id: z.string().min(1),
  status: z.string(),
  links: linksSchema,
  purchase_units: z
    .array(
      z.object({
        custom_id: z.string().optional(),
        invoice_id: z.string().optional(),
        payments: z
          .object({
            captures: z.array(captureSchema).optional(),
            refunds: z.array(refundSchema).optional(),
          })
          .optional(),
      }),
    )
    .optional(),
});

export type PaypalCapture = z.infer<typeof captureSchema>;
export type PaypalRefund = z.infer<typeof refundSchema>;
export type PaypalOrder = z.infer<typeof orderSchema>;

/** What we leave with an order and read back from its captures. */
export function referencesOn({ invoiceId, invoiceNo, userId }: PaymentOrder) {
  return { custom_id: `${invoiceId}.${userId}`, invoice_id: String(invoiceNo) };
}

interface Echo {
  readonly custom_id?: string | undefined;
  readonly invoice_id?: string | undefined;
}

export function referencesIn({ custom_id: custom, invoice_id: number }: Echo) {
  const [, invoiceId, userId] = /^([\w-]{1,100})\.(\d{1,16})$/.exec(custom ?? '') ?? [];
  return {
    invoiceId,
    invoiceNo: wholeNumber(number ?? ''),
    userId: wholeNumber(userId ?? ''),
  };
}

/** The states of a capture; one that is not listed here permits no conclusion. */
const STATES: Readonly<Record<string, PaymentState>> = {
  COMPLETED: 'paid',
  PENDING: 'pending',
  DECLINED: 'failed',
  FAILED: 'failed',
  PARTIALLY_REFUNDED: 'partially_refunded',
  REFUNDED: 'refunded',
};

/** What is known of a capture from elsewhere. */
export interface CaptureContext {
  readonly refunds?: readonly PaypalRefund[];
  readonly dispute?: WireDispute | undefined;
}

/** What a capture says of its payment; nothing where its state is unknown to us. */
export function captureFact(
  capture: PaypalCapture,
  { refunds = [], dispute }: CaptureContext = {},
): PaymentFact | undefined {
  const standing = STATES[capture.status];
  if (!standing) return undefined;
  const amount = amountOf(capture.amount);
  const refundedMinor =
    standing === 'refunded' ? amount?.minor : sumOf(refunds.filter((each) => isOf(each, capture)));
  const reason = capture.status_details?.reason ?? capture.status;
  return {
    providerPaymentId: capture.id,
    state: dispute && dispute.stage !== 'won' ? 'disputed' : standing,
    amount,
    ...referencesIn(capture),
    paidAt: wasPaid(standing) && capture.create_time ? inUtc(capture.create_time) : undefined,
    ...(refundedMinor ? { refundedMinor } : {}),
    ...(dispute ? { dispute } : {}),
    ...(standing === 'failed' ? { decline: { code: reason.toLowerCase(), isHard: false } } : {}),
  };
}

/** True once money came, whatever became of it later. */
export function wasPaid(state: PaymentState): boolean {
  return state !== 'pending' && state !== 'failed';
}

/** Decimal text of a known currency as an exact amount. */
export function amountOf({
  currency_code: code,
  value,
}: z.infer<typeof amountSchema>): Money | undefined {
  const exponent = exponentOf(code);
  const minor = exponent === undefined ? undefined : parseDecimal(value, exponent);
  return minor === undefined ? undefined : money(minor, code);
}

/** The capture that a refund belongs to: PayPal names it in a link only. */
export function captureIdOf({ links }: Pick<PaypalRefund, 'links'>): string | undefined {
  const up = links?.find(({ rel }) => rel === 'up')?.href ?? '';
  return /\/v2\/payments\/captures\/([\w-]+)$/.exec(up)?.[1];
}

export function capturesIn(order: PaypalOrder): readonly PaypalCapture[] {
  return (order.purchase_units ?? []).flatMap(({ payments, custom_id, invoice_id }) =>
    (payments?.captures ?? []).map((capture) => ({
      ...capture,
      custom_id: capture.custom_id ?? custom_id,
      invoice_id: capture.invoice_id ?? invoice_id,
    })),
  );
}

export function refundsIn(order: PaypalOrder): readonly PaypalRefund[] {
  return (order.purchase_units ?? []).flatMap(({ payments }) => payments?.refunds ?? []);
}

function inUtc(instant: string): string {
  return new Date(instant).toISOString();
}

/** Money that was given back, or is on its way. */
function sumOf(refunds: readonly PaypalRefund[]): number {
  return refunds
    .filter(({ status }) => status === 'COMPLETED' || status === 'PENDING')
    .reduce((sum, { amount }) => sum + ((amount && amountOf(amount)?.minor) ?? 0), 0);
}

function isOf(refund: PaypalRefund, { id }: PaypalCapture): boolean {
  return captureIdOf(refund) === id;
}
