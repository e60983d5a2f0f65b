import { and, eq, isNull, notInArray } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { erasures, paymentMethods, subscriptions, users } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings } from '../../transactions';
import { endStandingTopup } from '../auto-topups/settling';

/** A person's wish, by the id of its row. */
export interface ErasureOrder {
  readonly erasureId: string;
  readonly userId: number;
  readonly asOf: string;
}

export interface BegunErasure {
  /** ISO 8601. */
  readonly dueAt: string;
  /** Saved methods whose permission is to be taken back at their providers. */
  readonly methodIds: readonly string[];
}

const DAY_MS = 24 * 3_600_000;

/**
 * Stops every charge in one transaction: money entry points are frozen, subscriptions renew no more. A repeat answers
 * the same.
 */
export async function beginErasure(
  { db, settings: defaults }: ActivityDeps,
  order: ErasureOrder,
): Promise<BegunErasure> {
  return inTransaction(db, async (tx) => {
    const { erasureId: id, userId } = order;
    const asOf = new Date(order.asOf);
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
    const settings = await readSettings(tx, defaults);
    const dueAt = new Date(asOf.getTime() + settings.erasureDelayDays * DAY_MS);
    const [created] = await tx
      .insert(erasures)
      .values({ id, userId, state: 'settling', requestedAt: asOf, dueAt })
      .onConflictDoNothing()
      .returning({ id: erasures.id });
    if (created) {
      await freezeMoney(tx, { id, userId });
      await stopRenewals(tx, { userId, asOf });
      await endStandingTopup(tx, { userId, asOf });
      await writeAudit(tx, {
        ...{ action: 'erasure.requested', entity: 'erasure', entityId: id, asOf },
        actor: { kind: 'user', id: String(userId) },
        after: { dueAt: dueAt.toISOString() },
      });
      await promiseToUser(tx, userId, {
        key: `${userId}:erasure.accepted:${id}`,
        template: 'erasure.accepted',
        params: { until: dueAt.toISOString() },
        category: 'money',
        asOf,
        settings,
      });
    }
    return { dueAt: await dueAtOf(tx, id), methodIds: await methodsOf(tx, userId) };
  });
}

/** A dispute that froze the person's money before keeps its own mark; the row of the erasure stops them anyway. */
async function freezeMoney(tx: Transaction, erasure: { id: string; userId: number }) {
  await tx
    .update(users)
    .set({ moneyFrozenBy: erasure.id })
    .where(and(eq(users.id, erasure.userId), isNull(users.moneyFrozenBy)));
}

/** Access lasts until the end of the period, as after any cancel (SB-17). */
async function stopRenewals(
  tx: Transaction,
  { userId, asOf }: { userId: number; asOf: Date },
): Promise<void> {
  const live = await tx
    .select()
    .from(subscriptions)
    .where(
      and(eq(subscriptions.userId, userId), notInArray(subscriptions.state, ['expired', 'ended'])),
    )
    .for('update');
  for (const { id, state, driver, autoRenew } of live) {
    const next = state === 'active' || state === 'trialing' ? 'cancelling' : state;
    const stopped = { state: next, driver: 'none', autoRenew: false, cancelAtEnd: true } as const;
    await tx.update(subscriptions).set(stopped).where(eq(subscriptions.id, id));
    await writeAudit(tx, {
      ...{ action: 'subscription.cancelled', entity: 'subscription', entityId: id, asOf },
      actor: { kind: 'user', id: String(userId) },
      before: { state, driver, autoRenew },
      after: stopped,
      reason: 'the person asked to be erased',
    });
  }
}

async function dueAtOf(tx: Transaction, erasureId: string): Promise<string> {
  const [row] = await tx
    .select({ dueAt: erasures.dueAt })
    .from(erasures)
    .where(eq(erasures.id, erasureId));
  assert(row, `erasure ${erasureId} was just recorded`);
  return row.dueAt.toISOString();
}

async function methodsOf(tx: Transaction, userId: number): Promise<string[]> {
  const rows = await tx
    .select({ id: paymentMethods.id })
    .from(paymentMethods)
    .where(and(eq(paymentMethods.userId, userId), notInArray(paymentMethods.state, ['revoked'])))
    .orderBy(paymentMethods.id);
  return rows.map(({ id }) => id);
}
