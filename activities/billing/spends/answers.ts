import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptions } from '../../../drizzle/schema';
import type { SpendDecision } from '../../../src/domain/billing/spend-batch';
import type { SpendAnswer } from '../../../workflows/billing/token-spend/contract';
import type { SpendToBook } from './booking';

export type ChargedAnswer = Extract<SpendAnswer, { kind: 'charged' }>;
type RefusedAnswer = Extract<SpendAnswer, { kind: 'refused' }>;
type Refused = Extract<SpendDecision, { kind: 'refused' }>;

/** What the caller of a charged spend hears. */
export function chargedAnswer({ decision, ids }: SpendToBook): ChargedAnswer {
  const { wish, chargedUtok, uncollectedUtok, takes } = decision;
  const { balanceBeforeUtok, balanceAfterUtok, availableAfterUtok } = decision;
  return {
    kind: 'charged',
    key: wish.key,
    isReplay: false,
    ...ids,
    ...{ chargedUtok, uncollectedUtok },
    ...{ balanceBeforeUtok, balanceAfterUtok, availableAfterUtok },
    lots: takes,
  };
}

/** What the callers of refused spends hear; who lacks a subscription hears the state of theirs. */
export async function refusedAnswers(
  tx: Transaction,
  decisions: readonly SpendDecision[],
): Promise<readonly RefusedAnswer[]> {
  const refused = decisions.filter((one): one is Refused => one.kind === 'refused');
  const without = refused.filter(({ refusal }) => refusal.code === 'subscription_required');
  const states = await statesOf(tx, [...new Set(without.map(({ wish }) => wish.userId))]);
  return refused.map(({ wish, refusal }) => ({
    kind: 'refused',
    key: wish.key,
    ...refusal,
    ...(refusal.code === 'subscription_required'
      ? { subscriptionState: states.get(wish.userId) ?? 'none' }
      : {}),
    ...(refusal.code === 'spend_limit_reached' ? { limit: limitOf(refusal.limit) } : {}),
  }));
}

type ReachedLimit = NonNullable<RefusedAnswer['limit']>;

function limitOf({ scope, window, limitUtok, usedUtok, resetsAt }: ReachedLimit): ReachedLimit {
  return { scope, window, limitUtok, usedUtok, resetsAt };
}

async function statesOf(
  tx: Transaction,
  userIds: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await tx.execute<{ user_id: string; state: string }>(sql`
    select distinct on (user_id) user_id, state from ${subscriptions}
    where user_id = any(${`{${userIds.join(',')}}`}::bigint[])
    order by user_id, recorded_at desc`);
  return new Map([...rows].map((row) => [Number(row.user_id), row.state]));
}
