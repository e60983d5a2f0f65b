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
import { writeAudit } from '../audit';

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

export interface NewSubscription {
  readonly subscriptionId: string;
  readonly userId: number;
  readonly productCode: string;
  readonly tariffVersionId: string;
  readonly terms: PeriodTerms;
  readonly zone: string;
  readonly asOf: Date;
  readonly feeTransferId?: string;
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
    state: 'active',
    driver: 'none',
    anchorLocal: timeline.anchor.local,
    anchorN: 0,
    anchorDay: Number(timeline.anchor.local.slice(8, 10)),
    billingZone: start.zone,
    periodN: 0,
    periodStart: period.startsAt,
    periodEnd: period.endsAt,
    access: 'full',
  });
  await insertPeriod(tx, start.subscriptionId, { ...period, feeTransferId: start.feeTransferId });
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
  const n = live.periodN + 1;
  const timeline = timelineFor(live, extension, n);
  const period = { ...periodOf(timeline, n), startsAt: live.periodEnd };
  assert(period.endsAt > period.startsAt, `period ${n} of ${live.id} ends after it starts`);
  await tx
    .update(subscriptions)
    .set({
      periodN: n,
      periodEnd: period.endsAt,
      tariffVersionId: extension.tariffVersionId,
      anchorLocal: timeline.anchor.local,
      anchorN: timeline.anchorN,
      anchorDay: Number(timeline.anchor.local.slice(8, 10)),
    })
    .where(eq(subscriptions.id, live.id));
  await insertPeriod(tx, live.id, { ...period, feeTransferId: undefined });
  await writeAudit(tx, {
    action: 'subscription.renewed',
    entity: 'subscription',
    entityId: live.id,
    before: { periodEnd: live.periodEnd.toISOString() },
    after: { periodEnd: period.endsAt.toISOString() },
    asOf: extension.asOf,
  });
  return period;
}

function timelineFor(live: Subscription, extension: Extension, n: number): Timeline {
  if (extension.tariffVersionId !== live.tariffVersionId) {
    const begin = { atMs: live.periodEnd.getTime(), zone: live.billingZone, n };
    return startTimeline(begin, extension.terms);
  }
  const local = new Date(`${live.anchorLocal.replace(' ', 'T')}Z`).toISOString().slice(0, 23);
  return {
    anchor: { local, zone: live.billingZone, ...extension.terms },
    anchorN: live.anchorN,
  };
}

async function insertPeriod(
  tx: Transaction,
  subscriptionId: string,
  period: Period & { feeTransferId: string | undefined },
): Promise<void> {
  await tx.insert(subscriptionPeriods).values({
    subscriptionId,
    n: period.n,
    startsAt: period.startsAt,
    endsAt: period.endsAt,
    feeTransferId: period.feeTransferId ?? null,
    paidBy: period.feeTransferId === undefined ? 'invoice' : 'wallet',
  });
}
