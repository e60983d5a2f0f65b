import { z } from 'zod';
import { decimalText } from '../domain/money';
import { factOf, paymentSchema, STATES, toldFact } from './mock-facts';
import { readCharge, readMethod } from './mock-methods';
import { callJson } from './outgoing';
import type { JsonAnswer } from './outgoing';
import type { Notification, Verification } from './notification';
import type {
  AskOutcome,
  CreateOutcome,
  CredentialCheck,
  PaymentFact,
  PaymentOrder,
  PaymentProvider,
  RefundOutcome,
  RefundRequest,
  StopOutcome,
} from './provider';
import { readResultFields } from './robokassa-fields';
import type { ResultFields } from './robokassa-fields';
import { isUnambiguous, robokassaSignatures } from './robokassa-signature';
import type { RobokassaCredentials, RobokassaSignatures, ShpFields } from './robokassa-signature';
import { wholeNumber } from './whole-number';

export interface MockProviderSettings {
  /** Where its API listens, without a trailing slash. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly credentials: RobokassaCredentials;
  readonly currencies?: readonly string[];
  /** Ten seconds when absent. */
  readonly timeoutMs?: number;
}

const createdSchema = z.object({ url: z.url(), orderId: z.string() });
const listSchema = z.object({ payments: z.array(paymentSchema) });
const refundSchema = z.object({ id: z.string(), state: z.enum(['done', 'refused']) });
const errorSchema = z.object({ error: z.string() });

/** The mock bank of the sandbox, spoken to in the Robokassa shape with credentials of its own. */
export function mockProvider(settings: MockProviderSettings): PaymentProvider {
  const signatures = robokassaSignatures(settings.credentials);
  const call = mockCall(settings);
  const currencies = settings.currencies ?? ['RUB', 'USD', 'EUR'];
  return {
    name: 'mock',
    capabilities: {
      currencies,
      canAsk: true,
      canRefund: 'partial',
      canCancel: true,
      canSave: true,
    },
    createPayment: async (order, key) => {
      if (!currencies.includes(order.amount.currency)) {
        return { kind: 'refused', reason: 'the bank does not take this currency' };
      }
      const body = orderFields(order, settings.credentials.merchantLogin, signatures);
      return created(await call({ path: '/orders', body, key }));
    },
    verify: (notification) => Promise.resolve(verify(notification, signatures)),
    ask: async (ref) =>
      ref.by === 'payment'
        ? askedOne(await call({ path: `/payments/${encodeURIComponent(ref.providerPaymentId)}` }))
        : askedOrder(await call({ path: `/payments?invoice_no=${ref.invoiceNo}` })),
    refund: async (request) =>
      refunded(await call({ path: '/refunds', body: refundBody(request) })),
    askRefund: async ({ key }) =>
      refunded(await call({ path: `/refunds/${encodeURIComponent(key)}` })),
    cancel: async ({ invoiceNo }) => {
      await call({ path: `/orders/${invoiceNo}/cancel`, body: {} });
    },
    statement: async ({ from, to }) => {
      const path = `/statement?${new URLSearchParams({ from, to }).toString()}`;
      return askedOrder(await call({ path }));
    },
    check: async () => checked(await call({ path: '/payments?invoice_no=0' })),
    cabinet: (publicBaseUrl) => [
      { field: 'MOCK_PROVIDER_NOTIFY_URL', value: `${publicBaseUrl}/webhook/mock` },
    ],
    savedMethod: async ({ providerPaymentId }) =>
      readMethod(
        await call({ path: `/methods?payment_id=${encodeURIComponent(providerPaymentId)}` }),
      ),
    chargeSaved: async ({ method, order }, key) => {
      const fields = orderFields(order, settings.credentials.merchantLogin, signatures);
      const path = `/methods/${encodeURIComponent(method.token)}/charge`;
      return readCharge(await call({ path, body: { ...fields, key } }));
    },
    revokeMethod: async ({ token }) =>
      stopped(await call({ path: `/methods/${encodeURIComponent(token)}/revoke`, body: {} })),
    answer: ({ invoiceNo }) => ({
      status: 200,
      contentType: 'text/plain; charset=utf-8',
      body: `OK${invoiceNo ?? ''}`,
    }),
  };
}

interface MockCall {
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
}

function mockCall({ baseUrl, apiKey, timeoutMs = 10_000 }: MockProviderSettings) {
  return ({ path, body, key }: MockCall): Promise<JsonAnswer> =>
    callJson({
      method: body === undefined ? 'GET' : 'POST',
      url: `${baseUrl}/api${path}`,
      headers: { 'x-api-key': apiKey, ...(key === undefined ? {} : { 'idempotency-key': key }) },
      body,
      timeoutMs,
    });
}

function orderFields(
  order: PaymentOrder,
  merchantLogin: string,
  signatures: RobokassaSignatures,
): Record<string, string> {
  const outSum = decimalText(order.amount);
  const invId = String(order.invoiceNo);
  const { currency } = order.amount;
  const foreign = currency === 'RUB' ? {} : { outSumCurrency: currency };
  const shp = { Shp_invoice_id: order.invoiceId, Shp_user_id: String(order.userId) };
  return {
    MerchantLogin: merchantLogin,
    OutSum: outSum,
    InvId: invId,
    ...(currency === 'RUB' ? {} : { OutSumCurrency: currency }),
    Description: order.description.slice(0, 100),
    Culture: order.locale,
    ExpirationDate: order.expiresAt,
    ...(order.savesMethod ? { Recurring: 'true' } : {}),
    SignatureValue: signatures.init({ outSum, invId, ...foreign, shp }),
    ...shp,
  };
}

function created(answer: JsonAnswer): CreateOutcome {
  if (answer.kind === 'unknown') return answer;
  if (answer.status >= 400) return { kind: 'refused', reason: errorOf(answer.body) };
  const parsed = createdSchema.safeParse(answer.body);
  if (!parsed.success) return { kind: 'unknown', reason: 'the answer names no payment page' };
  return { kind: 'created', url: parsed.data.url, providerRef: parsed.data.orderId };
}

/** The judgement over raw bytes: signed text first, meaning afterwards. */
function verify(notification: Notification, signatures: RobokassaSignatures): Verification {
  const fields = readResultFields(notification);
  if (!fields)
    return { verified: 'malformed', reason: 'not a notification in the Robokassa shape' };
  const { shp, contentHash: dedupeKey } = fields;
  if (!isUnambiguous(shp) || !signatures.verifyResult(fields, fields.signature)) {
    const claimedInvoiceNo = wholeNumber(fields.invId);
    return { verified: 'no', dedupeKey, reason: 'the signature does not match', claimedInvoiceNo };
  }
  const fact = signedFact(fields);
  if (!fact) return { verified: 'malformed', reason: 'signed, but without payment id or state' };
  return { verified: 'yes', dedupeKey, providerPaymentId: fact.providerPaymentId, fact };
}

function signedFact({ outSum, invId, shp }: ResultFields): PaymentFact | undefined {
  const id = shp['Shp_payment_id'];
  const state = STATES.find((known) => known === shp['Shp_state']);
  if (!id || !state) return undefined;
  const currency = shp['Shp_currency'] ?? 'RUB';
  return factOf({ id, state, outSum, currency, invId, shp, paidAt: instantOf(shp) });
}

function instantOf(shp: ShpFields): string | undefined {
  return z.iso.datetime().safeParse(shp['Shp_paid_at']).data;
}

function askedOne(answer: JsonAnswer): AskOutcome {
  if (answer.kind === 'unknown') return answer;
  const parsed = paymentSchema.safeParse(answer.body);
  return answer.status === 200 && parsed.success
    ? { kind: 'facts', facts: [toldFact(parsed.data)] }
    : { kind: 'unknown', reason: notUsable(answer.status) };
}

function askedOrder(answer: JsonAnswer): AskOutcome {
  if (answer.kind === 'unknown') return answer;
  const parsed = listSchema.safeParse(answer.body);
  return answer.status === 200 && parsed.success
    ? { kind: 'facts', facts: parsed.data.payments.map(toldFact) }
    : { kind: 'unknown', reason: notUsable(answer.status) };
}

function refundBody({ key, providerPaymentId, amount }: RefundRequest): Record<string, string> {
  const outSum = decimalText(amount);
  return { key, paymentId: providerPaymentId, outSum, currency: amount.currency };
}

function refunded(answer: JsonAnswer): RefundOutcome {
  if (answer.kind === 'unknown') return answer;
  if (answer.status === 409 || answer.status === 422)
    return { kind: 'refused', reason: errorOf(answer.body) };
  const parsed = refundSchema.safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success)
    return { kind: 'unknown', reason: notUsable(answer.status) };
  return parsed.data.state === 'done'
    ? { kind: 'done', providerRef: parsed.data.id }
    : { kind: 'refused', reason: 'refund_refused' };
}

function stopped(answer: JsonAnswer): StopOutcome {
  if (answer.kind === 'unknown') return answer;
  if (answer.status === 404) return { kind: 'refused', reason: errorOf(answer.body) };
  return answer.status === 200
    ? { kind: 'done' }
    : { kind: 'unknown', reason: notUsable(answer.status) };
}

function checked(answer: JsonAnswer): CredentialCheck {
  if (answer.kind === 'unknown') return answer;
  return answer.status === 200
    ? { kind: 'valid', account: 'the mock bank' }
    : { kind: 'invalid', reason: errorOf(answer.body) };
}

function errorOf(body: unknown): string {
  const parsed = errorSchema.safeParse(body);
  return parsed.success ? parsed.data.error : 'refused without a reason';
}

function notUsable(status: number): string {
  return status === 404
    ? 'the provider does not know it (yet)'
    : `the provider’s answer (${status}) says nothing`;
}
