import type {
  AskOutcome,
  CredentialCheck,
  OrderRef,
  PaymentProvider,
  SavedMethodOutcome,
  StatementRange,
} from '../provider';
import { yookassaCall } from './calls';
import type { YookassaAnswer, YookassaCall, YookassaSettings } from './calls';
import { factOf, savedMethodOf } from './facts';
import { readList } from './lists';
import { membership, YOOKASSA_NETWORKS } from './networks';
import { judge } from './notifications';
import { chargeMethod, openPayment } from './orders';
import { askRefund, refund } from './refunds';
import { paymentSchema } from './wire';

export type { YookassaSettings } from './calls';

/** YooKassa, API version 3: notifications are hints without a signature, and everything can be asked for. */
export function yookassaProvider(settings: YookassaSettings): PaymentProvider {
  const call = yookassaCall(settings);
  const { maxPages = 100 } = settings;
  const isOfficial = membership(settings.notificationNetworks ?? YOOKASSA_NETWORKS);
  return {
    name: 'yookassa',
    capabilities: {
      currencies: ['RUB'],
      canAsk: true,
      canRefund: 'partial',
      // A payment that waits for the payer can only be let expire.
      canCancel: false,
      canSave: true,
    },
    createPayment: (order, key) => openPayment(call, order, key),
    verify: (notification) => Promise.resolve(judge(notification, isOfficial)),
    ask: (ref) =>
      ref.by === 'payment'
        ? askPayment(call, ref.providerPaymentId)
        : askOrder(call, ref, maxPages),
    refund: (request) => refund(call, request),
    askRefund: (request) => askRefund(call, request),
    cancel: async ({ providerRef }) => {
      if (providerRef === undefined) return;
      const path = `/payments/${encodeURIComponent(providerRef)}/cancel`;
      await call({ path, body: {}, key: `cancel:${providerRef}` });
    },
    statement: (range) => statement(call, range, maxPages),
    check: async () => checked(await call({ path: '/payments?limit=1' }), settings.shopId),
    cabinet: (publicBaseUrl) => [
      { field: 'HTTP-уведомления → URL', value: `${publicBaseUrl}/webhook/yookassa` },
      {
        field: 'HTTP-уведомления → события',
        value: 'payment.waiting_for_capture, payment.succeeded, payment.canceled, refund.succeeded',
      },
    ],
    savedMethod: async ({ providerPaymentId }) => savedMethod(call, providerPaymentId),
    chargeSaved: (charge, key) => chargeMethod(call, charge, key),
    answer: () => ({ status: 200, contentType: 'text/plain; charset=utf-8', body: 'OK' }),
  };
}

async function askPayment(call: YookassaCall, paymentId: string): Promise<AskOutcome> {
  const answer = await call({ path: `/payments/${encodeURIComponent(paymentId)}` });
  if (answer.kind !== 'object') return { kind: 'unknown', reason: answer.reason };
  const { data: payment } = paymentSchema.safeParse(answer.body);
  return payment
    ? { kind: 'facts', facts: [factOf(payment)] }
    : { kind: 'unknown', reason: 'the answer is no payment' };
}

/** Without the payment's id, which an order has that was opened without an answer, it is looked for in the list. */
async function askOrder(
  call: YookassaCall,
  { providerRef, invoiceId, writtenAt }: OrderRef,
  maxPages: number,
): Promise<AskOutcome> {
  if (providerRef !== undefined) return askPayment(call, providerRef);
  const listed = await readList(call, {
    path: '/payments',
    filter: writtenAt === undefined ? {} : { 'created_at.gte': earlier(writtenAt) },
    item: paymentSchema,
    maxPages,
  });
  if (listed.kind === 'unknown') return listed;
  const facts = listed.items.map(factOf);
  return { kind: 'facts', facts: facts.filter((fact) => fact.invoiceId === invoiceId) };
}

/** Their clock and ours need not agree to the minute. */
const CLOCK_TOLERANCE_MS = 3_600_000;

function earlier(instant: string): string {
  return new Date(Date.parse(instant) - CLOCK_TOLERANCE_MS).toISOString();
}

async function statement(
  call: YookassaCall,
  { from, to }: StatementRange,
  maxPages: number,
): Promise<AskOutcome> {
  const listed = await readList(call, {
    path: '/payments',
    filter: { 'created_at.gte': from, 'created_at.lt': to },
    item: paymentSchema,
    maxPages,
  });
  return listed.kind === 'unknown' ? listed : { kind: 'facts', facts: listed.items.map(factOf) };
}

/** Kept only when YooKassa says that it was saved: the payer may have paid by something that cannot be. */
async function savedMethod(call: YookassaCall, paymentId: string): Promise<SavedMethodOutcome> {
  const answer = await call({ path: `/payments/${encodeURIComponent(paymentId)}` });
  if (answer.kind !== 'object') return { kind: 'unknown', reason: answer.reason };
  const { data: payment } = paymentSchema.safeParse(answer.body);
  if (!payment) return { kind: 'unknown', reason: 'the answer is no payment' };
  const { payment_method: method } = payment;
  return method?.saved === true && method.status !== 'inactive'
    ? { kind: 'saved', method: savedMethodOf(method) }
    : { kind: 'none' };
}

function checked(answer: YookassaAnswer, shopId: string): CredentialCheck {
  switch (answer.kind) {
    case 'unknown':
      return answer;
    case 'refused':
      return { kind: 'invalid', reason: answer.reason };
    case 'object':
      return { kind: 'valid', account: `shop ${shopId}` };
  }
}
