import { createHash } from 'node:crypto';
import { json, Router, type Request, type Response } from 'express';
import { z } from 'zod';
import type { OpenedRefund, RefundInput } from '../../commands/refunds-contract';
import type { RefundPlan } from '../../domain/billing/refund';
import type { PaymentRefunds, RefundView } from '../../reads/api';
import { callerOf, requireScope } from './access';
import { mismatch, nameRequest, type NamedRequest } from './idempotency';
import type { ApiParts } from './parts';
import { ApiProblem } from './problems';

const bodySchema = z.strictObject({
  reason: z.string().trim().min(10).max(500),
  amount_minor: z.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
  policy: z.enum(['unspent_only', 'full_with_debt', 'goodwill']).optional(),
  idempotency_key: z.string().optional(),
});

/** Read only once the caller is known. */
const jsonBody = json({ limit: '64kb' });

/** Refunds of a payment: begun once by name, and listed. The workflow `refund` decides and carries them out. */
export function refundRoutes(parts: ApiParts): Router {
  const routes = Router();
  const path = '/payments/:paymentId/refunds';
  routes.get(
    path,
    requireScope(parts, 'refund:read', 'refund:write'),
    async (request, response) => {
      const payment = await knownPayment(parts, request);
      response.json({ ...paymentView(payment), refunds: payment.refunds.map(refundView) });
    },
  );
  routes.post(path, requireScope(parts, 'refund:write'), jsonBody, async (request, response) => {
    const wish = wishOf(request);
    const named = await nameRequest(parts, request, response);
    const { paymentId } = await knownPayment(parts, request);
    const input = inputOf(wish, { named, paymentId, clientName: callerOf(response).clientName });
    await answerRefund(parts, response, { named, opened: await open(parts, named, input) });
  });
  return routes;
}

function wishOf(request: Request): z.infer<typeof bodySchema> {
  const parsed = bodySchema.safeParse(request.body ?? {});
  if (parsed.success) return parsed.data;
  throw new ApiProblem({
    code: 'validation_error',
    detail: 'The body does not describe a refund.',
    members: {
      errors: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    },
  });
}

async function knownPayment({ reads }: ApiParts, request: Request): Promise<PaymentRefunds> {
  const { paymentId } = request.params;
  const payment = typeof paymentId === 'string' ? await reads.paymentRefunds(paymentId) : undefined;
  if (payment) return payment;
  throw new ApiProblem({ code: 'not_found', detail: 'No such payment is known.' });
}

function inputOf(
  wish: z.infer<typeof bodySchema>,
  by: { named: NamedRequest; paymentId: string; clientName: string },
): RefundInput {
  const { caller, key, method, path, bodyHash } = by.named;
  return {
    paymentId: by.paymentId,
    origin: 'api',
    requestedBy: { kind: 'system', id: `api:${by.clientName}` },
    reason: wish.reason,
    request: { caller, key, method, path, bodyHash },
    ...(wish.amount_minor === undefined ? {} : { amountMinor: wish.amount_minor }),
    ...(wish.policy === undefined ? {} : { policy: wish.policy }),
  };
}

/** A refusal is no effect, so the same name may try again later (API-5); each try is a workflow of its own. */
const MOST_TRIES = 20;

async function open(
  { commands }: ApiParts,
  named: NamedRequest,
  input: RefundInput,
): Promise<OpenedRefund> {
  const n = `api-${createHash('sha256').update(`${named.caller}:${named.key}`).digest('hex').slice(0, 24)}`;
  for (let tries = 1; ; tries += 1) {
    const opened = await commands.openRefund({ n: tries === 1 ? n : `${n}-${tries}`, input });
    const isSpent = opened.kind === 'over' && opened.result.kind === 'refused';
    if (!isSpent || named.isRecorded || tries >= MOST_TRIES) return opened;
  }
}

async function answerRefund(
  parts: ApiParts,
  response: Response,
  { named, opened }: { named: NamedRequest; opened: OpenedRefund },
): Promise<void> {
  if (opened.kind === 'refused') throw refusal(opened.reason, opened.mostMinor);
  if (opened.kind === 'planned' && opened.fingerprint !== named.bodyHash) throw mismatch();
  const recorded = await parts.reads.recordedRequest(named);
  const { paymentId } = response.req.params;
  const payment = await parts.reads.paymentRefunds(String(paymentId));
  const refund = payment?.refunds.find(({ refundId }) => refundId === recorded?.resourceId);
  if (!refund) throw refusal(opened.kind === 'over' ? endOf(opened) : 'conflict', 0);
  if (named.isRecorded) response.set('idempotent-replayed', 'true');
  const approvals = opened.kind === 'planned' ? opened.approvals : 0;
  response.status(201).json({ ...refundView(refund), approvals_required: approvals });
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

function refundView(refund: RefundView) {
  return {
    refund_id: refund.refundId,
    workflow_id: refund.workflowId,
    state: refund.state,
    amount_minor: refund.amountMinor,
    policy: refund.policy,
    reason: refund.reason,
    created_at: refund.createdAt,
    plan: refund.plan && planView(refund.plan),
  };
}

/** Micro-tokens as integers in text: they may be more than a number of JSON carries for everybody. */
function planView(plan: RefundPlan) {
  return {
    currency: plan.currency,
    paid_minor: plan.paidMinor,
    refunded_minor: plan.refundedMinor,
    refund_minor: plan.refundMinor,
    provider_fee_minor: plan.providerFeeMinor,
    bought_utok: String(plan.boughtUtok),
    spent_utok: String(plan.spentUtok),
    taken_utok: String(plan.paidUtok),
    bonus_utok: String(plan.bonusUtok),
    debt_utok: String(plan.debtUtok),
    is_full: plan.isFull,
  };
}
