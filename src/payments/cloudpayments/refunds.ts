import { z } from 'zod';
import type { RefundOutcome, RefundRequest } from '../provider';
import type { Api } from './api';
import { isUnclear, type History } from './history';
import { amountOf, readData, type Operation } from './transactions';

const refundedSchema = z.object({ TransactionId: z.number().int().positive() });

type Sent =
  | { readonly kind: 'done'; readonly providerRef: string }
  /** Nothing that could be this refund: it may be sent. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unclear'; readonly reason: string };

/**
 * Gives money back. The gateway remembers a key for an hour only, so what already went back is asked first, and what
 * might be this very refund is never sent again.
 */
export async function refund(
  { api, history }: { readonly api: Api; readonly history: History },
  request: RefundRequest,
): Promise<RefundOutcome> {
  const { providerPaymentId, amount, key } = request;
  if (!/^\d{1,15}$/.test(providerPaymentId)) {
    return { kind: 'refused', reason: 'no payment has such a number' };
  }
  const earlier = await lookFor(history, request);
  if (earlier.kind === 'done') return earlier;
  if (earlier.kind === 'unclear') return { kind: 'unknown', reason: earlier.reason };
  const fields = { TransactionId: Number(providerPaymentId), JsonData: { key } };
  const reply = await api({ path: '/payments/refund', amount, fields, key });
  if (reply.kind !== 'reply') return { kind: 'unknown', reason: reply.reason };
  if (!reply.isSuccess) return { kind: 'refused', reason: reply.message || 'refund_refused' };
  const refunded = refundedSchema.safeParse(reply.model);
  return refunded.success
    ? { kind: 'done', providerRef: String(refunded.data.TransactionId) }
    : { kind: 'unknown', reason: 'the answer names no refund' };
}

/** What became of a refund sent with this key. */
export async function sentRefund(history: History, request: RefundRequest): Promise<RefundOutcome> {
  const sent = await lookFor(history, request);
  if (sent.kind === 'done') return sent;
  const reason = sent.kind === 'unclear' ? sent.reason : 'no refund of it is listed (yet)';
  return { kind: 'unknown', reason };
}

async function lookFor(history: History, request: RefundRequest): Promise<Sent> {
  const payment = await history.operation(request.providerPaymentId);
  if (isUnclear(payment)) return { kind: 'unclear', reason: payment.unclear };
  if (!payment) return { kind: 'unclear', reason: 'the payment is not known (yet)' };
  const refunds = await history.refundsOf(payment);
  if (isUnclear(refunds)) return { kind: 'unclear', reason: refunds.unclear };
  const mine = refunds.find((each) => readData(each.JsonData).key === request.key);
  if (mine) return { kind: 'done', providerRef: String(mine.TransactionId) };
  const [first] = refunds;
  if (first && isAllGone(payment, refunds)) {
    return { kind: 'done', providerRef: String(first.TransactionId) };
  }
  return refunds.some((each) => mayBe(each, request))
    ? { kind: 'unclear', reason: 'a refund of the same sum is there, but not whose it is' }
    : { kind: 'none' };
}

/** "Already refunded" is done: there is nothing left to give back. */
function isAllGone(payment: Operation, refunds: readonly Operation[]): boolean {
  const minorOf = ({ Amount: amount }: Operation) =>
    amountOf(String(amount), payment.Currency)?.minor ?? 0;
  return refunds.reduce((sum, each) => sum + minorOf(each), 0) >= minorOf(payment);
}

/** A refund without our key, of the very sum: made by hand, or ours with its key lost. */
function mayBe(each: Operation, { amount }: RefundRequest): boolean {
  const isNameless = readData(each.JsonData).key === undefined;
  return isNameless && amountOf(String(each.Amount), amount.currency)?.minor === amount.minor;
}
