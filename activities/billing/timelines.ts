import { and, eq, notInArray } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { subscriptionPeriods, subscriptions } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import {
  periodOf,
  startTimeline,
  type Period,
  type PeriodTerms,
  type Timeline,
} from '../../src/domain/billing/subscription';
import type { Driver } from '../../src/domain/billing/subscription-course';
import { writeAudit, type AuditEntry } from '../audit';

export type PaidBy = (typeof subscriptionPeriods.$inferSelect)['paidBy'];
export type Subscription = typeof subscriptions.$inferSelect;

/** The live subscription of a product, locked; a person has at most one. */
export async function lockLiveSubscription(
  tx: Transaction,
  userId: number,
  productCode: string,
): Promise<Subscription | undefined> {
  const [row] = await tx
    .select()
    .from(subscriptions)
    .where(
      and(
        eq(subscriptions.userId, userId),
        eq(subscriptions.productCode, productCode),
        notInArray(subscriptions.state, ['expired', 'ended']),
      ),
    )
    .for('update');
  return row;
}

/** What was paid for a period, and what its plan gives with it; decides what an upgrade costs (SB-18). */
export interface PeriodWorth {
  readonly minor: number;
  readonly currency: string;
  readonly planTokensUtok: number;
}

export interface NewSubscription {
  readonly subscriptionId: string;
  readonly userId: number;
  readonly productCode: string;
  readonly tariffVersionId: string;
  readonly terms: PeriodTerms;
  readonly zone: string;
  readonly asOf: Date;
  readonly feeTransferId?: string;
  /** A trial begins as one; everything else begins active. */
  readonly state?: 'trialing' | 'active';
  readonly paidBy?: PaidBy;
  readonly worth?: PeriodWorth;
  /** Who renews it; nobody when absent. */
  readonly driver?: Driver;
}

/** Starts a subscription with its period 0 at `asOf`, in the zone in which it will be counted for ever. */
export async function insertSubscription(tx: Transaction, start: NewSubscription): Promise<Period> {
  const timeline = startTimeline(
    { atMs: start.asOf.getTime(), zone: start.zone, n: 0 },
    start.terms,
  );
  const period = { ...periodOf(timeline, 0), startsAt: start.asOf };
  await tx.insert(subscriptions).values({
    id: start.subscriptionId,
    userId: start.userId,
    productCode: start.productCode,
    tariffVersionId: start.tariffVersionId,
    state: start.state ?? 'active',
    driver: start.driver ?? 'none',
    autoRenew: (start.driver ?? 'none') !== 'none',
    anchorLocal: timeline.anchor.local,
    anchorN: 0,
    anchorDay: Number(timeline.anchor.local.slice(8, 10)),
    billingZone: start.zone,
    periodN: 0,
    periodStart: period.startsAt,
    periodEnd: period.endsAt,
    access: 'full',
  });
  await tx
    .insert(subscriptionPeriods)
    .values(periodRow(start.subscriptionId, { ...start, ...period }));
  await writeAudit(tx, {
    action: 'subscription.started',
    entity: 'subscription',
    entityId: start.subscriptionId,
    after: { periodEnd: period.endsAt.toISOString() },
    asOf: start.asOf,
  });
  return period;
}

export interface Extension {
  readonly tariffVersionId: string;
  readonly terms: PeriodTerms;
  readonly asOf: Date;
  readonly paidBy?: PaidBy;
  readonly worth?: PeriodWorth;
  readonly feeTransferId?: string;
  /** The end of a trial or of unpaid time: from now on it is an ordinary paid subscription. */
  readonly isRenewal?: boolean;
  /** Begins the period here instead of at the old end, as a new anchor (SB-13). */
  readonly restartAt?: Date;
}

/** The period that extending would append, without appending it. */
export function nextPeriodOf(
  live: Subscription,
  extension: Pick<Extension, 'tariffVersionId' | 'terms' | 'restartAt'>,
): Period {
  const n = live.periodN + 1;
  const startsAt = extension.restartAt ?? live.periodEnd;
  return { ...periodOf(timelineFor(live, extension, n), n), startsAt };
}

/** What appending a period changes, before anything of it is written. */
export interface Appended {
  readonly period: Period;
  readonly change: Partial<Subscription>;
  readonly row: typeof subscriptionPeriods.$inferInsert;
  readonly entry: AuditEntry;
}

/**
 * Appends the next period exactly at the current end, whatever the time of processing (SB-3). Other terms than the
 * subscription's own count from that end as a new anchor.
 */
export async function extendSubscription(
  tx: Transaction,
  live: Subscription,
  extension: Extension,
): Promise<Period> {
  const { period, change, row, entry } = appendPeriod(live, extension);
  await tx.update(subscriptions).set(change).where(eq(subscriptions.id, live.id));
  await tx.insert(subscriptionPeriods).values(row);
  await writeAudit(tx, entry);
  return period;
}

/** The same without writing it. */
export function appendPeriod(live: Subscription, extension: Extension): Appended {
  const n = live.periodN + 1;
  const timeline = timelineFor(live, extension, n);
  const period = nextPeriodOf(live, extension);
  assert(period.endsAt > period.startsAt, `period ${n} of ${live.id} ends after it starts`);
  return {
    period,
    change: {
      periodN: n,
      periodEnd: period.endsAt,
      tariffVersionId: extension.tariffVersionId,
      anchorLocal: timeline.anchor.local,
      anchorN: timeline.anchorN,
      anchorDay: Number(timeline.anchor.local.slice(8, 10)),
      // Days that were given before the new anchor are in it already.
      shiftDays: timeline.shiftDays,
      ...standingAfter(live, extension, period),
    },
    row: periodRow(live.id, { ...extension, ...period }),
    entry: {
      action: 'subscription.renewed',
      entity: 'subscription',
      entityId: live.id,
      before: { periodEnd: live.periodEnd.toISOString() },
      after: { periodEnd: period.endsAt.toISOString() },
      asOf: extension.asOf,
    },
  };
}

/** Whatever pays for unpaid time ends it, and a plan that was chosen for the next period has begun with it. */
function standingAfter(
  live: Subscription,
  extension: Extension,
  { startsAt }: Period,
): Partial<Subscription> {
  const isPaidAgain = extension.isRenewal === true || live.state === 'past_due';
  const hasBegun = extension.tariffVersionId === live.nextTariffVersionId;
  return {
    ...(isPaidAgain ? ({ state: 'active', access: 'full', retryAt: null } as const) : {}),
    ...(startsAt <= extension.asOf ? { periodStart: startsAt } : {}),
    ...(hasBegun ? { nextTariffVersionId: null } : {}),
  };
}

function timelineFor(
  live: Subscription,
  extension: Pick<Extension, 'tariffVersionId' | 'terms' | 'restartAt'>,
  n: number,
): Timeline {
  const { restartAt } = extension;
  if (restartAt || extension.tariffVersionId !== live.tariffVersionId) {
    const begin = { atMs: (restartAt ?? live.periodEnd).getTime(), zone: live.billingZone, n };
    return startTimeline(begin, extension.terms);
  }
  const local = new Date(`${live.anchorLocal.replace(' ', 'T')}Z`).toISOString().slice(0, 23);
  return {
    anchor: { local, zone: live.billingZone, ...extension.terms },
    anchorN: live.anchorN,
    shiftDays: live.shiftDays,
  };
}

function periodRow(
  subscriptionId: string,
  period: Period & Pick<NewSubscription, 'feeTransferId' | 'paidBy' | 'worth'>,
): typeof subscriptionPeriods.$inferInsert {
  const payer = period.feeTransferId === undefined ? 'invoice' : 'wallet';
  return {
    subscriptionId,
    n: period.n,
    startsAt: period.startsAt,
    endsAt: period.endsAt,
    feeTransferId: period.feeTransferId ?? null,
    paidBy: period.paidBy ?? payer,
    valueMinor: period.worth?.minor ?? null,
    valueCurrency: period.worth?.currency ?? null,
    valuedFrom: period.worth ? period.startsAt : null,
    planTokensUtok: period.worth?.planTokensUtok ?? 0,
  };
}
