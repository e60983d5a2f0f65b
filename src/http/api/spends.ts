import { z } from 'zod';
import type { SpendAnswer } from '../../commands/spend-gate';
import { mismatchProblem } from './idempotency';
import { inTime } from './patience';
import { ApiProblem, PROBLEM_CODES, problemSummary, type Problem } from './problems';
import { route } from './route';
import { amountOut, amountShape, positiveTokens, userIdParam, uuid } from './schemas';
import { requestOf } from './spend-requests';
import { refusalOf } from './spend-refusals';

const MOST_METADATA_BYTES = 8 * 1024;
const MOST_ITEMS = 100;

const wishShape = {
  amount: positiveTokens,
  description: z.string().trim().min(1).max(500),
  track: z.string().trim().min(1).max(100).optional(),
  metadata: z
    .record(z.string().max(100), z.unknown())
    .refine((given) => Buffer.byteLength(JSON.stringify(given)) <= MOST_METADATA_BYTES, {
      error: 'takes at most 8 kB of JSON',
    })
    .optional()
    .meta({ description: 'Kept with the charge; at most 8 kB of JSON.' }),
};
const wish = z.strictObject(wishShape).meta({ id: 'SpendWish' });

const lot = z.object({ lot_id: uuid, ...amountShape('amount') }).meta({ id: 'SpentLot' });
const spend = z
  .object({
    spend_id: uuid,
    transfer_id: uuid.nullable(),
    ...amountShape('amount'),
    ...amountShape('balance_before'),
    ...amountShape('balance_after'),
    ...amountShape('available_after'),
    lots: z.array(lot),
  })
  .meta({ id: 'Spend', description: 'A charge with what it left and the lots it burned' });

const itemKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .meta({ description: 'The Idempotency-Key of this item' });
const item = z
  .strictObject({
    user_id: z.union([userIdParam, z.int().positive().max(999_999_999_999_999)]),
    ...wishShape,
    idempotency_key: itemKey,
  })
  .meta({ id: 'SpendItem' });
const batch = z
  .strictObject({
    items: z
      .array(item)
      .min(1)
      .max(MOST_ITEMS)
      .superRefine((items, context) => {
        const seen = new Set<string>();
        items.forEach(({ idempotency_key: key }, index) => {
          const path = [index, 'idempotency_key'];
          if (seen.has(key)) context.addIssue({ code: 'custom', path, message: 'is used twice' });
          seen.add(key);
        });
      }),
  })
  .meta({ id: 'SpendBatch' });
const itemResult = z
  .object({
    idempotency_key: z.string(),
    status: z.int(),
    replayed: z.boolean(),
    body: spend.nullable(),
    problem: z
      .looseObject({
        type: z.string(),
        title: z.string(),
        status: z.int(),
        code: z.enum(PROBLEM_CODES),
        detail: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'SpendItemResult', description: 'Either a body or a problem' });

/** Spends, alone and many at once. Each is carried by a workflow `tokenSpend` and answered when the tokens have moved. */
export const spendRoutes = [
  route({
    method: 'post',
    path: '/users/{userId}/spend',
    operationId: 'spendTokens',
    tag: 'Spends',
    summary: 'Spend tokens of a person',
    description: 'Answers when the tokens have moved. A repeat with the same key moves nothing.',
    scopes: ['spend:write'],
    params: z.strictObject({ userId: userIdParam }),
    body: wish,
    isNamed: true,
    answers: { 200: { description: 'The tokens have moved', schema: spend } },
    refusals: [
      ...['user_not_found', 'user_blocked', 'money_frozen', 'subscription_required'],
      ...['invalid_amount', 'insufficient_balance', 'spend_limit_reached'],
    ] as const,
    handle: async ({ spending }, { params, body, caller, named, asOf }) => {
      if (!named) throw new Error('this route is named');
      const by = { caller, key: named.key, asOf };
      const wanted = { ...body, userId: params.userId, amountUtok: body.amount };
      const answer = await spending.spend(requestOf(wanted, by));
      if (answer.kind !== 'charged') throw new ApiProblem(problemFor(answer));
      return { status: 200, body: spendView(answer), isReplay: answer.isReplay };
    },
  }),
  route({
    method: 'post',
    path: '/spends/batch',
    operationId: 'spendBatch',
    tag: 'Spends',
    summary: 'Many spends at once, each by itself',
    description:
      'Every item has its own idempotency_key and its own outcome; one that is refused changes nothing for the others. An item and the same spend alone are one request.',
    scopes: ['spend:write'],
    body: batch,
    bodyLimit: '2mb',
    answers: {
      200: {
        description: 'The outcome of every item, in the order of the items',
        schema: z.object({ results: z.array(itemResult) }).meta({ id: 'SpendBatchResult' }),
      },
    },
    handle: async (parts, { body: { items }, caller, asOf }) => {
      const requests = items.map(({ user_id: userId, idempotency_key: key, ...wanted }) =>
        requestOf({ ...wanted, userId, amountUtok: wanted.amount }, { caller, key, asOf }),
      );
      const answers = parts.spending.spendAll(requests);
      const outcomes = await Promise.allSettled(
        answers.map((answer) => inTime(parts, () => answer)),
      );
      const results = outcomes.map((outcome, index) => ({
        idempotency_key: items[index]?.idempotency_key,
        ...resultOf(outcome),
      }));
      return { status: 200, body: { results } };
    },
  }),
] as const;

type Charged = Extract<SpendAnswer, { kind: 'charged' }>;

function resultOf(outcome: PromiseSettledResult<SpendAnswer>) {
  if (outcome.status === 'fulfilled' && outcome.value.kind === 'charged') {
    const { isReplay } = outcome.value;
    return { status: 200, replayed: isReplay, body: spendView(outcome.value), problem: null };
  }
  const problem = problemSummary(
    outcome.status === 'fulfilled' ? problemFor(outcome.value) : faultOf(outcome.reason),
  );
  return { status: problem.status, replayed: false, body: null, problem };
}

function problemFor(answer: SpendAnswer): Problem {
  if (answer.kind === 'refused') return refusalOf(answer);
  return mismatchProblem;
}

function faultOf(reason: unknown): Problem {
  if (reason instanceof ApiProblem) return reason.problem;
  return {
    code: 'unavailable',
    detail: 'The outcome is unknown; repeat the item with the same idempotency_key.',
  };
}

function spendView(answer: Charged) {
  return {
    spend_id: answer.chargeId,
    transfer_id: answer.transferId,
    ...amountOut('amount', answer.chargedUtok),
    ...amountOut('balance_before', answer.balanceBeforeUtok),
    ...amountOut('balance_after', answer.balanceAfterUtok),
    ...amountOut('available_after', answer.availableAfterUtok),
    lots: answer.lots.map(({ lotId, amountUtok }) => ({
      lot_id: lotId,
      ...amountOut('amount', amountUtok),
    })),
  };
}
