import { getClient } from '@temporalio/activity';
import { and, count, desc, eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { disputes, erasures, holds, invoices, users } from '../../../drizzle/schema';
import { checkoutId } from '../../../workflows/billing/contract';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings } from '../../transactions';
import { openItem } from '../open-items';
import { beginErasure, type ErasureOrder } from './beginning';
import { erasePerson } from './erasing';
import { stopMethod } from './methods';

/** What the `erasure` workflow does. Repeating any of it changes nothing. */
export function erasureActivities(deps: ActivityDeps) {
  return {
    beginErasure: (order: ErasureOrder) => beginErasure(deps, order),
    cancelOpenOrders: (person: { readonly userId: number }) => cancelOpenOrders(deps, person),
    stopMethod: (order: { readonly methodId: string; readonly asOf: string }) =>
      stopMethod(deps, order),
    showUnstopped: (silence: Silence) => showUnstopped(deps, silence),
    withdrawErasure: (order: ErasureOrder) => withdrawErasure(deps, order),
    erasePerson: (order: ErasureOrder) => erasePerson(deps, order),

    /** Holds that still run; tokens under them are nobody's to take. */
    async runningHolds({ userId }: { readonly userId: number }): Promise<{ active: number }> {
      const [row] = await deps.db
        .select({ active: count() })
        .from(holds)
        .where(and(eq(holds.userId, userId), eq(holds.state, 'active')));
      return { active: row?.active ?? 0 };
    },

    /** All is settled; only time has to pass. */
    async awaitErasure({ erasureId }: { readonly erasureId: string }): Promise<void> {
      await deps.db
        .update(erasures)
        .set({ state: 'waiting' })
        .where(and(eq(erasures.id, erasureId), eq(erasures.state, 'settling')));
    },
  };
}

interface Silence {
  readonly erasureId: string;
  readonly userId: number;
  readonly methodId: string;
  readonly reason: string;
  readonly asOf: string;
}

/** A provider refuses, or has been silent for long: somebody must look in its cabinet. */
async function showUnstopped(
  { db, settings: defaults }: ActivityDeps,
  { erasureId, userId, methodId, reason, asOf }: Silence,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await openItem(tx, await readSettings(tx, defaults), {
      key: `erasure:${erasureId}:method:${methodId}`,
      kind: 'unknown_outcome',
      userId,
      reason: `saved method ${methodId} of a person who leaves is not revoked at its provider: ${reason}`,
      asOf: new Date(asOf),
    });
  });
}

/** What is not paid yet is cancelled by its own workflow, which asks the provider first: paid wins (CO-7). */
async function cancelOpenOrders(
  { db, log }: ActivityDeps,
  { userId }: { readonly userId: number },
): Promise<void> {
  const open = await db
    .select({ id: invoices.id })
    .from(invoices)
    .where(and(eq(invoices.userId, userId), inArray(invoices.state, ['draft', 'pending'])));
  for (const { id } of open) {
    const actor = { kind: 'user', id: String(userId) };
    try {
      const handle = getClient().workflow.getHandle(checkoutId(id));
      await handle.executeUpdate('cancel', { args: [{ actor }] });
    } catch (error) {
      // It ended meanwhile, or cannot be reached: nothing is charged by an order, only paid by a person.
      log.warn({ err: error, invoiceId: id }, 'an order of a person who leaves was not cancelled');
    }
  }
}

/** A dispute that was opened meanwhile goes on freezing the person. */
async function thaw(
  tx: Transaction,
  { erasureId, userId }: { erasureId: string; userId: number },
): Promise<void> {
  const [dispute] = await tx
    .select({ id: disputes.id })
    .from(disputes)
    .where(and(eq(disputes.userId, userId), inArray(disputes.state, ['opened', 'evidence_sent'])))
    .orderBy(desc(disputes.id))
    .limit(1);
  await tx
    .update(users)
    .set({ moneyFrozenBy: dispute?.id ?? null })
    .where(and(eq(users.id, userId), eq(users.moneyFrozenBy, erasureId)));
}

/** Lifts the stop. Renewals stay off: the person turns on again what they want. */
async function withdrawErasure(
  { db, settings: defaults }: ActivityDeps,
  { erasureId, userId, asOf: at }: ErasureOrder,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const asOf = new Date(at);
    const [withdrawn] = await tx
      .update(erasures)
      .set({ state: 'withdrawn', finishedAt: asOf })
      .where(and(eq(erasures.id, erasureId), inArray(erasures.state, ['settling', 'waiting'])))
      .returning({ id: erasures.id });
    if (!withdrawn) return;
    await thaw(tx, { erasureId, userId });
    await writeAudit(tx, {
      ...{ action: 'erasure.withdrawn', entity: 'erasure', entityId: erasureId, asOf },
      actor: { kind: 'user', id: String(userId) },
    });
    await promiseToUser(tx, userId, {
      key: `${userId}:erasure.withdrawn:${erasureId}`,
      template: 'erasure.withdrawn',
      params: {},
      category: 'money',
      asOf,
      settings: await readSettings(tx, defaults),
    });
  });
}
