import { z } from 'zod';
import { decimalText, exponentOf, money, parseDecimal } from '../domain/money';
import type { Money } from '../domain/money';
import { declineSchema, readCharge, readMethod } from './mock-methods';
import { callJson } from './outgoing';
import type { JsonAnswer } from './outgoing';
import type {
  AskOutcome,
  CreateOutcome,
  Notification,
  PaymentFact,
  PaymentOrder,
  PaymentProvider,
  PaymentState,
  RefundOutcome,
  RefundRequest,
  StopOutcome,
  Verification,
} from './provider';
import { readResultFields } from './robokassa-fields';
import type { ResultFields } from './robokassa-fields';
import { isUnambiguous, robokassaSignatures } from './robokassa-signature';
import type { RobokassaCredentials, RobokassaSignatures, ShpFields } from './robokassa-signature';

export interface MockProviderSettings {
  /** Where its API listens, without a trailing slash. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly credentials: RobokassaCredentials;
  readonly currencies?: readonly string[];
  /** Ten seconds when absent. */
  readonly timeoutMs?: number;
}

const STATES = [
  'pending',
  'authorised',
  'failed',
  'paid',
  'partially_refunded',
  'refunded',
  'disputed',
] as const satisfies readonly PaymentState[];

const createdSchema = z.object({ url: z.url(), orderId: z.string() });
const paymentSchema = z.object({
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
const listSchema = z.object({ payments: z.array(paymentSchema) });
const refundSchema = z.object({ id: z.string(), state: z.enum(['done', 'refused']) });
const errorSchema = z.object({ error: z.string() });

/** The mock bank of the sandbox, spoken to in the Robokassa shape with credentials of its own. */
export function mockProvider(settings: MockProviderSettings): PaymentProvider {
  const signatures = robokassaSignatures(settings.credentials);
  const call = mockCall(settings);
  return {
    name: 'mock',
    capabilities: {
      currencies: settings.currencies ?? ['RUB', 'USD', 'EUR'],
      canAsk: true,
      canRefund: 'partial',
      canCancel: true,
      canSave: true,
    },
    createPayment: async (order, key) => {
      const body = orderFields(order, settings.credentials.merchantLogin, signatures);
      return created(await call({ path: '/orders', body, key }));
    },
    verify: (notification) => verify(notification, signatures),
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

interface PaymentText {
  readonly id: string;
  readonly state: PaymentState;
  readonly outSum: string;
  readonly currency: string;
  readonly invId: string;
  readonly shp: ShpFields;
  readonly paidAt: string | undefined;
}

function factOf({ id, state, outSum, currency, invId, shp, paidAt }: PaymentText): PaymentFact {
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
function toldFact(payment: z.infer<typeof paymentSchema>): PaymentFact {
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

function amountOf(text: string, currency: string): Money | undefined {
  const exponent = exponentOf(currency);
  const minor = exponent === undefined ? undefined : parseDecimal(text, exponent);
  return minor === undefined ? undefined : money(minor, currency);
}

function wholeNumber(text: string): number | undefined {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
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
