import { exponentOf, money, parseDecimal } from '../../domain/money';
import type { Money } from '../../domain/money';
import type { PaymentFact, PaymentState, SavedMethod } from '../provider';
import { wholeNumber } from '../whole-number';
import { declineOf } from './declines';
import type { YookassaMethod, YookassaPayment } from './wire';

/** What YooKassa says of a payment, in our words. */
export function factOf(payment: YookassaPayment): PaymentFact {
  const { id, amount, status, metadata = {}, cancellation_details: cancelled } = payment;
  const refundedMinor = refundedOf(payment);
  return {
    providerPaymentId: id,
    state: stateOf(payment),
    amount: moneyOf(amount),
    ...referencesOf(metadata),
    paidAt: status === 'succeeded' ? (payment.captured_at ?? payment.created_at) : undefined,
    ...(refundedMinor > 0 ? { refundedMinor } : {}),
    ...(status === 'canceled' ? { decline: declineOf(cancelled?.reason) } : {}),
  };
}

/** Our references as we wrote them into the metadata; what is no number of ours was not written by us. */
export function referencesOf(
  metadata: Readonly<Record<string, unknown>>,
): Pick<PaymentFact, 'invoiceNo' | 'invoiceId' | 'userId'> {
  const { invoice_id: invoiceId, invoice_no: invoiceNo, user_id: userId } = metadata;
  return {
    invoiceNo: numberIn(invoiceNo),
    invoiceId: typeof invoiceId === 'string' ? invoiceId : undefined,
    userId: numberIn(userId),
  };
}

/** Text such as `499.00`, exactly; undefined when it is not an amount of a known currency. */
export function moneyOf(amount: { value: string; currency: string }): Money | undefined {
  const exponent = exponentOf(amount.currency);
  const minor = exponent === undefined ? undefined : parseDecimal(amount.value, exponent);
  return minor === undefined ? undefined : money(minor, amount.currency);
}

/** A saved card or wallet as people know it, without the digits that identify an account. */
export function savedMethodOf({ id, card, title, type }: YookassaMethod): SavedMethod {
  const name = title?.replace(/\d{5,}/g, (digits) => `•• ${digits.slice(-4)}`);
  return {
    token: id,
    label: card ? `${card.card_type ?? 'Card'} •• ${card.last4}` : (name ?? type),
    expiresOn: card && lastDayOf(card),
  };
}

function stateOf(payment: YookassaPayment): PaymentState {
  switch (payment.status) {
    case 'pending':
      return 'pending';
    case 'waiting_for_capture':
      return 'authorised';
    case 'canceled':
      return 'failed';
    case 'succeeded':
      return keptOf(payment);
  }
}

/** How much of a successful payment is still ours. */
function keptOf(payment: YookassaPayment): 'paid' | 'partially_refunded' | 'refunded' {
  const refundedMinor = refundedOf(payment);
  if (refundedMinor === 0) return 'paid';
  return refundedMinor >= (moneyOf(payment.amount)?.minor ?? 0) ? 'refunded' : 'partially_refunded';
}

function refundedOf({ refunded_amount: refunded }: YookassaPayment): number {
  return (refunded && moneyOf(refunded)?.minor) ?? 0;
}

function lastDayOf(card: NonNullable<YookassaMethod['card']>): string | undefined {
  const { expiry_year: year, expiry_month: month } = card;
  if (year === undefined || month === undefined) return undefined;
  // Day 0 of the following month.
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return `${year}-${month}-${days}`;
}

function numberIn(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' ? wholeNumber(text) : undefined;
}
