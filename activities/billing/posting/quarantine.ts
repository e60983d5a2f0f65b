import type { Transaction } from '../../../drizzle/client';
import type { MismatchKind, PostOutcome } from '../../../src/domain/billing/payment';
import { promiseToUser } from '../../outbox';
import { moneyAccount } from '../accounts';
import { postTransfer } from '../ledger';
import { succeedAttempt } from '../charges/attempts';
import { openItem } from '../open-items';
import type { Order } from '../orders';
import { itemOf, moneyOf, receiptPromise, sourceLeg, type Posting } from './posting';

/** Money that does not match waits in suspense, whole and visible, until somebody decides (CO-10). */
export async function quarantine(
  tx: Transaction,
  posting: Posting,
  found: { order: Order | undefined; item: MismatchKind; reason: string },
): Promise<PostOutcome> {
  const { order, item, reason } = found;
  const openItemKey = `${posting.key}:${item}`;
  await postSuspense(tx, posting, order);
  await openItem(tx, posting.settings, {
    ...itemOf(posting, order),
    key: openItemKey,
    kind: item,
    reason,
  });
  if (!order) return { kind: 'quarantined', item, openItemKey };
  const { id: invoiceId, userId, no, isAutomatic } = order.invoice;
  // The provider did take money: its charge is not asked about any longer.
  if (isAutomatic) await succeedAttempt(tx, invoiceId);
  const { minor: amountMinor, currency, exponent } = moneyOf(posting);
  await promiseToUser(tx, userId, {
    ...receiptPromise(posting, `${userId}:pay.quarantine:${posting.paymentId}`),
    template: 'pay.quarantine',
    params: { no, amountMinor, currency, exponent },
  });
  return { kind: 'quarantined', item, invoiceId, userId, openItemKey };
}

/** Money that cannot be credited waits in suspense, visible and whole. */
export async function postSuspense(
  tx: Transaction,
  posting: Posting,
  order: Order | undefined,
): Promise<void> {
  const { minor, currency } = moneyOf(posting);
  if (minor === 0) return;
  await postTransfer(tx, {
    key: `${posting.key}:post`,
    kind: 'quarantine',
    legs: [sourceLeg(posting), { account: moneyAccount('suspense', currency), amount: minor }],
    paymentId: posting.paymentId,
    asOf: posting.asOf,
    ...(order ? { invoiceId: order.invoice.id, userId: order.invoice.userId } : {}),
  });
}
