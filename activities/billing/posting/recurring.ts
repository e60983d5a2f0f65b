import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptionPeriods } from '../../../drizzle/schema';
import { isOpen } from '../../../src/domain/billing/invoice';
import type { PostOutcome } from '../../../src/domain/billing/payment';
import { fulfilRecurring } from '../fulfilment';
import { lockWallet } from '../ledger';
import type { Order } from '../orders';
import { lockLive } from '../renewals';
import { renewedByStars } from '../stars-methods';
import type { Subscription } from '../timelines';
import { settleDuplicate } from './duplicate';
import { tellOperators } from './honour';
import { receiptOf, sourceLeg, type Posting } from './posting';
import { giveBackCancelled } from './renewal';

/** Telegram charges under the payload of the first order: a further charge of it is a renewal, never the same payment. */
export function isRecurring({ fact }: Posting, { invoice }: Order): boolean {
  const isFulfilled = !isOpen(invoice.state) && invoice.fulfilledAs === 'order';
  return invoice.renewsBy === 'stars' && isFulfilled && fact.isFirstRecurring !== true;
}

/**
 * A charge of Telegram's own schedule: the next period of the subscription that its first charge began (SB-8). When
 * somebody else has paid the time that runs, or the subscription is over, it is a second payment (SB-9).
 */
export async function settleRecurring(
  tx: Transaction,
  posting: Posting,
  order: Order,
): Promise<PostOutcome> {
  const { id: invoiceId, userId } = order.invoice;
  await lockWallet(tx, userId);
  const row = await lockLive(tx, (await renewedByStars(tx, invoiceId)) ?? null);
  if (!row || (await isCovered(tx, row, posting))) return settleDuplicate(tx, posting, order);
  const isUnwanted = row.cancelAtEnd && posting.settings.dunningCancelInflight === 'refund';
  if (isUnwanted) return giveBackCancelled(tx, posting, { order, row });
  const receipt = receiptOf(posting, [sourceLeg(posting)]);
  const given = await fulfilRecurring(tx, order, { row, receipt });
  await tellOperators(tx, posting, order);
  return { kind: 'fulfilled', as: 'order', isLate: false, invoiceId, userId, ...given };
}

/** What runs now was begun by another payer: Telegram came second for the same time. */
async function isCovered(tx: Transaction, row: Subscription, { asOf }: Posting): Promise<boolean> {
  const [running] = await tx
    .select()
    .from(subscriptionPeriods)
    .where(
      and(eq(subscriptionPeriods.subscriptionId, row.id), eq(subscriptionPeriods.n, row.periodN)),
    );
  if (!running || running.startsAt > asOf || running.endsAt <= asOf) return false;
  const others: readonly string[] = ['wallet', 'saved_method', 'invoice'];
  return others.includes(running.paidBy);
}
