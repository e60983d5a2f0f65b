import { and, eq, isNotNull } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../drizzle/client';
import { paymentMethods, payments, subscriptions } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import { writeAudit } from '../audit';
import type { Order } from './orders';
import type { PeriodGiven } from './periods';
import type { Receipt } from './sales';
import { lockLive } from './renewals';

/**
 * The first charge of a subscription in Stars: from now on Telegram renews it, and its first charge is remembered for
 * ever, because Telegram names the subscription by it (PC-15). Other orders are left alone.
 */
export async function keepStars(
  tx: Transaction,
  { invoice }: Order,
  { receipt, period }: { readonly receipt: Receipt; readonly period: PeriodGiven },
): Promise<void> {
  if (invoice.renewsBy !== 'stars' || period.kind !== 'given') return;
  const { subscriptionId } = period.change;
  const { paymentId, asOf } = receipt;
  const [payment] = await tx.select().from(payments).where(eq(payments.id, paymentId));
  assert(payment, `payment ${paymentId} exists`);
  const row = await lockLive(tx, subscriptionId);
  assert(row, `subscription ${subscriptionId} lives`);
  const methodId = v7();
  const { userId } = invoice;
  await tx.insert(paymentMethods).values({
    ...{ id: methodId, userId, provider: payment.provider, subscriptionId },
    ...{ label: 'Telegram Stars', state: 'active', tokenEnc: Buffer.alloc(0) },
    firstChargeId: payment.providerPaymentId,
  });
  await tx.update(payments).set({ methodId }).where(eq(payments.id, paymentId));
  const after = { driver: 'stars', methodId, autoRenew: true, cancelAtEnd: false } as const;
  const state = row.state === 'cancelling' ? ({ state: 'active' } as const) : {};
  await tx
    .update(subscriptions)
    .set({ ...after, ...state, consentId: null, retryAt: null })
    .where(eq(subscriptions.id, subscriptionId));
  await writeAudit(tx, {
    ...{
      action: 'subscription.driver_set',
      entity: 'subscription',
      entityId: subscriptionId,
      asOf,
    },
    actor: { kind: 'user', id: String(userId) },
    before: { driver: row.driver, methodId: row.methodId },
    after,
  });
}

/** The subscription that Telegram renews with charges of an order; undefined when it renews none. */
export async function renewedByStars(
  tx: Transaction,
  invoiceId: string,
): Promise<string | undefined> {
  const [kept] = await tx
    .select({ subscriptionId: paymentMethods.subscriptionId })
    .from(payments)
    .innerJoin(paymentMethods, eq(paymentMethods.id, payments.methodId))
    .where(and(eq(payments.invoiceId, invoiceId), isNotNull(paymentMethods.subscriptionId)));
  return kept?.subscriptionId ?? undefined;
}
