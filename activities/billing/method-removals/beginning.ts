import { and, eq, inArray, or } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import {
  attempts,
  autoTopups,
  consents,
  paymentMethods,
  subscriptions,
  subscriptionSteps,
  users,
} from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { Wished } from '../../../workflows/billing/subscription/contract';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings, workflowId } from '../../transactions';
import { switchOff } from '../auto-topups/standing';
import { LIVE } from '../charges/attempts';
import type { Method } from '../charges/methods';
import { grantIn } from '../subscription-wishes';

export interface RemovalOrder {
  readonly methodId: string;
  readonly userId: number;
  readonly asOf: string;
}

export type BegunRemoval =
  /** From now on nothing is charged by it; the subscriptions are those that it renewed. */
  | { readonly kind: 'begun'; readonly subscriptionIds: readonly string[] }
  /** No card of theirs, a charge by it whose outcome is open, or a subscription that Telegram renews. */
  | { readonly kind: 'refused'; readonly reason: 'not_found' | 'charging' | 'stars' };

type Subscription = typeof subscriptions.$inferSelect;

/**
 * Takes a saved method out of use in one transaction: what it renewed renews no more, its automatic top-up is off, the
 * consents behind both are withdrawn, and its owner is told. A repeat answers the same.
 */
export async function beginMethodRemoval(
  deps: ActivityDeps,
  order: RemovalOrder,
): Promise<BegunRemoval> {
  return inTransaction(deps.db, async (tx) => {
    const { methodId, userId } = order;
    // Whoever charges locks the person first, so nothing begins a charge meanwhile.
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
    const method = await ownMethod(tx, order);
    if (!method) return { kind: 'refused', reason: 'not_found' };
    if (method.subscriptionId !== null) return { kind: 'refused', reason: 'stars' };
    if (method.state === 'removing' || method.state === 'revoked') {
      return { kind: 'begun', subscriptionIds: await stoppedBefore(tx) };
    }
    const renewed = await renewedBy(tx, methodId);
    if (await isCharging(tx, methodId, renewed)) return { kind: 'refused', reason: 'charging' };
    await takeBack(tx, deps, { order, method, renewed });
    return { kind: 'begun', subscriptionIds: renewed.map(({ id }) => id) };
  });
}

async function ownMethod(
  tx: Transaction,
  { methodId, userId }: RemovalOrder,
): Promise<Method | undefined> {
  const [method] = await tx
    .select()
    .from(paymentMethods)
    .where(and(eq(paymentMethods.id, methodId), eq(paymentMethods.userId, userId)));
  return method;
}

function renewedBy(tx: Transaction, methodId: string): Promise<Subscription[]> {
  return tx
    .select()
    .from(subscriptions)
    .where(and(eq(subscriptions.methodId, methodId), eq(subscriptions.driver, 'saved_method')))
    .orderBy(subscriptions.id);
}

async function isCharging(
  tx: Transaction,
  methodId: string,
  renewed: readonly Subscription[],
): Promise<boolean> {
  const ids = renewed.map(({ id }) => id);
  const [live] = await tx
    .select({ id: attempts.id })
    .from(attempts)
    .where(
      and(
        inArray(attempts.state, [...LIVE]),
        or(eq(attempts.methodId, methodId), inArray(attempts.subscriptionId, ids)),
      ),
    )
    .limit(1);
  return live !== undefined;
}

interface Taking {
  readonly order: RemovalOrder;
  readonly method: Method;
  readonly renewed: readonly Subscription[];
}

async function takeBack(tx: Transaction, deps: ActivityDeps, taking: Taking): Promise<void> {
  const { order, method, renewed } = taking;
  const { methodId, userId } = order;
  const asOf = new Date(order.asOf);
  for (const { id } of renewed) await stopRenewing(tx, deps, { order, subscriptionId: id });
  const topup = await stopTopup(tx, order);
  const consentIds = [...renewed.map(({ consentId }) => consentId), topup?.consentId ?? null];
  await withdraw(tx, consentIds, asOf);
  const { state, provider, label } = method;
  await tx.update(paymentMethods).set({ state: 'removing' }).where(eq(paymentMethods.id, methodId));
  await writeAudit(tx, {
    ...{ action: 'method.removed', entity: 'user', entityId: String(userId), asOf },
    actor: { kind: 'user', id: String(userId) },
    before: { state },
    after: { methodId, provider, state: 'removing' },
  });
  await promiseToUser(tx, userId, {
    key: `${userId}:method.removed:${methodId}`,
    template: 'method.removed',
    params: { label, ...stopped(renewed), ...(topup?.isActive ? { stopsTopup: 1 } : {}) },
    category: 'money',
    asOf,
    settings: await readSettings(tx, deps.settings),
  });
}

function stopped([first]: readonly Subscription[]): { readonly renewedUntil?: string } {
  return first === undefined ? {} : { renewedUntil: first.periodEnd.toISOString() };
}

/** The wish of its owner, granted like one made on the subscription's own screen. */
async function stopRenewing(
  tx: Transaction,
  deps: ActivityDeps,
  { order, subscriptionId }: { order: RemovalOrder; subscriptionId: string },
): Promise<void> {
  const wished: Wished<'setDriver'> = {
    driver: 'none',
    actor: { kind: 'user', id: String(order.userId) },
    reason: 'its card is removed',
  };
  const wish = { subscriptionId, updateId: workflowId(), kind: 'setDriver', wished } as const;
  const outcome = await grantIn(tx, deps, { ...wish, asOf: order.asOf });
  const isOver = outcome.kind === 'done' || outcome.reason === 'not_live';
  assert(isOver, `subscription ${subscriptionId} stops renewing: nothing is under way`);
}

/** The standing order that charged the card, as it stood before; undefined when there was none. */
async function stopTopup(tx: Transaction, { methodId, userId, asOf: at }: RemovalOrder) {
  const [topup] = await tx
    .select()
    .from(autoTopups)
    .where(and(eq(autoTopups.userId, userId), eq(autoTopups.methodId, methodId)))
    .for('update');
  if (topup) await switchOff(tx, userId, { because: 'removed', asOf: new Date(at) });
  return topup;
}

async function withdraw(
  tx: Transaction,
  given: readonly (string | null)[],
  withdrawnAt: Date,
): Promise<void> {
  const ids = given.filter((id) => id !== null);
  await tx.update(consents).set({ withdrawnAt }).where(inArray(consents.id, ids));
}

/** What this very removal stopped when it was granted: the answer was lost on its way. */
async function stoppedBefore(tx: Transaction): Promise<string[]> {
  const rows = await tx
    .select({ subscriptionId: subscriptionSteps.subscriptionId })
    .from(subscriptionSteps)
    .where(eq(subscriptionSteps.name, `wish:setDriver:${workflowId()}`));
  return rows.map(({ subscriptionId }) => subscriptionId);
}
