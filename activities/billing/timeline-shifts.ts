import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { subscriptionPeriods, subscriptions, timelineEdits } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import { pausedDays } from '../../src/domain/billing/pause';
import { addCalendarDays } from '../../src/domain/calendar';
import type { Actor } from '../../workflows/billing/contract';
import { writeAudit } from '../audit';
import type { Subscription } from './timelines';

export interface TimelineShift {
  /** `<workflow id>:<step>`: repeating it changes nothing. */
  readonly key: string;
  readonly subscriptionId: string;
  readonly kind: 'promo_days' | 'gift_days' | 'pause' | 'operator';
  /** Whole days, negative to shorten. */
  readonly days: number;
  readonly actor: Actor;
  readonly reason: string;
  readonly asOf: Date;
}

/**
 * Moves the end of the current period and of every later one by whole days: the one function through which a timeline
 * is edited (SB-4). Days that are given to an unpaid subscription begin today where they would be over otherwise, and
 * make it a paid one again. Returns the end that stands. Refuses, by a bug, an end before the period's start, and to
 * make what lives end in the past.
 */
export async function shiftTimeline(tx: Transaction, shift: TimelineShift): Promise<Date> {
  const [live] = await tx
    .select()
    .from(subscriptions)
    .where(eq(subscriptions.id, shift.subscriptionId))
    .for('update');
  assert(live, `subscription ${shift.subscriptionId} exists`);
  const days = daysToGive(live, shift);
  const endsAt = shiftedEnd(live, days);
  const shiftDays = live.shiftDays + days;
  const [edit] = await tx
    .insert(timelineEdits)
    .values({
      ...{ ...shift, actor: `${shift.actor.kind}:${shift.actor.id}` },
      before: { periodEnd: live.periodEnd.toISOString(), shiftDays: live.shiftDays },
      after: { periodEnd: endsAt.toISOString(), shiftDays },
    })
    .onConflictDoNothing({ target: timelineEdits.key })
    .returning({ id: timelineEdits.id });
  if (!edit) return live.periodEnd;
  await moveEnd(tx, { live, shift }, { endsAt, shiftDays });
  await writeAudit(tx, {
    action: 'subscription.edited',
    entity: 'subscription',
    entityId: live.id,
    actor: shift.actor,
    before: { periodEnd: live.periodEnd.toISOString() },
    after: { periodEnd: endsAt.toISOString(), kind: shift.kind, days },
    reason: shift.reason,
    asOf: shift.asOf,
  });
  return endsAt;
}

/** Where the end lies so many days later or earlier, counted on the calendar of the billing zone. */
export function shiftedEnd(live: Pick<Subscription, 'periodEnd' | 'billingZone'>, days: number) {
  return new Date(addCalendarDays(live.periodEnd.getTime(), live.billingZone, days));
}

/** A present is there to use: of days that unpaid time has eaten already, as many again are given. */
function daysToGive(live: Subscription, { kind, days, asOf }: TimelineShift): number {
  const isGiven = kind === 'gift_days' || kind === 'promo_days';
  if (!isGiven || live.state !== 'past_due' || shiftedEnd(live, days) > asOf) return days;
  const span = { fromMs: live.periodEnd.getTime(), toMs: asOf.getTime(), zone: live.billingZone };
  return days + pausedDays(span, 'up');
}

async function moveEnd(
  tx: Transaction,
  { live, shift }: { live: Subscription; shift: TimelineShift },
  { endsAt, shiftDays }: { endsAt: Date; shiftDays: number },
): Promise<void> {
  const isThis = and(
    eq(subscriptionPeriods.subscriptionId, live.id),
    eq(subscriptionPeriods.n, live.periodN),
  );
  const [moved] = await tx
    .update(subscriptionPeriods)
    .set({ endsAt })
    .where(isThis)
    .returning({ startsAt: subscriptionPeriods.startsAt });
  assert(moved && endsAt > moved.startsAt, `the edit of ${live.id} leaves its period an end`);
  const isUnpaid = live.periodEnd < shift.asOf;
  assert(isUnpaid || endsAt >= shift.asOf, `the edit of ${live.id} does not end it in the past`);
  const isPaidAgain = live.state === 'past_due' && endsAt > shift.asOf;
  await tx
    .update(subscriptions)
    .set({
      ...{ periodEnd: endsAt, shiftDays },
      ...(isPaidAgain ? ({ state: 'active', access: 'full', retryAt: null } as const) : {}),
    })
    .where(eq(subscriptions.id, live.id));
}
