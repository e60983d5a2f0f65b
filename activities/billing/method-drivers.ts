import { and, desc, eq, isNotNull } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { payments, subscriptions } from '../../drizzle/schema';
import { writeAudit } from '../audit';
import { isConsentInForce } from './charges/methods';
import type { Invoice } from './orders';
import { lockLive } from './renewals';

/**
 * From now on a saved method renews the subscription that an order began or extended, where the buyer agreed to that
 * and the consent stands (SB-8). False when nothing is renewed by it.
 */
export async function driveByMethod(
  tx: Transaction,
  { id: invoiceId, userId, renewsBy, consentId }: Invoice,
  { methodId, asOf }: { readonly methodId: string; readonly asOf: Date },
): Promise<boolean> {
  if (renewsBy !== 'saved_method' || consentId === null) return false;
  if (!(await isConsentInForce(tx, consentId, 'autopay'))) return false;
  const row = await lockLive(tx, await subscriptionOf(tx, invoiceId));
  if (row?.userId !== userId) return false;
  const after = { driver: 'saved_method', methodId, consentId, autoRenew: true } as const;
  const isKept = { cancelAtEnd: false, state: row.state === 'cancelling' ? 'active' : row.state };
  await tx
    .update(subscriptions)
    .set({ ...after, ...isKept })
    .where(eq(subscriptions.id, row.id));
  await writeAudit(tx, {
    ...{ action: 'subscription.driver_set', entity: 'subscription', entityId: row.id, asOf },
    actor: { kind: 'user', id: String(userId) },
    before: { driver: row.driver, methodId: row.methodId },
    after,
  });
  return true;
}

/** What the payment of an order began or extended. */
async function subscriptionOf(tx: Transaction, invoiceId: string): Promise<string | null> {
  const [paid] = await tx
    .select({ outcome: payments.outcome })
    .from(payments)
    .where(and(eq(payments.invoiceId, invoiceId), isNotNull(payments.outcome)))
    .orderBy(desc(payments.recordedAt))
    .limit(1);
  const outcome = paid?.outcome;
  return outcome?.kind === 'fulfilled' ? (outcome.subscription?.subscriptionId ?? null) : null;
}
