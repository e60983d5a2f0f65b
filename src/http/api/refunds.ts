import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { OpenedRefund, RefundInput } from '../../commands/refunds-contract';
import type { RefundPlan } from '../../domain/billing/refund';
import type { PaymentRefunds, RefundView } from '../../reads/api';
import { mismatch, wasRecorded, type NamedRequest } from './idempotency';
import type { ApiParts } from './parts';
import { ApiProblem } from './problems';
import { route, type Answer } from './route';
import { instant, utokOut, uuid } from './schemas';

const policy = z.enum(['unspent_only', 'full_with_debt', 'goodwill']);
const params = z.strictObject({
  paymentId: z.string().meta({ description: 'Our id of the payment', format: 'uuid' }),
});
const wish = z
  .strictObject({
    reason: z.string().trim().min(10).max(500),
    amount_minor: z.int().positive().optional(),
    policy: policy.optional(),
  })
  .meta({ id: 'RefundWish' });

const plan = z
  .object({
    currency: z.string(),
    paid_minor: z.int(),
    refunded_minor: z.int(),
    refund_minor: z.int(),
    provider_fee_minor: z.int(),
    bought_utok: utokOut,
    spent_utok: utokOut,
    taken_utok: utokOut,
    bonus_utok: utokOut,
    debt_utok: utokOut,
    is_full: z.boolean(),
  })
  .meta({ id: 'RefundPlan' });
const refund = z
  .object({
    refund_id: uuid,
    workflow_id: z.string(),
    state: z.enum(['proposed', 'frozen', 'sent', 'unknown', 'done', 'refused']),
    amount_minor: z.int(),
    policy,
    reason: z.string(),
    created_at: instant,
    plan: plan.nullable(),
  })
  .meta({ id: 'Refund' });
const payment = z
  .object({
    payment_id: uuid,
    provider: z.string(),
    state: z.string(),
    user_id: z.int().nullable(),
    invoice_no: z.int().nullable(),
    amount_minor: z.int(),
    currency: z.string(),
    exponent: z.int(),
    refunds: z.array(refund),
  })
  .meta({ id: 'PaymentRefunds' });

/** Refunds of a payment: begun once by name, and listed. The workflow `refund` decides and carries them out. */
export const refundRoutes = [
  route({
    method: 'get',
    path: '/payments/{paymentId}/refunds',
    operationId: 'listRefunds',
    tag: 'Refunds',
    summary: 'A payment and all that went back of it',
    scopes: ['refund:read', 'refund:write'],
    params,
    answers: { 200: { description: 'The payment with its refunds', schema: payment } },
    refusals: ['not_found'],
    handle: async (parts, call) => {
      const known = await knownPayment(parts, call.params.paymentId);
      const refunds = known.refunds.map(refundView);
      return { status: 200, body: { ...paymentView(known), refunds } };
    },
  }),
  route({
    method: 'post',
    path: '/payments/{paymentId}/refunds',
    operationId: 'refundPayment',
    tag: 'Refunds',
    summary: 'Give a payment back, as a whole or in part',
    description: 'Above the limit the money moves only after the consent of other operators.',
    scopes: ['refund:write'],
    params,
    body: wish,
    isNamed: true,
    answers: {
      201: {
        description: 'The refund with every figure of its plan',
        schema: refund.extend({ approvals_required: z.int() }).meta({ id: 'OpenedRefund' }),
      },
    },
    refusals: ['not_found', 'conflict'],
    handle: async (parts, { params: { paymentId }, body, caller, named }) => {
      if (!named) throw new Error('this route is named');
      const isRecorded = await wasRecorded(parts, named);
      await knownPayment(parts, paymentId);
      const input = inputOf(body, { named, paymentId, clientName: caller.clientName });
      const opened = await open(parts, { named, isRecorded, input });
      return answerRefund(parts, { named, isRecorded, opened, paymentId });
    },
  }),
] as const;

async function knownPayment({ reads }: ApiParts, paymentId: string): Promise<PaymentRefunds> {
  const known = await reads.paymentRefunds(paymentId);
  if (known) return known;
  throw new ApiProblem({ code: 'not_found', detail: 'No such payment is known.' });
}

function inputOf(
  asked: z.output<typeof wish>,
  by: { named: NamedRequest; paymentId: string; clientName: string },
): RefundInput {
  const { caller, key, method, path, bodyHash } = by.named;
  return {
    paymentId: by.paymentId,
    origin: 'api',
    requestedBy: { kind: 'system', id: `api:${by.clientName}` },
    reason: asked.reason,
    request: { caller, key, method, path, bodyHash },
    ...(asked.amount_minor === undefined ? {} : { amountMinor: asked.amount_minor }),
    ...(asked.policy === undefined ? {} : { policy: asked.policy }),
  };
}

/** A refusal is no effect, so the same name may try again later (API-5); each try is a workflow of its own. */
const MOST_TRIES = 20;

async function open(
  { commands }: ApiParts,
  { named, isRecorded, input }: { named: NamedRequest; isRecorded: boolean; input: RefundInput },
): Promise<OpenedRefund> {
  const n = `api-${createHash('sha256').update(`${named.caller}:${named.key}`).digest('hex').slice(0, 24)}`;
  for (let tries = 1; ; tries += 1) {
    const opened = await commands.openRefund({ n: tries === 1 ? n : `${n}-${tries}`, input });
    const isSpent = opened.kind === 'over' && opened.result.kind === 'refused';
    if (!isSpent || isRecorded || tries >= MOST_TRIES) return opened;
  }
}

interface Asked {
  readonly named: NamedRequest;
  readonly isRecorded: boolean;
  readonly opened: OpenedRefund;
  readonly paymentId: string;
}

async function answerRefund(
  { reads }: ApiParts,
  { named, isRecorded, opened, paymentId }: Asked,
): Promise<Answer> {
  if (opened.kind === 'refused') throw refusal(opened.reason, opened.mostMinor);
  if (opened.kind === 'planned' && opened.fingerprint !== named.bodyHash) throw mismatch();
  const recorded = await reads.recordedRequest(named);
  const known = await reads.paymentRefunds(paymentId);
  const found = known?.refunds.find(({ refundId }) => refundId === recorded?.resourceId);
  if (!found) throw refusal(opened.kind === 'over' ? endOf(opened) : 'conflict', 0);
  const approvals = opened.kind === 'planned' ? opened.approvals : 0;
  const body = { ...refundView(found), approvals_required: approvals };
  return { status: 201, body, isReplay: isRecorded };
}

function endOf({ result }: Extract<OpenedRefund, { kind: 'over' }>): string {
  return result.kind === 'done' ? 'conflict' : result.reason;
}

function refusal(reason: string, mostMinor: number): ApiProblem {
  if (reason === 'idempotency_mismatch') return mismatch();
  return new ApiProblem({
    code: 'conflict',
    detail: `The refund is not possible: ${reason}.`,
    members: { reason, most_minor: mostMinor },
  });
}

function paymentView({ paymentId, provider, state, userId, invoiceNo, amount }: PaymentRefunds) {
  return {
    payment_id: paymentId,
    ...{ provider, state },
    user_id: userId,
    invoice_no: invoiceNo,
    amount_minor: amount.minor,
    currency: amount.currency,
    exponent: amount.exponent,
  };
}

function refundView(view: RefundView) {
  return {
    refund_id: view.refundId,
    workflow_id: view.workflowId,
    state: view.state,
    amount_minor: view.amountMinor,
    policy: view.policy,
    reason: view.reason,
    created_at: view.createdAt,
    plan: view.plan && planView(view.plan),
  };
}

/** Micro-tokens as integers in text: they may be more than a number of JSON carries for everybody. */
function planView(figures: RefundPlan) {
  return {
    currency: figures.currency,
    paid_minor: figures.paidMinor,
    refunded_minor: figures.refundedMinor,
    refund_minor: figures.refundMinor,
    provider_fee_minor: figures.providerFeeMinor,
    bought_utok: String(figures.boughtUtok),
    spent_utok: String(figures.spentUtok),
    taken_utok: String(figures.paidUtok),
    bonus_utok: String(figures.bonusUtok),
    debt_utok: String(figures.debtUtok),
    is_full: figures.isFull,
  };
}
