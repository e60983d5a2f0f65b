import { z } from 'zod';
import type { SpendDecision, SpendLimit } from '../../domain/billing/spend-batch';
import { prospectOf } from '../../domain/billing/spend-question';
import type { SpendMoment } from '../../reads/accounts';
import type { Caller } from './access';
import type { ApiParts } from './parts';
import { ApiProblem } from './problems';
import { route } from './route';
import { amountOut, amountShape, instant, positiveTokens, userIdParam, uuid } from './schemas';

const params = z.strictObject({ userId: userIdParam });

const reasonCode = z
  .enum([
    'user_blocked',
    'money_frozen',
    'subscription_required',
    'invalid_amount',
    'spend_limit_reached',
    'insufficient_balance',
  ])
  .nullable()
  .meta({ description: 'What a spend would be refused with; null when it would succeed' });

const subscription = z
  .object({
    state: z.string(),
    access: z.enum(['full', 'restricted', 'none']),
    period_end: instant,
  })
  .meta({ id: 'SubscriptionState' });
const expiringLot = z
  .object({
    lot_id: uuid,
    origin: z.string(),
    ...amountShape('amount'),
    ...amountShape('held'),
    expires_at: instant,
  })
  .meta({ id: 'ExpiringLot' });
const balance = z
  .object({
    user_id: z.int(),
    ...amountShape('balance'),
    ...amountShape('held'),
    ...amountShape('available'),
    ...amountShape('debt'),
    lots_expiring: z.array(expiringLot),
    subscription: subscription.nullable(),
    can_spend: z
      .boolean()
      .meta({ description: 'Whether a spend of the least amount would succeed' }),
    reason_code: reasonCode,
  })
  .meta({ id: 'Balance' });

const limit = z
  .object({
    scope: z.enum(['user', 'key', 'client']),
    window: z.enum(['day', 'month']),
    ...amountShape('limit'),
    ...amountShape('used'),
    resets_at: instant,
  })
  .meta({ id: 'ReachedLimit' });
const prospectShape = {
  can_spend: z.boolean(),
  reason_code: reasonCode,
  ...amountShape('amount'),
  ...amountShape('available'),
  limit: limit.nullable().meta({ description: 'The limit that the spend would pass' }),
};
const prospect = z.object(prospectShape).meta({ id: 'SpendProspect' });
const preview = z
  .object({
    ...prospectShape,
    ...amountShape('balance_after'),
    ...amountShape('available_after'),
    lots: z.array(z.object({ lot_id: uuid, ...amountShape('amount') })).meta({
      description: 'What it would burn of which lot, in this order; empty when it would be refused',
    }),
  })
  .meta({ id: 'SpendPreview' });

/** What a person has, and what a spend would be answered. Nothing here moves anything. */
export const accountRoutes = [
  route({
    method: 'get',
    path: '/users/{userId}/balance',
    operationId: 'getBalance',
    tag: 'Accounts',
    summary: 'What a person has and may spend',
    scopes: ['balance:read'],
    params,
    answers: { 200: { description: 'The balance at this moment', schema: balance } },
    refusals: ['user_not_found'],
    handle: async (parts, { params: { userId }, caller, asOf }) => {
      const moment = await momentOf(parts, { userId, caller, asOf });
      return { status: 200, body: balanceView(moment) };
    },
  }),
  route({
    method: 'get',
    path: '/users/{userId}/can-spend',
    operationId: 'canSpend',
    tag: 'Accounts',
    summary: 'Whether a spend would succeed',
    description: 'The decision of the spend itself, without its effect.',
    scopes: ['balance:read'],
    params,
    query: z.strictObject({ amount: positiveTokens }),
    answers: { 200: { description: 'What the spend would be answered', schema: prospect } },
    refusals: ['user_not_found', 'invalid_amount'],
    handle: async (parts, { params: { userId }, query: { amount }, caller, asOf }) => {
      const moment = await momentOf(parts, { userId, caller, asOf });
      return { status: 200, body: prospectView(moment, amount) };
    },
  }),
  route({
    method: 'post',
    path: '/users/{userId}/spend/preview',
    operationId: 'previewSpend',
    tag: 'Accounts',
    summary: 'What a spend would do',
    description:
      'The decision of the spend and the lots it would burn. It moves nothing and needs no Idempotency-Key.',
    scopes: ['balance:read', 'spend:write'],
    params,
    body: z.strictObject({ amount: positiveTokens }).meta({ id: 'SpendQuestion' }),
    answers: { 200: { description: 'What the spend would do now', schema: preview } },
    refusals: ['user_not_found', 'invalid_amount'],
    handle: async (parts, { params: { userId }, body: { amount }, caller, asOf }) => {
      const moment = await momentOf(parts, { userId, caller, asOf });
      return { status: 200, body: previewView(moment, amount) };
    },
  }),
] as const;

/** The least that can be spent. */
const LEAST_UTOK = 1;

async function momentOf(
  { reads, settings }: ApiParts,
  { userId, caller, asOf }: { userId: number; caller: Caller; asOf: string },
): Promise<SpendMoment> {
  const question = { userId, caller, asOf: new Date(asOf), defaults: settings.billing };
  const moment = await reads.spendMoment(question);
  if (moment) return moment;
  throw new ApiProblem({ code: 'user_not_found', detail: 'No such user is known.' });
}

function balanceView(moment: SpendMoment) {
  const { spender, expiring, subscription: live } = moment;
  const availableUtok = spender.balanceUtok - spender.heldUtok;
  const reason = reasonOf(moment, LEAST_UTOK);
  return {
    user_id: spender.userId,
    ...amountOut('balance', spender.balanceUtok),
    ...amountOut('held', spender.heldUtok),
    ...amountOut('available', availableUtok),
    ...amountOut('debt', Math.max(0, -availableUtok)),
    lots_expiring: expiring.map(({ lotId, origin, amountUtok, heldUtok, expiresAt }) => ({
      lot_id: lotId,
      origin,
      ...amountOut('amount', amountUtok),
      ...amountOut('held', heldUtok),
      expires_at: expiresAt,
    })),
    subscription: live
      ? { state: live.state, access: live.access, period_end: live.periodEnd }
      : null,
    can_spend: reason === null,
    reason_code: reason,
  };
}

function reasonOf(moment: SpendMoment, amountUtok: number) {
  const decision = decide(moment, amountUtok);
  return decision.kind === 'refused' ? decision.refusal.code : null;
}

function decide(moment: SpendMoment, amountUtok: number): SpendDecision {
  return prospectOf(moment, amountUtok);
}

function prospectView(moment: SpendMoment, amountUtok: number) {
  return viewOf(moment, { decision: decide(moment, amountUtok), amountUtok });
}

function viewOf(
  { spender }: SpendMoment,
  { decision, amountUtok }: { decision: SpendDecision; amountUtok: number },
) {
  const refusal = decision.kind === 'refused' ? decision.refusal : undefined;
  return {
    can_spend: refusal === undefined,
    reason_code: refusal?.code ?? null,
    ...amountOut('amount', amountUtok),
    ...amountOut('available', spender.balanceUtok - spender.heldUtok),
    limit: refusal?.code === 'spend_limit_reached' ? limitView(refusal.limit) : null,
  };
}

function previewView(moment: SpendMoment, amountUtok: number) {
  const decision = decide(moment, amountUtok);
  const { balanceUtok, heldUtok } = moment.spender;
  const after =
    decision.kind === 'charged'
      ? decision
      : { balanceAfterUtok: balanceUtok, availableAfterUtok: balanceUtok - heldUtok, takes: [] };
  return {
    ...viewOf(moment, { decision, amountUtok }),
    ...amountOut('balance_after', after.balanceAfterUtok),
    ...amountOut('available_after', after.availableAfterUtok),
    lots: after.takes.map(({ lotId, amountUtok: takenUtok }) => ({
      lot_id: lotId,
      ...amountOut('amount', takenUtok),
    })),
  };
}

function limitView({ scope, window, limitUtok, usedUtok, resetsAt }: SpendLimit) {
  return {
    scope,
    window,
    ...amountOut('limit', limitUtok),
    ...amountOut('used', usedUtok),
    resets_at: resetsAt,
  };
}
