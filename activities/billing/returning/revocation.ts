import { and, asc, eq, gte, lt, desc } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptionPeriods, subscriptions, timelineEdits } from '../../../drizzle/schema';
import { boundaryMs, localTimeOf } from '../../../src/domain/calendar';
import { writeAudit, type AuditEntry } from '../../audit';
import { closePause } from '../subscription-course/pausing';
import type { Subscription } from '../timelines';

/** Takes back the period that an order gave, because its money went back. */
export interface Revocation {
  /** `<workflow id>:<step>`: repeating it changes nothing. */
  readonly key: string;
  readonly subscriptionId: string;
  readonly periodN: number;
  /** Days a promo code of the order had added. */
  readonly bonusDays: number;
  readonly actor: NonNullable<AuditEntry['actor']>;
  readonly reason: string;
  readonly asOf: Date;
}

type Period = typeof subscriptionPeriods.$inferSelect;

interface Revoked {
  readonly live: Subscription;
  readonly own: Period;
  /** Periods after the revoked one, oldest first: other orders paid for them. */
  readonly later: readonly Period[];
}

/**
 * Takes one period out of a subscription: what was lived of it stays, later periods move forward by the whole days
 * that are left, and a subscription without any other period ends. Returns the subscription that changed.
 */
export async function revokePeriod(
  tx: Transaction,
  revocation: Revocation,
): Promise<string | undefined> {
  const revoked = await findPeriod(tx, revocation);
  const isLived = revoked !== undefined && revoked.own.endsAt <= revocation.asOf;
  if (!revoked || (isLived && !isWaiting(revoked))) return undefined;
  const after = isLived ? END : await nextStanding(tx, revocation, revoked);
  if (!after) return undefined;
  const { live } = revoked;
  const [edit] = await tx
    .insert(timelineEdits)
    .values({
      key: revocation.key,
      subscriptionId: live.id,
      kind: 'refund',
      before: standingOf(live),
      after: standingOf({ ...live, ...after }),
      actor: `${revocation.actor.kind}:${revocation.actor.id}`,
      reason: revocation.reason,
      asOf: revocation.asOf,
    })
    .onConflictDoNothing({ target: timelineEdits.key })
    .returning({ id: timelineEdits.id });
  if (!edit) return undefined;
  if (!isLived) await movePeriods(tx, revocation, revoked);
  if (after.state === 'ended') await closePause(tx, live, revocation.asOf);
  await tx.update(subscriptions).set(after).where(eq(subscriptions.id, live.id));
  await auditRevocation(tx, revocation, { before: live, after: { ...live, ...after } });
  return live.id;
}

/** What ends with the money, whatever it waited for; the balance stays. */
const END: Partial<Subscription> = {
  ...({ state: 'ended', access: 'none', autoRenew: false } as const),
  ...{ retryAt: null, pauseDays: null, pausedUntil: null },
};

/** Its last period is over, and it lives on only to be paid or resumed. */
function isWaiting({ live, later }: Revoked): boolean {
  return later.length === 0 && (live.state === 'past_due' || live.state === 'paused');
}

async function findPeriod(
  tx: Transaction,
  { subscriptionId, periodN }: Revocation,
): Promise<Revoked | undefined> {
  const [live] = await tx
    .select()
    .from(subscriptions)
    .where(eq(subscriptions.id, subscriptionId))
    .for('update');
  if (!live || live.state === 'expired' || live.state === 'ended') return undefined;
  const [own, ...later] = await tx
    .select()
    .from(subscriptionPeriods)
    .where(
      and(
        eq(subscriptionPeriods.subscriptionId, subscriptionId),
        gte(subscriptionPeriods.n, periodN),
      ),
    )
    .orderBy(asc(subscriptionPeriods.n));
  return own?.n === periodN ? { live, own, later } : undefined;
}

/** What the subscription's row becomes; undefined when less than a day would be taken from later periods. */
async function nextStanding(
  tx: Transaction,
  revocation: Revocation,
  revoked: Revoked,
): Promise<Partial<Subscription> | undefined> {
  const { live, own, later } = revoked;
  if (later.length > 0) {
    const days = daysTaken(revoked, revocation.asOf);
    if (days === 0) return undefined;
    const periodEnd = shifted(live, live.periodEnd, -days);
    return { periodEnd, shiftDays: live.shiftDays - days };
  }
  const previous = own.startsAt > revocation.asOf ? await previousOf(tx, own) : undefined;
  return previous ? standAtPrevious(live, previous, revocation) : endNow(live, revocation.asOf);
}

function endNow(live: Subscription, asOf: Date): Partial<Subscription> {
  return { ...END, periodEnd: notBefore(live, asOf) };
}

/** A period lasts at least a second, also when its money goes back at once. */
function notBefore({ periodStart }: { periodStart: Date }, asOf: Date): Date {
  return new Date(Math.max(asOf.getTime(), periodStart.getTime() + 1_000));
}

/** The last period falls away before it began: the one before is the last again, and the next counts from its end. */
function standAtPrevious(
  live: Subscription,
  previous: Period,
  { bonusDays }: Revocation,
): Partial<Subscription> {
  const standing = { periodN: previous.n, periodEnd: previous.endsAt };
  if (live.anchorN <= previous.n) return { ...standing, shiftDays: live.shiftDays - bonusDays };
  const local = localTimeOf(previous.endsAt.getTime(), live.billingZone);
  const anchor = { anchorLocal: local, anchorN: previous.n + 1, shiftDays: 0 };
  return { ...standing, ...anchor, anchorDay: Number(local.slice(8, 10)) };
}

async function previousOf(tx: Transaction, own: Period): Promise<Period | undefined> {
  const [previous] = await tx
    .select()
    .from(subscriptionPeriods)
    .where(
      and(
        eq(subscriptionPeriods.subscriptionId, own.subscriptionId),
        lt(subscriptionPeriods.n, own.n),
      ),
    )
    .orderBy(desc(subscriptionPeriods.n))
    .limit(1);
  return previous;
}

/** In ascending order, each period lands where the one before has just made room. */
async function movePeriods(tx: Transaction, { asOf }: Revocation, revoked: Revoked): Promise<void> {
  const { live, own, later } = revoked;
  const hasBegun = own.startsAt <= asOf;
  const days = daysTaken(revoked, asOf);
  if (!hasBegun) await dropPeriod(tx, own);
  else if (later.length === 0)
    await setSpan(tx, own, { endsAt: notBefore({ periodStart: own.startsAt }, asOf) });
  else await setSpan(tx, own, { endsAt: shifted(live, own.endsAt, -days) });
  for (const period of later) {
    const startsAt = shifted(live, period.startsAt, -days);
    await setSpan(tx, period, { startsAt, endsAt: shifted(live, period.endsAt, -days) });
  }
}

const DAY = 86_400_000;

/** Whole days of the period that are still to come; for one that has not begun, all of it. */
function daysTaken({ live, own }: Revoked, asOf: Date): number {
  const fromMs = Math.max(asOf.getTime(), own.startsAt.getTime());
  const guess = Math.floor((own.endsAt.getTime() - fromMs) / DAY) + 1;
  // A clock change makes a day an hour shorter or longer, so the calendar has the last word.
  for (let days = guess; days > 0; days -= 1) {
    if (shifted(live, own.endsAt, -days).getTime() >= fromMs) return days;
  }
  return 0;
}

/** Days are counted on the calendar of the billing zone, so a clock change in between moves no hour. */
function shifted({ billingZone: zone }: Subscription, instant: Date, days: number): Date {
  const local = localTimeOf(instant.getTime(), zone);
  return new Date(boundaryMs({ local, zone, unit: 'day', count: 1 }, days));
}

function isThis(period: Period) {
  return and(
    eq(subscriptionPeriods.subscriptionId, period.subscriptionId),
    eq(subscriptionPeriods.n, period.n),
  );
}

async function setSpan(
  tx: Transaction,
  period: Period,
  span: { startsAt?: Date; endsAt: Date },
): Promise<void> {
  await tx.update(subscriptionPeriods).set(span).where(isThis(period));
}

/** A period nobody lived in leaves no row; the edit remembers it. */
async function dropPeriod(tx: Transaction, period: Period): Promise<void> {
  await tx.delete(subscriptionPeriods).where(isThis(period));
}

function standingOf(live: Subscription) {
  const { state, periodN, periodEnd, shiftDays } = live;
  return { state, periodN, periodEnd: periodEnd.toISOString(), shiftDays };
}

async function auditRevocation(
  tx: Transaction,
  { actor, reason, asOf }: Revocation,
  { before, after }: { before: Subscription; after: Subscription },
): Promise<void> {
  await writeAudit(tx, {
    action: after.state === 'ended' ? 'subscription.ended' : 'subscription.edited',
    entity: 'subscription',
    entityId: before.id,
    actor,
    before: standingOf(before),
    after: standingOf(after),
    reason,
    asOf,
  });
}
