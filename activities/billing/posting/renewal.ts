import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { invoices, subscriptions } from '../../../drizzle/schema';
import { assertNever } from '../../../src/domain/assert';
import { isOpen } from '../../../src/domain/billing/invoice';
import type { PostOutcome } from '../../../src/domain/billing/payment';
import { writeAudit } from '../../audit';
import { promiseToUser } from '../../outbox';
import { succeedAttempt } from '../charges/attempts';
import { openItem } from '../open-items';
import { amountOf, type Order } from '../orders';
import { renewalStanding } from '../renewals';
import type { Subscription } from '../timelines';
import { settleDuplicate } from './duplicate';
import { honour } from './honour';
import { openLateItem, settleOutdated } from './late';
import { itemOf, receiptPromise, type Posting } from './posting';
import { postSuspense } from './quarantine';

/**
 * Money of a charge that renews a subscription: its next period, however late it comes, as long as that is not paid
 * otherwise (SB-9). Else it becomes credit; after a cancel it goes back, where the setting says so (SB-14).
 */
export async function settleRenewal(
  tx: Transaction,
  posting: Posting,
  order: Order,
): Promise<PostOutcome> {
  const { state, no } = order.invoice;
  if (state !== 'cancelled' && state !== 'expired' && !isOpen(state)) {
    return settleDuplicate(tx, posting, order);
  }
  const standing = await renewalStanding(tx, order, posting.settings);
  switch (standing.kind) {
    case 'due':
      if (!isOpen(state)) await openLateItem(tx, posting, order);
      return honour(tx, posting, { order, isLate: !isOpen(state) });
    case 'cancelled':
      return giveBackCancelled(tx, posting, { order, row: standing.row });
    case 'covered': {
      const reason = `the period of renewal ${no} was paid otherwise before its money came`;
      return settleOutdated(tx, posting, { order, kind: 'duplicate_paid', reason });
    }
    case 'over': {
      const reason = `the subscription of renewal ${no} was over when its money came`;
      return settleOutdated(tx, posting, { order, kind: 'late_credit', reason });
    }
    default:
      return assertNever(standing);
  }
}

/** The subscription is over now, and its money waits in suspense only until the provider has it back. */
export async function giveBackCancelled(
  tx: Transaction,
  posting: Posting,
  { order, row }: { readonly order: Order; readonly row: Subscription },
): Promise<PostOutcome> {
  const { id: invoiceId, userId, no } = order.invoice;
  const openItemKey = `${posting.key}:late_credit`;
  await openItem(tx, posting.settings, {
    ...itemOf(posting, order),
    key: openItemKey,
    kind: 'late_credit',
    reason: `subscription ${row.id} was cancelled while the charge of invoice ${no} was in flight`,
  });
  await postSuspense(tx, posting, order);
  await endCancelled(tx, posting, { order, row });
  await promiseToUser(tx, userId, {
    ...receiptPromise(posting, `${userId}:sub.cancelled_refund:${posting.paymentId}`),
    template: 'sub.cancelled_refund',
    params: amountOf(order.invoice),
  });
  const cancelled = { subscriptionId: row.id, change: 'funded' } as const;
  return { kind: 'duplicate', policy: 'refund', invoiceId, userId, openItemKey, cancelled };
}

async function endCancelled(
  tx: Transaction,
  { asOf }: Posting,
  { order: { invoice }, row }: { readonly order: Order; readonly row: Subscription },
): Promise<void> {
  if (isOpen(invoice.state)) {
    const closed = { state: 'cancelled', closedAt: asOf } as const;
    await tx.update(invoices).set(closed).where(eq(invoices.id, invoice.id));
  }
  await succeedAttempt(tx, invoice.id);
  const isUnpaid = row.periodEnd <= asOf;
  if (!isUnpaid) return;
  const after = { state: 'expired', access: 'none' } as const;
  await tx.update(subscriptions).set(after).where(eq(subscriptions.id, row.id));
  await writeAudit(tx, {
    ...{ action: 'subscription.expired', entity: 'subscription', entityId: row.id, asOf },
    before: { state: row.state, access: row.access },
    after,
  });
}
