import { and, count, eq, gt } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptionPauses } from '../../../drizzle/schema';
import { PAUSE_YEAR_DAYS } from '../../../src/domain/billing/pause';
import { addCalendarDays } from '../../../src/domain/calendar';
import type { WishOutcome } from '../../../workflows/billing/subscription/contract';
import { beginPause, endPause, type RestTask } from '../subscription-course/pausing';
import { applyWish, done, refused, type GrantedWish, type Wish } from './wish';

/**
 * Lets a subscription rest: from the end of what is paid, or at once with the rest kept for later. Unpaid time has no
 * end to wait for, so it rests at once (SB-20, SB-16).
 */
export const pause: GrantedWish<'pause'> = async (tx, wish) => {
  const { row, asOf, wished, key } = wish;
  const isUnpaid = row.state === 'past_due';
  const isAtEnd = wished.from === 'end' && !isUnpaid;
  const beginsAt = isAtEnd ? row.periodEnd : asOf;
  const refusal = standingRefusal(wish, isAtEnd) ?? (await lengthRefusal(tx, wish, beginsAt));
  if (refusal) return refusal;
  if (isAtEnd) {
    const after = { pauseDays: wished.days } as const;
    await applyWish(tx, wish, { action: 'subscription.edited', after });
    return done('pause_planned', beginsAt);
  }
  const task = restTask(wish);
  return done('paused', await beginPause(tx, task, { key, beginsAt, days: wished.days }));
};

function restTask(wish: Wish<'pause' | 'resume'>): RestTask {
  const { actor, reason } = wish.wished;
  return { ...wish, actor, ...(reason === undefined ? {} : { reason }) };
}

/** Ends a pause before its time, or takes back one that was agreed for the end of the period. */
export const resume: GrantedWish<'resume'> = async (tx, wish) => {
  const { row } = wish;
  if (row.state === 'paused') {
    return done('resumed', await endPause(tx, restTask(wish)));
  }
  if (row.pauseDays === null) return refused('wrong_state', ['paused']);
  await applyWish(tx, wish, { action: 'subscription.edited', after: { pauseDays: null } });
  return done('pause_withdrawn', row.periodEnd);
};

const PAUSABLE = ['active', 'past_due'] as const;

function standingRefusal(
  { row, facts, asOf }: Wish<'pause'>,
  isAtEnd: boolean,
): WishOutcome | undefined {
  const isPausable = PAUSABLE.some((state) => state === row.state) && row.pauseDays === null;
  // What is over and not yet processed is about to be renewed or to end.
  const isTurning = row.state === 'active' && row.periodEnd <= asOf;
  if (!isPausable || isTurning) return refused('wrong_state', PAUSABLE);
  if (facts.attempt) return refused('confirming');
  return isAtEnd && !facts.isRenewing ? refused('not_renewable') : undefined;
}

async function lengthRefusal(
  tx: Transaction,
  { row, settings, wished }: Wish<'pause'>,
  beginsAt: Date,
): Promise<WishOutcome | undefined> {
  if (wished.days > settings.pauseMaxDays) return refused('pause_too_long');
  const yearAgo = addCalendarDays(beginsAt.getTime(), row.billingZone, -PAUSE_YEAR_DAYS);
  const [lately] = await tx
    .select({ pauses: count() })
    .from(subscriptionPauses)
    .where(
      and(
        eq(subscriptionPauses.userId, row.userId),
        gt(subscriptionPauses.beginsAt, new Date(yearAgo)),
      ),
    );
  return (lately?.pauses ?? 0) >= settings.pausePerYear ? refused('pauses_used_up') : undefined;
}
