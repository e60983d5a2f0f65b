import type { Transaction } from '../../../drizzle/client';
import type { PostOutcome } from '../../../src/domain/billing/payment';
import { promiseCards } from '../../cards';
import { promiseToUser } from '../../outbox';
import { succeedAttempt } from '../charges/attempts';
import { markPaid } from '../fulfilment';
import { lockWallet } from '../ledger';
import { openItem } from '../open-items';
import { amountOf, quoteHolds, type Order } from '../orders';
import { isStillPossible } from '../plan-changes';
import { reserveSlot, returnSlot } from '../promo-slots';
import { receiptOfCredit } from '../receipts';
import { creditWallet } from '../sales';
import { honour } from './honour';
import { itemOf, receiptOf, receiptPromise, sourceLeg, type Posting } from './posting';
import { postSuspense } from './quarantine';

/**
 * Money of an order that was closed: honoured while the quote holds and its code has a slot again (PR-9), else credited,
 * else suspended; never silent (CO-9).
 */
export async function settleLate(
  tx: Transaction,
  posting: Posting,
  order: Order,
): Promise<PostOutcome> {
  await openLateItem(tx, posting, order);
  return (await isStillSold(tx, posting, order))
    ? honour(tx, posting, { order, isLate: true })
    : creditLate(tx, posting, order);
}

/** Money for something that is not there any more, such as an upgrade of a plan that changed: it becomes credit. */
export async function settleOutdated(
  tx: Transaction,
  posting: Posting,
  { order, kind, reason }: { order: Order; kind: 'late_credit' | 'duplicate_paid'; reason: string },
): Promise<PostOutcome> {
  await openItem(tx, posting.settings, {
    ...itemOf(posting, order),
    key: `${posting.key}:${kind}`,
    kind,
    reason,
  });
  await returnSlot(tx, order.quote, posting.asOf);
  return creditLate(tx, posting, order);
}

async function isStillSold(tx: Transaction, posting: Posting, order: Order): Promise<boolean> {
  if (!quoteHolds(order, posting.asOf)) return false;
  if (!(await isStillPossible(tx, order, posting.asOf))) return false;
  const { quote, invoice } = order;
  await lockWallet(tx, invoice.userId);
  const wish = { quote, invoiceId: invoice.id, asOf: posting.asOf };
  return (await reserveSlot(tx, wish)) === undefined;
}

async function creditLate(tx: Transaction, posting: Posting, order: Order): Promise<PostOutcome> {
  const { utokPerMinor } = order.quote;
  const { id: invoiceId, userId, no } = order.invoice;
  if (utokPerMinor === null) return suspendLate(tx, posting, order);
  const receipt = receiptOf(posting, [sourceLeg(posting)]);
  const { payAmountMinor: amountMinor } = order.invoice;
  const tokensUtok = await creditWallet(tx, order, { ...receipt, amountMinor, utokPerMinor });
  const issued = await receiptOfCredit(tx, order, { ...receipt, tokensUtok });
  await markPaid(tx, order, { as: 'wallet_credit', asOf: posting.asOf });
  await promiseToUser(tx, userId, {
    ...receiptPromise(posting, `${userId}:pay.late:${invoiceId}`),
    template: 'pay.late.wallet',
    params: { no, tokensUtok, ...issued },
  });
  await promiseCards(tx, { invoiceId, because: 'paid' });
  return { kind: 'fulfilled', as: 'wallet_credit', isLate: true, invoiceId, userId };
}

async function suspendLate(tx: Transaction, posting: Posting, order: Order): Promise<PostOutcome> {
  const { id: invoiceId, userId, no } = order.invoice;
  await postSuspense(tx, posting, order);
  await promiseToUser(tx, userId, {
    ...receiptPromise(posting, `${userId}:pay.late:${invoiceId}`),
    template: 'pay.late.suspense',
    params: { no, ...amountOf(order.invoice) },
  });
  if (order.invoice.isAutomatic) await succeedAttempt(tx, invoiceId);
  const openItemKey = lateItemKey(posting);
  return { kind: 'quarantined', item: 'late_credit', invoiceId, userId, openItemKey };
}

export async function openLateItem(tx: Transaction, posting: Posting, order: Order): Promise<void> {
  await openItem(tx, posting.settings, {
    ...itemOf(posting, order),
    key: lateItemKey(posting),
    kind: 'late_credit',
    reason: `invoice ${order.invoice.no} was ${order.invoice.state} when its payment came`,
  });
}

function lateItemKey(posting: Posting): string {
  return `${posting.key}:late_credit`;
}
