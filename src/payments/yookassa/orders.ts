import { yookassaReceipt } from '../../domain/billing/fiscal';
import { decimalText } from '../../domain/money';
import type { Money } from '../../domain/money';
import type { ChargeOutcome, CreateOutcome, PaymentOrder, SavedCharge } from '../provider';
import { shortened } from '../shortened';
import type { YookassaAnswer, YookassaCall } from './calls';
import { declineOf } from './declines';
import { paymentSchema } from './wire';

/** Opens a payment on YooKassa's page. */
export async function openPayment(
  call: YookassaCall,
  order: PaymentOrder,
  key: string,
): Promise<CreateOutcome> {
  if (!isRubles(order.amount)) return { kind: 'refused', reason: 'YooKassa takes rubles only' };
  const body = {
    ...orderFields(order),
    confirmation: {
      type: 'redirect',
      return_url: order.returnUrl,
      locale: order.locale === 'ru' ? 'ru_RU' : 'en_US',
    },
    ...(order.savesMethod ? { save_payment_method: true } : {}),
  };
  return opened(await call({ path: '/payments', body, key }));
}

/** Charges a saved method for an order, without the payer. */
export async function chargeMethod(
  call: YookassaCall,
  { method, order }: SavedCharge,
  key: string,
): Promise<ChargeOutcome> {
  if (!isRubles(order.amount)) return { kind: 'refused', isHard: false, code: 'wrong_currency' };
  const body = { ...orderFields(order), payment_method_id: method.token };
  return charged(await call({ path: '/payments', body, key }));
}

/** An amount as it is written on the wire. */
export function amountOf(amount: Money): { value: string; currency: string } {
  return { value: decimalText(amount), currency: amount.currency };
}

function isRubles({ currency }: Money): boolean {
  return currency === 'RUB';
}

/** The same bytes for the same order, so that a repeat under the same key is the same request. */
function orderFields(order: PaymentOrder): Record<string, unknown> {
  const { invoiceId, invoiceNo, userId, amount, description } = order;
  const { receipt: content, receiptCustomer: customer } = order;
  const receipt = content && customer && yookassaReceipt({ ...content, total: amount }, customer);
  return {
    amount: amountOf(amount),
    capture: true,
    description: shortened(description.trim() || `№ ${invoiceNo}`, 128),
    metadata: { invoice_id: invoiceId, invoice_no: String(invoiceNo), user_id: String(userId) },
    merchant_customer_id: String(userId),
    ...(receipt ? { receipt } : {}),
  };
}

function opened(answer: YookassaAnswer): CreateOutcome {
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'refused') return { kind: 'refused', reason: answer.reason };
  const { data: payment } = paymentSchema.safeParse(answer.body);
  if (payment?.status === 'canceled') {
    return { kind: 'refused', reason: declineOf(payment.cancellation_details?.reason).code };
  }
  const url = payment?.confirmation?.confirmation_url;
  return payment && url !== undefined
    ? { kind: 'created', url, providerRef: payment.id }
    : { kind: 'unknown', reason: 'the answer names no payment page' };
}

function charged(answer: YookassaAnswer): ChargeOutcome {
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'refused') return turnedDown(answer);
  const { data: payment } = paymentSchema.safeParse(answer.body);
  if (!payment) return { kind: 'unknown', reason: 'the answer names no payment' };
  const { id: providerPaymentId, status, cancellation_details: cancelled } = payment;
  if (status === 'canceled') return { kind: 'refused', ...declineOf(cancelled?.reason) };
  return { kind: status === 'succeeded' ? 'paid' : 'sent', providerPaymentId };
}

/** Nothing was charged. That we may not charge at all is no fault of the method: it waits until somebody looks. */
function turnedDown(answer: Extract<YookassaAnswer, { kind: 'refused' }>): ChargeOutcome {
  const { status, code, parameter, reason } = answer;
  if (status === 401 || status === 403) return { kind: 'unknown', reason };
  const isMethodGone = parameter === 'payment_method_id';
  return { kind: 'refused', isHard: isMethodGone, code: isMethodGone ? 'method_unknown' : code };
}
