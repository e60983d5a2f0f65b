import { asyncLocalStorage, getClient, log } from '@temporalio/activity';
import { and, eq, inArray } from 'drizzle-orm';
import type { Database, Transaction } from '../drizzle/client';
import { subscriptions } from '../drizzle/schema';
import { fundsArrivedSignal, subscriptionWorkflowId } from '../workflows/billing/contract';

const funded = new WeakMap<Transaction, Set<number>>();

/**
 * Notes that somebody can pay more when this transaction commits than before it: tokens came or came free, or they may
 * move money again. Their unpaid subscriptions are told then (SB-13).
 */
export function noteFunds(tx: Transaction, userId: number): void {
  const people = funded.get(tx);
  if (people) people.add(userId);
  else funded.set(tx, new Set([userId]));
}

/** Whose funds the transaction has raised so far. */
export function fundedIn(tx: Transaction): readonly number[] {
  return [...(funded.get(tx) ?? [])];
}

/**
 * Tells the unpaid subscriptions of people to look again. Nobody depends on it: a word that is lost with its process
 * only leaves the renewal to its next try, or to the last look before the end.
 */
export async function wakeUnpaid(db: Database, userIds: readonly number[]): Promise<void> {
  // Beside activities, as in a script, there is nobody to tell it to.
  if (userIds.length === 0 || asyncLocalStorage.getStore() === undefined) return;
  try {
    const unpaid = await db
      .select({ id: subscriptions.id })
      .from(subscriptions)
      .where(and(inArray(subscriptions.userId, [...userIds]), eq(subscriptions.state, 'past_due')));
    for (const { id } of unpaid) {
      await getClient()
        .workflow.getHandle(subscriptionWorkflowId(id))
        .signal(fundsArrivedSignal.name);
    }
  } catch (error) {
    log.warn('an unpaid subscription was not told of new funds; it looks by itself', { error });
  }
}
