import { and, eq, isNull, like, or } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import { subscriptionPauses, subscriptions, subscriptionSteps } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { pausedDays } from '../../../src/domain/billing/pause';
import { addCalendarDays } from '../../../src/domain/calendar';
import type { Actor } from '../../../workflows/billing/contract';
import { writeAudit } from '../../audit';
import { promiseToUser } from '../../outbox';
import { shiftTimeline } from '../timeline-shifts';
import type { Subscription } from '../timelines';
import type { StepTask } from './steps';

/** A subscription that begins or ends to rest, within a transaction that has locked it. */
export type RestTask = Pick<StepTask, 'row' | 'asOf' | 'settings'> & {
  /** The owner's or an operator's wish; what was agreed before comes by itself. */
  readonly actor?: Actor;
  /** Why an operator wishes it (OPS-3). */
  readonly reason?: string;
};

/** The pause that was agreed for the end of the period, from that end on, however late it is processed. */
export async function pauseAtEnd(tx: Transaction, task: StepTask): Promise<string> {
  const { row } = task;
  const beginsAt = row.periodEnd;
  assert(row.pauseDays !== null, `subscription ${row.id} is to rest for some days`);
  const key = `sub:${row.id}:p${row.periodN}:pause:${beginsAt.toISOString()}`;
  const until = await beginPause(tx, task, { key, beginsAt, days: row.pauseDays });
  return `until ${until.toISOString()}`;
}

/** The end of a pause that nobody ended before. */
export async function resumeAtEnd(tx: Transaction, task: StepTask): Promise<string> {
  const endsAt = await endPause(tx, task);
  return `paid until ${endsAt.toISOString()}`;
}

/** From now on nothing is charged, reminded of or given; says until when (SB-20). */
export async function beginPause(
  tx: Transaction,
  { row, asOf, settings, actor, reason }: RestTask,
  pause: { readonly key: string; readonly beginsAt: Date; readonly days: number },
): Promise<Date> {
  const { key, beginsAt, days } = pause;
  const until = new Date(addCalendarDays(beginsAt.getTime(), row.billingZone, days));
  const after = { state: 'paused', access: 'none', pausedUntil: until } as const;
  await tx
    .update(subscriptions)
    .set({ ...after, pauseDays: null, retryAt: null })
    .where(eq(subscriptions.id, row.id));
  await tx.insert(subscriptionPauses).values({
    ...{ id: v7(), key, subscriptionId: row.id, userId: row.userId, beginsAt, until },
  });
  await writeAudit(tx, {
    ...{ action: 'subscription.paused', entity: 'subscription', entityId: row.id, asOf, after },
    ...(actor ? { actor } : {}),
    ...(reason === undefined ? {} : { reason }),
    before: { state: row.state, access: row.access },
  });
  await promiseToUser(tx, row.userId, {
    key: `${key}:told`,
    template: 'sub.paused',
    params: { until: until.toISOString() },
    category: 'service',
    ...{ asOf, settings },
  });
  return until;
}

/**
 * Goes on where it stood: the end moves by the days of the pause, whole calendar days in the owner's favour. Unpaid
 * time stays as unpaid as it was: it is counted in whole days that have passed, and a try that was made stays made.
 * Returns the end that stands.
 */
export async function endPause(tx: Transaction, task: RestTask): Promise<Date> {
  const { row, asOf } = task;
  const pause = await closePause(tx, row, asOf);
  assert(pause, `subscription ${row.id} rests`);
  const isPaid = row.periodEnd >= pause.beginsAt;
  const days = daysOf(task, { ...pause, isPaid });
  const endsAt = days === 0 ? row.periodEnd : await moveOn(tx, task, { pauseId: pause.id, days });
  if (!isPaid) await keepTries(tx, row, asOf);
  const access = isPaid || asOf < graceEnd(task, endsAt) ? 'full' : 'restricted';
  const after = { state: isPaid ? 'active' : 'past_due', access, pausedUntil: null } as const;
  await tx.update(subscriptions).set(after).where(eq(subscriptions.id, row.id));
  await tellResumed(tx, task, { pauseId: pause.id, endsAt, after });
  return endsAt;
}

/** A pause that ended by itself lasted as agreed, however late that is processed: only whole days more count. */
function daysOf(
  { row, asOf }: RestTask,
  pause: { readonly beginsAt: Date; readonly until: Date; readonly isPaid: boolean },
): number {
  const { billingZone: zone } = row;
  const [nowMs, untilMs] = [asOf.getTime(), pause.until.getTime()];
  const agreed = { fromMs: pause.beginsAt.getTime(), toMs: Math.min(nowMs, untilMs), zone };
  const late = { fromMs: untilMs, toMs: Math.max(nowMs, untilMs), zone };
  return pausedDays(agreed, pause.isPaid ? 'up' : 'down') + pausedDays(late, 'down');
}

/** Ends the row of a pause with whatever ends the pause; undefined when there is none. */
export async function closePause(
  tx: Transaction,
  { id }: Pick<Subscription, 'id'>,
  asOf: Date,
): Promise<typeof subscriptionPauses.$inferSelect | undefined> {
  const [closed] = await tx
    .update(subscriptionPauses)
    .set({ endedAt: asOf })
    .where(and(eq(subscriptionPauses.subscriptionId, id), isNull(subscriptionPauses.endedAt)))
    .returning();
  return closed;
}

function moveOn(
  tx: Transaction,
  { row, asOf, actor, reason }: RestTask,
  { pauseId, days }: { readonly pauseId: string; readonly days: number },
): Promise<Date> {
  return shiftTimeline(tx, {
    key: `sub:${row.id}:pause:${pauseId}`,
    subscriptionId: row.id,
    kind: 'pause',
    days,
    actor: actor ?? { kind: 'system', id: 'subscription' },
    reason: reason === undefined ? `pause ${pauseId}` : `pause ${pauseId}: ${reason}`,
    asOf,
  });
}

/** What was tried before the pause counts as tried after it, too: otherwise its days would come again at once. */
async function keepTries(tx: Transaction, { id, periodN }: Subscription, asOf: Date) {
  await tx
    .update(subscriptionSteps)
    .set({ asOf })
    .where(
      and(
        eq(subscriptionSteps.subscriptionId, id),
        eq(subscriptionSteps.periodN, periodN),
        or(like(subscriptionSteps.name, 'renew:%'), eq(subscriptionSteps.name, 'restrict')),
      ),
    );
}

function graceEnd({ row, settings }: RestTask, endsAt: Date): Date {
  const { billingZone } = row;
  return new Date(addCalendarDays(endsAt.getTime(), billingZone, settings.graceFullDays));
}

async function tellResumed(
  tx: Transaction,
  { row, asOf, settings, actor, reason }: RestTask,
  resumed: { pauseId: string; endsAt: Date; after: Partial<Subscription> },
): Promise<void> {
  const { pauseId, endsAt, after } = resumed;
  await writeAudit(tx, {
    ...{ action: 'subscription.resumed', entity: 'subscription', entityId: row.id, asOf, after },
    ...(actor ? { actor } : {}),
    ...(reason === undefined ? {} : { reason }),
    before: { state: row.state, access: row.access },
  });
  await promiseToUser(tx, row.userId, {
    key: `sub:${row.id}:pause:${pauseId}:resumed`,
    template: 'sub.resumed',
    params: { until: endsAt.toISOString(), isUnpaid: after.state === 'past_due' ? 1 : 0 },
    category: 'service',
    ...{ asOf, settings },
  });
}
