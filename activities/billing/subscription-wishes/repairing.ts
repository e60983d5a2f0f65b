import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptionPeriods } from '../../../drizzle/schema';
import type { WishKind, WishOutcome } from '../../../workflows/billing/subscription/contract';
import { writeAudit } from '../../audit';
import { promiseToUser } from '../../outbox';
import { tellExpired } from '../subscription-course/lapsing';
import { closePause } from '../subscription-course/pausing';
import { restartOf } from '../subscription-course/recovering';
import { shiftedEnd, shiftTimeline } from '../timeline-shifts';
import { extendSubscription } from '../timelines';
import { applyWish, done, refused, type GrantedWish, type Wish } from './wish';

/** Moves the end by whole days; neither before its period nor into the past (SB-4). */
export const editTimeline: GrantedWish<'editTimeline'> = async (tx, wish) => {
  const { row, asOf, wished, key } = wish;
  const refusal = repairRefusal(wish);
  if (refusal) return refusal;
  const endsAt = shiftedEnd(row, wished.days);
  if (endsAt < asOf || endsAt <= (await startOf(tx, wish))) return refused('too_late');
  const { actor, days, reason = '' } = wished;
  const edit = { key, subscriptionId: row.id, kind: 'operator', days, reason, asOf } as const;
  await shiftTimeline(tx, { ...edit, actor });
  return done('edited', endsAt);
};

const SKIPPABLE = ['active', 'past_due'] as const;

/** The next period begins where this one ends, without a fee and without the tokens of the plan. */
export const skipPeriod: GrantedWish<'skipPeriod'> = async (tx, wish) => {
  const { row, terms, asOf, settings } = wish;
  const refusal = repairRefusal(wish, SKIPPABLE);
  if (refusal) return refusal;
  if (!terms.period) return refused('not_renewable');
  const next = { tariffVersionId: terms.version.id, terms: terms.period, asOf };
  const { endsAt, n } = await extendSubscription(tx, row, {
    ...next,
    paidBy: 'operator',
    ...restartOf(row, next, settings),
  });
  await auditRepair(tx, wish, {
    action: 'subscription.period_skipped',
    after: { periodN: n, endsAt },
  });
  await promiseToUser(tx, row.userId, {
    key: `${row.userId}:sub.given:${row.id}:${n}`,
    template: 'sub.given',
    params: { until: endsAt.toISOString() },
    category: 'service',
    ...{ asOf, settings },
  });
  return done('skipped', endsAt);
};

/** Over at once, whatever is paid; the balance stays. */
export const forceExpire: GrantedWish<'forceExpire'> = async (tx, wish) => {
  const refusal = repairRefusal(wish);
  if (refusal) return refusal;
  const stopped = { autoRenew: false, retryAt: null, pauseDays: null, pausedUntil: null };
  const after = { ...stopped, state: 'expired', access: 'none' } as const;
  await applyWish(tx, wish, { action: 'subscription.expired', after });
  await closePause(tx, wish.row, wish.asOf);
  await tellExpired(tx, wish);
  return done('expired', wish.asOf);
};

/** A charge whose outcome is open may still pay for the period that would be moved or ended. */
function repairRefusal(
  { row, facts, wished }: Wish<WishKind>,
  allowedIn?: readonly string[],
): WishOutcome | undefined {
  if (wished.actor.kind !== 'operator') return refused('not_owner');
  if (allowedIn && !allowedIn.includes(row.state)) return refused('wrong_state', allowedIn);
  return facts.attempt ? refused('confirming') : undefined;
}

async function startOf(tx: Transaction, { row }: Wish<WishKind>): Promise<Date> {
  const [period] = await tx
    .select({ startsAt: subscriptionPeriods.startsAt })
    .from(subscriptionPeriods)
    .where(
      and(eq(subscriptionPeriods.subscriptionId, row.id), eq(subscriptionPeriods.n, row.periodN)),
    );
  return period?.startsAt ?? row.periodStart;
}

async function auditRepair(
  tx: Transaction,
  { row, wished, asOf }: Wish<WishKind>,
  { action, after }: { action: string; after: { periodN: number; endsAt: Date } },
): Promise<void> {
  const { actor, reason } = wished;
  await writeAudit(tx, {
    ...{ action, entity: 'subscription', entityId: row.id, asOf, actor },
    before: { state: row.state, periodN: row.periodN, periodEnd: row.periodEnd.toISOString() },
    after: { periodN: after.periodN, periodEnd: after.endsAt.toISOString() },
    ...(reason === undefined ? {} : { reason }),
  });
}
