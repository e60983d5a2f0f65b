import { z } from 'zod';
import type {
  AskOutcome,
  AskRef,
  CreateOutcome,
  CredentialCheck,
  OrderRef,
  PaymentFact,
  PaymentOrder,
  PaymentProvider,
  StatementRange,
} from '../provider';
import { cloudpaymentsApi, type Api, type CloudpaymentsSettings } from './api';
import { chargeSaved } from './charges';
import { historyOf, isUnclear, type History } from './history';
import { codeAnswer, judgeNotice, NOTICES } from './notices';
import { orderData } from './order-data';
import { refund, sentRefund } from './refunds';
import {
  factOf,
  instantOf,
  isPayment,
  isRefundOf,
  refundedPaymentId,
  savedMethodOf,
  type Operation,
} from './transactions';

const CURRENCIES = ['RUB', 'USD', 'EUR'];
const createdSchema = z.object({ Id: z.string().min(1), Url: z.url() });

/** CloudPayments: a link per order, notices proved by HMAC, and the truth asked for by order or by payment. */
export function cloudpaymentsProvider(settings: CloudpaymentsSettings): PaymentProvider {
  const api = cloudpaymentsApi(settings);
  const history = historyOf(api, settings.maxPages ?? 200);
  return {
    name: 'cloudpayments',
    capabilities: {
      currencies: CURRENCIES,
      canAsk: true,
      canRefund: 'partial',
      canCancel: true,
      canSave: true,
    },
    createPayment: (order, key) => createLink(api, order, key),
    verify: (notification) => Promise.resolve(judgeNotice(notification, settings.apiSecret)),
    ask: (ref) => ask(history, ref),
    refund: (request) => refund({ api, history }, request),
    askRefund: (request) => sentRefund(history, request),
    cancel: (order) => cancel({ api, history }, order),
    statement: (range) => statement(history, range),
    check: async () => checked(await api({ path: '/test' })),
    cabinet,
    savedMethod: async ({ providerPaymentId }) => {
      const payment = await history.operation(providerPaymentId);
      if (isUnclear(payment)) return { kind: 'unknown', reason: payment.unclear };
      if (!payment) return { kind: 'unknown', reason: 'the payment is not known (yet)' };
      return savedMethodOf(payment);
    },
    chargeSaved: (charge, key) => chargeSaved({ api, history }, charge, key),
    answer: () => codeAnswer(0),
  };
}

async function createLink(api: Api, order: PaymentOrder, key: string): Promise<CreateOutcome> {
  const { amount, invoiceNo, userId, locale, returnUrl, failUrl } = order;
  if (!CURRENCIES.includes(amount.currency)) {
    return { kind: 'refused', reason: 'CloudPayments is not asked for this currency' };
  }
  const fields = {
    Currency: amount.currency,
    Description: order.description.trim() || `№ ${invoiceNo}`,
    InvoiceId: String(invoiceNo),
    AccountId: String(userId),
    CultureName: locale === 'ru' ? 'ru-RU' : 'en-US',
    SuccessRedirectUrl: returnUrl,
    FailRedirectUrl: failUrl,
    JsonData: orderData(order, key),
  };
  const reply = await api({ path: '/orders/create', amount, fields, key });
  if (reply.kind !== 'reply') return { kind: 'unknown', reason: reply.reason };
  if (!reply.isSuccess) return { kind: 'refused', reason: reply.message || 'no link was made' };
  const created = createdSchema.safeParse(reply.model);
  return created.success
    ? { kind: 'created', url: created.data.Url, providerRef: created.data.Id }
    : { kind: 'unknown', reason: 'the answer names no link' };
}

async function ask(history: History, ref: AskRef): Promise<AskOutcome> {
  const found =
    ref.by === 'payment'
      ? await history.operation(ref.providerPaymentId)
      : await paymentOfOrder(history, ref.invoiceNo);
  if (isUnclear(found)) return { kind: 'unknown', reason: found.unclear };
  if (!found && ref.by === 'order') return { kind: 'facts', facts: [] };
  if (!found) return { kind: 'unknown', reason: 'the payment is not known (yet)' };
  const fact = await wholeFact(history, found);
  return typeof fact === 'string'
    ? { kind: 'unknown', reason: fact }
    : { kind: 'facts', facts: [fact] };
}

/** The latest operation of an order may be a refund: then its payment is asked for. */
async function paymentOfOrder(history: History, invoiceNo: number) {
  const latest = await history.latest(invoiceNo);
  if (isUnclear(latest) || !latest || isPayment(latest)) return latest;
  const paymentId = refundedPaymentId(latest);
  return paymentId === undefined ? undefined : history.operation(paymentId);
}

/** A payment with everything that went back of it, or why it is not known. */
async function wholeFact(history: History, payment: Operation): Promise<PaymentFact | string> {
  if (!isPayment(payment)) return 'this is an operation, but no payment';
  const refunds = payment.Status === 'Completed' ? await history.refundsOf(payment) : [];
  if (isUnclear(refunds)) return refunds.unclear;
  return factOf(payment, refunds) ?? `the status ${payment.Status} is not known`;
}

async function statement(history: History, { from, to }: StatementRange): Promise<AskOutcome> {
  const listed = await history.between(from, to);
  if (isUnclear(listed)) return { kind: 'unknown', reason: listed.unclear };
  const facts: PaymentFact[] = [];
  for (const payment of listed.filter((each) => isPayment(each) && isWithin(each, { from, to }))) {
    const isTouched = payment.Refunded === true || listed.some((each) => isRefundOf(each, payment));
    const fact = isTouched ? await wholeFact(history, payment) : factOf(payment, []);
    if (typeof fact === 'string') return { kind: 'unknown', reason: fact };
    if (fact) facts.push(fact);
  }
  return { kind: 'facts', facts };
}

/** The gateway's list includes its last instant, ours does not. */
function isWithin({ CreatedDateIso: created }: Operation, { from, to }: StatementRange): boolean {
  const at = Date.parse(instantOf(created) ?? '');
  return at >= Date.parse(from) && at < Date.parse(to);
}

/** Takes the link back, and lets go of money that is only held. */
async function cancel(
  { api, history }: { readonly api: Api; readonly history: History },
  { providerRef, invoiceNo }: OrderRef,
): Promise<void> {
  if (providerRef !== undefined) await api({ path: '/orders/cancel', fields: { Id: providerRef } });
  const latest = await history.latest(invoiceNo);
  if (isUnclear(latest) || latest?.Status !== 'Authorized') return;
  await api({ path: '/payments/void', fields: { TransactionId: latest.TransactionId } });
}

function checked(reply: Awaited<ReturnType<Api>>): CredentialCheck {
  if (reply.kind === 'denied') return { kind: 'invalid', reason: reply.reason };
  if (reply.kind === 'unknown') return reply;
  return reply.isSuccess
    ? { kind: 'valid', account: 'the terminal of this Public ID' }
    : { kind: 'unknown', reason: reply.message };
}

function cabinet(publicBaseUrl: string) {
  const addresses = NOTICES.map((notice) => ({
    field: `${notice[0]?.toUpperCase()}${notice.slice(1)}`,
    value: `${publicBaseUrl}/webhook/cloudpayments?type=${notice}`,
  }));
  return [
    ...addresses,
    { field: 'HTTP method, encoding, format of all of them', value: 'POST, UTF-8, CloudPayments' },
    { field: 'Saving of card tokens', value: 'on, where subscriptions are to renew by card' },
  ];
}
