import type { Transaction } from '../../../drizzle/client';
import type { PostOutcome } from '../../../src/domain/billing/payment';
import { promiseToUser } from '../../outbox';
import { receiptOfCredit } from '../receipts';
import { creditWallet } from '../sales';
import { balanceOf } from '../ledger';
import { openItem } from '../open-items';
import { amountOf, type Order } from '../orders';
import { itemOf, receiptOf, receiptPromise, sourceLeg, type Posting } from './posting';
import { postSuspense } from './quarantine';

/** A second payment of a paid order becomes credit, or goes back where the setting or a missing rate says so (CO-11). */
export async function settleDuplicate(
  tx: Transaction,
  posting: Posting,
  order: Order,
): Promise<PostOutcome> {
  const { utokPerMinor } = order.quote;
  const { id: invoiceId, userId, no } = order.invoice;
  const openItemKey = `${posting.key}:duplicate_paid`;
  await openItem(tx, posting.settings, {
    ...itemOf(posting, order),
    key: openItemKey,
    kind: 'duplicate_paid',
    reason: `invoice ${no} was paid already`,
  });
  const told = receiptPromise(posting, `${userId}:pay.duplicate:${posting.paymentId}`);
  if (posting.settings.duplicatePayment === 'refund' || utokPerMinor === null) {
    await postSuspense(tx, posting, order);
    const params = { no, ...amountOf(order.invoice) };
    await promiseToUser(tx, userId, { ...told, template: 'pay.duplicate.refund', params });
    return { kind: 'duplicate', policy: 'refund', invoiceId, userId, openItemKey };
  }
  const receipt = receiptOf(posting, [sourceLeg(posting)]);
  const { payAmountMinor: amountMinor } = order.invoice;
  const tokensUtok = await creditWallet(tx, order, { ...receipt, amountMinor, utokPerMinor });
  const issued = await receiptOfCredit(tx, order, { ...receipt, tokensUtok });
  const balanceUtok = await balanceOf(tx, userId);
  const params = { no, ...amountOf(order.invoice), tokensUtok, balanceUtok, ...issued };
  await promiseToUser(tx, userId, { ...told, template: 'pay.duplicate.wallet', params });
  return { kind: 'duplicate', policy: 'wallet', invoiceId, userId, openItemKey };
}
