import type { ChargeOutcome, SavedCharge } from '../provider';
import type { Api } from './api';
import { isUnclear, type History } from './history';
import { orderData } from './order-data';
import { chargeOutcomeOf, operationSchema } from './transactions';

/**
 * Charges a token. The gateway remembers a key for an hour only, so what it knows of the order is asked first: every
 * charge has an order of its own, and whatever stands there is this charge.
 */
export async function chargeSaved(
  { api, history }: { readonly api: Api; readonly history: History },
  { method, order, isScheduled }: SavedCharge,
  key: string,
): Promise<ChargeOutcome> {
  const earlier = await history.latest(order.invoiceNo);
  if (isUnclear(earlier)) return { kind: 'unknown', reason: earlier.unclear };
  if (earlier) return chargeOutcomeOf(earlier);
  const { amount, invoiceNo, userId, description } = order;
  const fields = {
    Currency: amount.currency,
    AccountId: String(userId),
    Token: method.token,
    TrInitiatorCode: 0,
    PaymentScheduled: isScheduled ? 1 : 0,
    InvoiceId: String(invoiceNo),
    Description: description.trim() || `№ ${invoiceNo}`,
    JsonData: orderData(order, key),
  };
  return charged(await api({ path: '/payments/tokens/charge', amount, fields, key }));
}

function charged(reply: Awaited<ReturnType<Api>>): ChargeOutcome {
  if (reply.kind !== 'reply') return { kind: 'unknown', reason: reply.reason };
  const { model, isSuccess } = reply;
  const operation = operationSchema.safeParse(model);
  if (operation.success) return chargeOutcomeOf(operation.data);
  if (isSuccess) return { kind: 'unknown', reason: 'the answer names no payment' };
  // Without an operation nothing was charged: the request itself was refused, or the bank wants to see the payer.
  if (model === undefined) return { kind: 'refused', isHard: false, code: 'request_refused' };
  return isChallenge(model)
    ? { kind: 'refused', isHard: false, code: '3ds_required', needsUser: true }
    : { kind: 'unknown', reason: 'the answer is unreadable' };
}

function isChallenge(model: unknown): boolean {
  return typeof model === 'object' && model !== null && 'AcsUrl' in model;
}
