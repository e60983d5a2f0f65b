import { z } from 'zod';
import { exponentOf, parseDecimal } from '../../domain/money';
import type { Money } from '../../domain/money';
import type { ChargeOutcome, PaymentFact, PaymentState, SavedMethodOutcome } from '../provider';
import { declineOf } from './declines';

const text = z.string().nullish();
const id = z.number().int().positive();

/** One operation as the API lists it: a payment, a refund of one, or a payout. */
export const operationSchema = z.object({
  TransactionId: id,
  Amount: z.number(),
  Currency: z.string(),
  InvoiceId: text,
  AccountId: text,
  JsonData: z.unknown().optional(),
  CreatedDateIso: z.string(),
  AuthDateIso: text,
  ConfirmDateIso: text,
  Status: z.string(),
  ReasonCode: z.number().int().nullish(),
  Type: z.number().int().nullish(),
  Refunded: z.boolean().nullish(),
  OriginalTransactionId: id.nullish(),
  Token: text,
  CardLastFour: text,
  CardType: text,
  CardExpDate: text,
});

export type Operation = z.infer<typeof operationSchema>;

/** `Type` of a payment and of a refund. */
const PAYMENT = 0;
const REFUND = 1;

const STATES: Readonly<Record<string, PaymentState>> = {
  AwaitingAuthentication: 'pending',
  Authorized: 'authorised',
  Completed: 'paid',
  Cancelled: 'failed',
  Declined: 'failed',
};

export function isPayment({ Type: type }: Operation): boolean {
  return (type ?? PAYMENT) === PAYMENT;
}

/** True for money that went back to the payer of this payment. */
export function isRefundOf(operation: Operation, payment: Operation): boolean {
  const { Type: type, OriginalTransactionId: of, Status: status } = operation;
  return type === REFUND && of === payment.TransactionId && status !== 'Declined';
}

/** The payment a refund gives back. */
export function refundedPaymentId(operation: Operation): number | undefined {
  return operation.Type === REFUND ? (operation.OriginalTransactionId ?? undefined) : undefined;
}

/** An operation as a fact, with all that is known to have gone back; undefined for a status nobody knows. */
export function factOf(payment: Operation, refunds: readonly Operation[]): PaymentFact | undefined {
  const state = STATES[payment.Status];
  if (state === undefined) return undefined;
  const amount = amountOf(String(payment.Amount), payment.Currency);
  const given = refunds.map((each) => amountOf(String(each.Amount), payment.Currency)?.minor ?? 0);
  const refundedMinor = given.reduce((sum, minor) => sum + minor, 0);
  const { invoiceId } = readData(payment.JsonData);
  return {
    providerPaymentId: String(payment.TransactionId),
    state: state === 'paid' ? paidState(refundedMinor, amount) : state,
    amount,
    invoiceNo: wholeNumber(payment.InvoiceId),
    invoiceId,
    userId: wholeNumber(payment.AccountId),
    paidAt: paidAtOf(payment),
    ...(refundedMinor > 0 ? { refundedMinor } : {}),
    ...(state === 'failed' && payment.ReasonCode ? { decline: declineOf(payment.ReasonCode) } : {}),
  };
}

function paidState(refundedMinor: number, amount: Money | undefined): PaymentState {
  if (refundedMinor === 0) return 'paid';
  return amount && refundedMinor >= amount.minor ? 'refunded' : 'partially_refunded';
}

/** What became of a charge without the payer. */
export function chargeOutcomeOf(operation: Operation): ChargeOutcome {
  const providerPaymentId = String(operation.TransactionId);
  const state = STATES[operation.Status];
  if (state === 'paid') return { kind: 'paid', providerPaymentId };
  if (state === 'pending' || state === 'authorised') return { kind: 'sent', providerPaymentId };
  return state === 'failed'
    ? { kind: 'refused', ...declineOf(operation.ReasonCode ?? 0) }
    : { kind: 'unknown', reason: `the status ${operation.Status} is not known` };
}

/** The card that a payment left with us. */
export function savedMethodOf(payment: Operation): SavedMethodOutcome {
  const { Token: token, CardType: type, CardLastFour: lastFour, CardExpDate: until } = payment;
  if (!token) return { kind: 'none' };
  const label = [type, lastFour && `•• ${lastFour}`].filter(Boolean).join(' ') || 'CloudPayments';
  return { kind: 'saved', method: { token, label, expiresOn: lastDayOf(until) } };
}

/** `MM/YY` is good until the last day of its month. */
function lastDayOf(until: string | null | undefined): string | undefined {
  const match = /^(0[1-9]|1[0-2])\/(\d{2})$/.exec(until ?? '');
  if (!match) return undefined;
  const lastDay = new Date(Date.UTC(2000 + Number(match[2]), Number(match[1]), 0));
  return lastDay.toISOString().slice(0, 10);
}

/** Exact money from decimal text; undefined for an unknown currency or digits finer than it has. */
export function amountOf(decimal: string, currency: string): Money | undefined {
  const exponent = exponentOf(currency);
  const minor = exponent === undefined ? undefined : parseDecimal(decimal, exponent);
  if (exponent === undefined || minor === undefined) return undefined;
  return { minor, currency, exponent };
}

/** Our own number of an order or a person; undefined for anything else. */
export function wholeNumber(value: string | null | undefined): number | undefined {
  const number = /^[1-9]\d{0,15}$/.test(value ?? '') ? Number(value) : undefined;
  return Number.isSafeInteger(number) ? number : undefined;
}

const dataSchema = z.object({ invoice_id: z.string().optional(), key: z.string().optional() });

/** What we left with an operation; it comes back as an object, as JSON text, or not at all. */
export function readData(data: unknown): {
  readonly invoiceId: string | undefined;
  readonly key: string | undefined;
} {
  const parsed = dataSchema.safeParse(typeof data === 'string' ? jsonOf(data) : data);
  return { invoiceId: parsed.data?.invoice_id, key: parsed.data?.key };
}

function jsonOf(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

/** An instant of the API or of a notice, both in UTC without saying so; undefined for other text. */
export function instantOf(value: string | null | undefined): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,7})?Z?$/.exec(value ?? '');
  if (!match) return undefined;
  const at = Date.parse(`${match[1]}T${match[2]}Z`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

function paidAtOf(payment: Operation): string | undefined {
  const { ConfirmDateIso: confirmed, AuthDateIso: authorised, CreatedDateIso: created } = payment;
  return instantOf(confirmed) ?? instantOf(authorised) ?? instantOf(created);
}
