import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { holds } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { memoryOf, type FilledCounter, type HoldMemory } from '../../../src/domain/billing/hold';
import { decideSpends, type SpendDecision } from '../../../src/domain/billing/spend-batch';
import type { HoldWish, KeptHold, PlaceAnswer } from '../../../workflows/billing/hold/contract';
import type { ActivityDeps } from '../../deps';
import { inTellingTransaction } from '../../telling';
import { readSettings } from '../../transactions';
import { requestTopups } from '../auto-topups/noting';
import { placeHold } from '../holds';
import { earlierAnswer, keepAnswer } from '../requests';
import { subjectsOf, wishesOf, worldOf, type ArrivedSpend } from '../spends/admission';
import { refusedAnswers } from '../spends/answers';
import { fillLimits, lockLimits, type OpenLimit } from '../spends/limits';
import { noticeLimits } from '../spends/notices';
import { standingsOf, type Standing } from '../spends/people';
import { openWallets } from '../spends/wallets';
import { clockOffsetOf, keptHold } from './kept';

const CREATED = 201;

export interface WorkHoldOrder {
  readonly holdKey: string;
  readonly userId: number;
  readonly wish: HoldWish;
  /** Wall-clock instant, ISO 8601; a test customer's own clock is added here. */
  readonly at: string;
}

export interface PlacedWorkHold {
  readonly answer: PlaceAnswer;
  /** Only where there is something to keep. */
  readonly kept?: KeptHold;
}

/**
 * Reserves tokens for a job in one transaction with its limits and the answer its client will hear again (API-5). A
 * refusal leaves nothing behind, so the same key may try again.
 */
export async function placeWorkHold(
  { db, settings: defaults }: ActivityDeps,
  order: WorkHoldOrder,
): Promise<PlacedWorkHold> {
  return inTellingTransaction(db, async (tx) => {
    const settings = await readSettings(tx, defaults);
    const { userId, wish } = order;
    const needs = { needsSubscription: settings.spendRequiresSubscription };
    const standing = (await standingsOf(tx, [userId], needs)).get(userId);
    if (!standing) return { answer: { kind: 'refused', code: 'user_not_found' } };
    const asOf = new Date(Date.parse(order.at) + standing.clockOffsetMs);
    const wallets = await openWallets(tx, [{ userId, asOf }]);
    // Only now: whoever holds the same key for the same person has waited for this lock.
    const earlier = await placedBefore(tx, order);
    if (earlier) return earlier;
    const arrived = arrivalOf(order, { standing, asOf });
    const limits = await lockLimits(tx, subjectsOf(arrived));
    const admission = { fresh: [arrived], wallets, limits, settings };
    const [decision] = decideSpends(wishesOf(admission), worldOf(admission));
    assert(decision, 'one wish has one decision');
    if (decision.kind === 'refused') return refusalOf(tx, decision);
    const kept = await reserve(tx, order, { decision, limits, asOf });
    const fills = fillsOf(order, { limits, asOf });
    await noticeLimits(tx, { fills, settings });
    await requestTopups(tx, { userIds: [order.userId], asOf, settings });
    const { request } = wish;
    const { hold } = kept;
    const resourceId = hold.holdId;
    await keepAnswer(tx, { request, status: CREATED, response: hold, resourceId, asOf });
    const clockOffsetMs = standing.clockOffsetMs;
    return { answer: { kind: 'placed', hold, isReplay: false }, kept: { ...kept, clockOffsetMs } };
  });
}

/** The hold of this key, if it was placed by the same request; its name may have been given to another one. */
async function placedBefore(
  tx: Transaction,
  { holdKey, wish: { request } }: WorkHoldOrder,
): Promise<PlacedWorkHold | undefined> {
  const [row] = await tx.select().from(holds).where(eq(holds.key, holdKey));
  if (!row) {
    const earlier = await earlierAnswer(tx, request);
    return earlier && { answer: { kind: 'mismatch' } };
  }
  const known = memoryOf(row).request;
  const isSame = known?.path === request.path && known.bodyHash === request.bodyHash;
  if (known && !isSame) return { answer: { kind: 'mismatch' } };
  const kept = keptHold(row, await clockOffsetOf(tx, row.userId));
  return { answer: { kind: 'placed', hold: kept.hold, isReplay: true }, kept };
}

/** A hold is admitted like a spend of its amount. */
function arrivalOf(
  { holdKey: key, userId, wish, at }: WorkHoldOrder,
  { standing, asOf }: { standing: Standing; asOf: Date },
): ArrivedSpend {
  const { clientId, keyId, amountUtok, description = '' } = wish;
  const spend = {
    ...{ key, clientId, userId, amountUtok, description, kind: 'spend' as const, asOf: at },
    ...(keyId === undefined ? {} : { keyId }),
  };
  return { spend, standing, asOf };
}

async function refusalOf(tx: Transaction, decision: SpendDecision): Promise<PlacedWorkHold> {
  const [refused] = await refusedAnswers(tx, [decision]);
  assert(refused, 'a refusal has words');
  return { answer: refused };
}

/** What the hold takes of each limit: it counts when it is placed (SP-7). */
function fillsOf(
  { wish: { amountUtok: byUtok } }: WorkHoldOrder,
  { limits, asOf }: { limits: readonly OpenLimit[]; asOf: Date },
) {
  return limits.map((limit) => ({ limit, byUtok, isPostPaid: false, asOf }));
}

async function reserve(
  tx: Transaction,
  { holdKey, userId, wish }: WorkHoldOrder,
  terms: {
    decision: Extract<SpendDecision, { kind: 'charged' }>;
    limits: readonly OpenLimit[];
    asOf: Date;
  },
): Promise<KeptHold> {
  const { decision, limits, asOf } = terms;
  const { holdId } = await placeHold(tx, {
    key: holdKey,
    userId,
    purpose: 'work',
    asOf,
    leaseUntil: new Date(asOf.getTime() + wish.leaseSeconds * 1_000),
    onExpiry: wish.onExpiry,
    client: { clientId: wish.clientId, keyId: wish.keyId, track: wish.track },
    lots: decision.takes,
    meta: { ...memory(wish, limits) },
  });
  const byUtok = wish.amountUtok;
  await fillLimits(
    tx,
    limits.map((limit) => ({ limit, byUtok })),
  );
  const [row] = await tx.select().from(holds).where(eq(holds.id, holdId));
  assert(row, `hold ${holdId} exists`);
  return keptHold(row, 0);
}

function memory(wish: HoldWish, limits: readonly OpenLimit[]): HoldMemory {
  const { method, path, bodyHash } = wish.request;
  const counters = limits.map(({ scope, scopeId, window, windowStart }): FilledCounter => ({
    ...{ scope, scopeId, window },
    windowStart: windowStart.toISOString(),
  }));
  return {
    leaseSeconds: wish.leaseSeconds,
    request: { method, path, bodyHash },
    counters,
    ...(wish.description === undefined ? {} : { description: wish.description }),
  };
}
