import { z } from 'zod';
import { checkEntry, type EntryFacts } from '../../domain/billing/explain';
import type { HistoryRow } from '../../reads/billing';
import type { ChargeView, CostReportView } from '../../reads/charges';
import type { ApiParts } from './parts';
import { ApiProblem } from './problems';
import { route } from './route';
import {
  amountOut,
  amountShape,
  instant,
  pageSizeQuery,
  tokensOut,
  userIdParam,
  utokOut,
  uuid,
} from './schemas';
import { transferLabel } from '../../domain/billing/transfer-labels';

const transfer = z
  .object({
    transfer_id: uuid,
    kind: z.string(),
    label: z.object({ ru: z.string(), en: z.string() }),
    ...amountShape('amount'),
    ...amountShape('balance_after'),
    charge_id: uuid.nullable(),
    description: z.string().nullable().meta({ description: 'What a charge was for' }),
    track: z.string().nullable(),
    at: instant,
  })
  .meta({ id: 'Transfer', description: 'One line of a wallet; a negative amount left it' });
const page = z
  .object({
    transfers: z.array(transfer),
    next_cursor: z.string().nullable().meta({ description: 'Null on the last page' }),
  })
  .meta({ id: 'TransferPage' });

const costReport = z
  .object({
    event_id: z.string(),
    source: z.string(),
    raw_cost: z.string(),
    currency: z.string(),
    multiplier: z.string(),
    rounding: z.string(),
    ...amountShape('cost'),
    occurred_at: instant,
    final: z.boolean(),
  })
  .meta({ id: 'CostReport' });
const explanation = z
  .object({
    charge_id: uuid,
    user_id: z.int(),
    kind: z.string(),
    description: z.string(),
    track: z.string().nullable(),
    ...amountShape('requested'),
    ...amountShape('charged'),
    ...amountShape('uncollected'),
    at: instant,
    transfer_id: uuid.nullable(),
    balance_before: tokensOut.nullable(),
    balance_before_utok: utokOut.nullable(),
    balance_after: tokensOut.nullable(),
    balance_after_utok: utokOut.nullable(),
    events: z.array(costReport),
    lots: z.array(
      z.object({
        lot_id: uuid,
        origin: z.string(),
        ...amountShape('amount'),
        expires_at: instant.nullable(),
      }),
    ),
    entries: z.array(z.object({ account: z.string(), asset: z.string(), amount_units: utokOut })),
    reversed_by: z.array(uuid),
    checks: z.array(z.object({ name: z.string(), holds: z.boolean() })),
    is_sound: z
      .boolean()
      .meta({ description: 'False when something does not add up; operators know' }),
  })
  .meta({ id: 'Explanation', description: 'A charge computed again from event to entries' });

/** What happened to a wallet, and why. */
export const historyRoutes = [
  route({
    method: 'get',
    path: '/users/{userId}/transfers',
    operationId: 'listTransfers',
    tag: 'History',
    summary: 'Movements of a wallet, the newest first',
    scopes: ['history:read'],
    params: z.strictObject({ userId: userIdParam }),
    query: z.strictObject({
      cursor: z
        .string()
        .regex(/^[0-9a-z]{1,11}$/)
        .optional()
        .meta({ description: '`next_cursor` of the page before' }),
      limit: pageSizeQuery,
    }),
    answers: { 200: { description: 'One page', schema: page } },
    refusals: ['user_not_found'],
    handle: async ({ reads }, { params: { userId }, query: { cursor, limit } }) => {
      const [isKnown, found] = await Promise.all([
        reads.isKnownUser(userId),
        reads.historyPage({ userId, cursor, limit }),
      ]);
      if (!isKnown) {
        throw new ApiProblem({ code: 'user_not_found', detail: 'No such user is known.' });
      }
      const body = {
        transfers: found.rows.map(transferView),
        next_cursor: found.nextCursor ?? null,
      };
      return { status: 200, body };
    },
  }),
  route({
    method: 'get',
    path: '/charges/{chargeId}/explain',
    operationId: 'explainCharge',
    tag: 'History',
    summary: 'Why a charge is what it is',
    description:
      'Computes it again from what was reported to the entries it left. What does not add up is shown to the operators.',
    scopes: ['history:read'],
    params: z.strictObject({
      chargeId: z.string().meta({ description: '`spend_id` of a spend', format: 'uuid' }),
    }),
    answers: { 200: { description: 'The whole story', schema: explanation } },
    refusals: ['not_found'],
    handle: async (parts, { params: { chargeId } }) => {
      const charge = await parts.reads.charge(chargeId);
      if (!charge) throw new ApiProblem({ code: 'not_found', detail: 'No such charge is known.' });
      const facts = await factsOf(parts, charge);
      if (facts) await reportBroken(parts, { charge, facts });
      return { status: 200, body: explanationView(charge, facts) };
    },
  }),
] as const;

function transferView(row: HistoryRow) {
  const { transferId, kind, amountUtok, balanceAfterUtok, asOf } = row;
  return {
    transfer_id: transferId,
    kind,
    label: { ru: transferLabel(kind, 'ru'), en: transferLabel(kind, 'en') },
    ...amountOut('amount', amountUtok),
    ...amountOut('balance_after', balanceAfterUtok),
    charge_id: row.chargeId ?? null,
    description: row.description ?? null,
    track: row.track ?? null,
    at: asOf,
  };
}

async function factsOf(
  { reads }: ApiParts,
  { transferId, userId }: ChargeView,
): Promise<EntryFacts | undefined> {
  return transferId === null ? undefined : reads.entryFacts({ transferId, userId });
}

/** Before anybody reads that something is wrong, somebody looks at it (LG-11). */
async function reportBroken(
  { commands }: ApiParts,
  { charge, facts }: { charge: ChargeView; facts: EntryFacts },
): Promise<void> {
  const broken = checkEntry(facts).flatMap(({ name, holds }) => (holds ? [] : [name]));
  if (broken.length === 0) return;
  const { userId, clockOffsetMs } = charge;
  await commands.reportBreak({ transferId: facts.transferId, userId, broken, clockOffsetMs });
}

function explanationView(charge: ChargeView, facts: EntryFacts | undefined) {
  const checks = facts ? checkEntry(facts) : [];
  return {
    charge_id: charge.chargeId,
    user_id: charge.userId,
    kind: charge.kind,
    description: charge.description,
    track: charge.track,
    ...amountOut('requested', charge.requestedUtok),
    ...amountOut('charged', charge.chargedUtok),
    ...amountOut('uncollected', charge.uncollectedUtok),
    at: charge.asOf,
    transfer_id: charge.transferId,
    ...balancesOf(facts),
    events: charge.events.map(costView),
    lots: (facts?.moves ?? []).map(({ lotId, origin, amountUtok, expiresAt }) => ({
      lot_id: lotId,
      origin,
      ...amountOut('amount', amountUtok),
      expires_at: expiresAt,
    })),
    entries: (facts?.legs ?? []).map(({ account, asset, amount }) => ({
      account,
      asset,
      amount_units: String(amount),
    })),
    reversed_by: facts?.reversedBy ?? [],
    checks,
    is_sound: checks.every(({ holds }) => holds),
  };
}

function balancesOf(facts: EntryFacts | undefined) {
  if (facts) {
    return {
      ...amountOut('balance_before', facts.balanceBeforeUtok),
      ...amountOut('balance_after', facts.balanceAfterUtok),
    };
  }
  return {
    balance_before: null,
    balance_before_utok: null,
    balance_after: null,
    balance_after_utok: null,
  };
}

function costView(report: CostReportView) {
  return {
    event_id: report.eventId,
    source: report.source,
    raw_cost: report.rawCost,
    currency: report.currency,
    multiplier: report.multiplier,
    rounding: report.rounding,
    ...amountOut('cost', report.costUtok),
    occurred_at: report.occurredAt,
    final: report.isFinal,
  };
}
