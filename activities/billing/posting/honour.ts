import type { Transaction } from '../../../drizzle/client';
import { promiseToOperators, promiseToUser } from '../../outbox';
import { fulfilOrder } from '../fulfilment';
import type { Leg } from '../ledger';
import { amountOf, type Order } from '../orders';
import { receiptOf, receiptPromise, sourceLeg, type Fulfilled, type Posting } from './posting';

/** Gives what the order promised, for this payment or for several that made it whole together. */
export async function honour(
  tx: Transaction,
  posting: Posting,
  honoured: { order: Order; isLate: boolean; sources?: readonly Leg[] },
): Promise<Fulfilled> {
  const { order, isLate } = honoured;
  const receipt = receiptOf(posting, honoured.sources ?? [sourceLeg(posting)]);
  if (isLate) await tellHonoured(tx, posting, order);
  const given = await fulfilOrder(tx, order, receipt);
  await tellOperators(tx, posting, order);
  return {
    kind: 'fulfilled',
    as: 'order',
    isLate,
    invoiceId: order.invoice.id,
    userId: order.invoice.userId,
    ...given,
  };
}

/** Why a receipt comes for an order that was closed; the receipt itself follows (CO-9). */
async function tellHonoured(tx: Transaction, posting: Posting, order: Order): Promise<void> {
  const { id: invoiceId, userId, no } = order.invoice;
  await promiseToUser(tx, userId, {
    ...receiptPromise(posting, `${userId}:pay.late:${invoiceId}`),
    template: 'pay.late.honoured',
    params: { no },
  });
}

/** Money came: one line for the operators, for each payment. */
export async function tellOperators(
  tx: Transaction,
  posting: Posting,
  order: Order,
): Promise<void> {
  const { no, userId, id } = order.invoice;
  const isFirst = order.invoice.fulfilledAs === null;
  await promiseToOperators(tx, posting.settings, {
    key: `ops:ops.payment:${isFirst ? id : posting.paymentId}`,
    template: 'ops.payment',
    params: { no, userId, ...amountOf(order.invoice) },
    asOf: posting.asOf,
  });
}
