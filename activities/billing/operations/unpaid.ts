import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptions } from '../../../drizzle/schema';
import { fundsArrivedSignal, subscriptionWorkflowId } from '../../../workflows/billing/contract';
import type { OperationEffect } from '../../../workflows/billing/operation/contract';

/** Tells the unpaid subscriptions of a person to look again: what held their renewal back may be gone (SB-13). */
export async function wakeUnpaid(tx: Transaction, userId: number): Promise<OperationEffect[]> {
  const rows = await tx
    .select({ id: subscriptions.id })
    .from(subscriptions)
    .where(and(eq(subscriptions.userId, userId), eq(subscriptions.state, 'past_due')));
  return rows.map(({ id }) => ({
    kind: 'signal',
    workflowId: subscriptionWorkflowId(id),
    signal: fundsArrivedSignal.name,
    args: [],
  }));
}
