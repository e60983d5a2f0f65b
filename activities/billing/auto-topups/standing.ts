import { and, eq, notInArray } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { accounts, autoTopups, subscriptions } from '../../../drizzle/schema';
import type { TopupStop } from '../../../src/domain/billing/auto-topup';
import { writeAudit } from '../../audit';
import { wallet } from '../accounts';
import { chargeableMethod, isConsentInForce, type Method } from '../charges/methods';
import { moneyRefusal } from '../standing';

export type StandingOrder = typeof autoTopups.$inferSelect;

/** Why nothing may be charged for a standing order, or the method to charge. */
export type Permission =
  | { readonly kind: 'allowed'; readonly method: Method }
  | { readonly kind: 'denied'; readonly reason: string; readonly stop?: TopupStop };

/** The standing order, locked until the transaction ends; debits of the person wait for it. */
export async function lockStanding(
  tx: Transaction,
  userId: number,
): Promise<StandingOrder | undefined> {
  const [order] = await tx
    .select()
    .from(autoTopups)
    .where(eq(autoTopups.userId, userId))
    .for('update');
  return order;
}

/**
 * Whether a standing order may charge now: the person may move money, the consent stands, the card can be charged. The
 * person's row is locked before that of the order, so that a block or an erasure that comes now waits its turn.
 */
export async function lockPermission(
  tx: Transaction,
  userId: number,
  asOf: Date,
): Promise<{ order: StandingOrder | undefined; permission: Permission }> {
  const refusal = await moneyRefusal(tx, userId);
  const order = await lockStanding(tx, userId);
  if (!order?.isActive) return { order, permission: denied('it is switched off') };
  if (refusal !== undefined) return { order, permission: denied(refusal) };
  if (!(await isConsentInForce(tx, order.consentId, 'auto_topup'))) {
    return { order, permission: denied('the consent was withdrawn') };
  }
  return { order, permission: await methodOf(tx, order, asOf) };
}

function denied(reason: string, stop?: TopupStop): Permission {
  return { kind: 'denied', reason, ...(stop ? { stop } : {}) };
}

async function methodOf(tx: Transaction, order: StandingOrder, asOf: Date): Promise<Permission> {
  const method = await chargeableMethod(tx, order.methodId, asOf);
  return method ? { kind: 'allowed', method } : denied('the card is over', 'method');
}

/** What may be spent, as the last debit left it; lots past their end are settled by whoever spends. */
export async function availableNow(tx: Transaction, userId: number): Promise<number> {
  const [row] = await tx
    .select({ balance: accounts.balance, held: accounts.held })
    .from(accounts)
    .where(eq(accounts.code, wallet(userId).code));
  return (row?.balance ?? 0) - (row?.held ?? 0);
}

/** A top-up of a person without a plan would begin one, and nobody has asked for that (SB-6). */
export async function hasLivePlan(tx: Transaction, userId: number): Promise<boolean> {
  const [live] = await tx
    .select({ id: subscriptions.id })
    .from(subscriptions)
    .where(
      and(eq(subscriptions.userId, userId), notInArray(subscriptions.state, ['expired', 'ended'])),
    )
    .limit(1);
  return live !== undefined;
}

/** Nothing is left to do for now; the next debit notes it again. */
export async function clearRequest(tx: Transaction, userId: number): Promise<void> {
  await tx.update(autoTopups).set({ requestedAt: null }).where(eq(autoTopups.userId, userId));
}

/** Switches a standing order off; its consent stays on record. A repeat changes nothing. */
export async function switchOff(
  tx: Transaction,
  userId: number,
  stop: { readonly because: TopupStop; readonly asOf: Date },
): Promise<void> {
  const [stopped] = await tx
    .update(autoTopups)
    .set({ isActive: false, requestedAt: null, deferredUntil: null, declines: 0 })
    .where(and(eq(autoTopups.userId, userId), eq(autoTopups.isActive, true)))
    .returning({ userId: autoTopups.userId });
  if (!stopped) return;
  await writeAudit(tx, {
    ...{ action: 'auto_topup.stopped', entity: 'user', entityId: String(userId), asOf: stop.asOf },
    after: { because: stop.because },
  });
}
