import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { invoices, payments, refunds } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { FACT_RANK } from '../../../src/domain/billing/payment';
import type { RefundPlan } from '../../../src/domain/billing/refund';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { writeAudit, type AuditEntry } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseCards } from '../../cards';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings, stepKey, workflowId } from '../../transactions';
import { clearing, moneyAccount } from '../accounts';
import { withdrawGift } from '../gifts/returning';
import { balanceOf, postTransfer } from '../ledger';
import { closeItem } from '../open-items';
import { issueRefundReceipt } from '../receipts';
import { returnSlot } from '../promo-slots';
import { lockSoldPayment, refundedMinor, type Refund, type SoldPayment } from './case';
import { ownRefund } from './planning';
import { revokePeriod } from './revocation';
import { takeBack } from './tokens';

export interface ProvedRefund {
  readonly paymentId: string;
  readonly providerRef: string;
  readonly requestedBy: NonNullable<AuditEntry['actor']>;
  readonly reason: string;
  readonly asOf: string;
}

export interface BookedRefund {
  readonly plan: RefundPlan;
  /** The subscription whose period was taken back; its workflow has to look. */
  readonly subscriptionId: string | undefined;
}

/** A refund the provider has proved, and everything that is booked with it. */
interface Booking {
  readonly refund: Refund;
  readonly plan: RefundPlan;
  readonly sold: SoldPayment;
  readonly settings: BillingSettings;
  readonly asOf: Date;
}

/**
 * Books a refund on the provider's proof: money, tokens, promo slot, period, states and message in one transaction
 * (RF-2). Repeating it changes nothing and returns the same.
 */
export async function settleRefund(
  deps: ActivityDeps,
  proved: ProvedRefund,
): Promise<BookedRefund> {
  return inTransaction(deps.db, async (tx) => {
    const asOf = new Date(proved.asOf);
    const sold = await lockSoldPayment(tx, { paymentId: proved.paymentId, asOf });
    const refund = await ownRefund(tx);
    assert(sold && refund?.plan, 'a refund is recorded before it is booked');
    const { plan } = refund;
    if (refund.state === 'done') return { plan, subscriptionId: sold.subscription?.subscriptionId };
    const booking = { refund, plan, sold, settings: await readSettings(tx, deps.settings), asOf };
    await bookMoney(tx, booking);
    await takeBack(tx, sold, { ...booking, ...plan, key: workflowId(), holdId: refund.holdId });
    await settleStates(tx, booking);
    const subscriptionId = plan.isFull ? await undoOrder(tx, booking, proved) : undefined;
    await finish(tx, booking, proved);
    return { plan, subscriptionId };
  });
}

async function bookMoney(tx: Transaction, { plan, sold, asOf }: Booking): Promise<void> {
  const { payment, order } = sold;
  await postTransfer(tx, {
    key: stepKey('refund'),
    kind: 'refund',
    legs: [
      { account: moneyAccount('deferred', plan.currency), amount: -plan.refundMinor },
      { account: clearing(payment.provider, plan.currency), amount: plan.refundMinor },
    ],
    userId: sold.userId,
    paymentId: payment.id,
    asOf,
    ...(order ? { invoiceId: order.invoice.id } : {}),
  });
}

/** Payment and order say how much of the money is gone; a state of a higher rank, told by the provider, stays (PC-8). */
async function settleStates(tx: Transaction, { plan, sold }: Booking): Promise<void> {
  const { payment, order, isFulfilling } = sold;
  // The refund being booked stands among the refunds of the payment.
  const isAllGone = refundedMinor(sold) >= payment.amountMinor;
  const state = isAllGone ? 'refunded' : 'partially_refunded';
  if (FACT_RANK[state] > payment.rank) {
    const change = { state, rank: FACT_RANK[state] } as const;
    await tx.update(payments).set(change).where(eq(payments.id, payment.id));
  }
  if (!order || !isFulfilling || order.invoice.state === 'refunded') return;
  const isWhole = plan.isFull && payment.amountMinor >= order.invoice.payAmountMinor;
  await tx
    .update(invoices)
    .set({ state: isWhole ? 'refunded' : 'partially_refunded' })
    .where(eq(invoices.id, order.invoice.id));
}

/** Nothing of the payment stays: the slot of its code is free again and the period it gave ends (PR-6, section 15.1). */
async function undoOrder(
  tx: Transaction,
  { plan, sold, asOf }: Booking,
  proved: ProvedRefund,
): Promise<string | undefined> {
  const { order, subscription, isFulfilling } = sold;
  if (!order || !isFulfilling) return undefined;
  await returnSlot(tx, order.quote, asOf);
  // Goodwill gives the money and leaves the goods.
  if (plan.policy === 'goodwill') return undefined;
  if (order.quote.purpose === 'gift') await withdrawGift(tx, order.invoice.id, asOf);
  if (!subscription) return undefined;
  return revokePeriod(tx, {
    key: stepKey('revoke'),
    subscriptionId: subscription.subscriptionId,
    periodN: subscription.periodN ?? (subscription.change === 'started' ? 0 : -1),
    bonusDays: order.quote.bonusDays,
    actor: proved.requestedBy,
    reason: proved.reason,
    asOf,
  });
}

async function finish(tx: Transaction, booking: Booking, proved: ProvedRefund): Promise<void> {
  const { refund, plan, sold, settings, asOf } = booking;
  const { providerRef, requestedBy: actor, reason } = proved;
  await tx.update(refunds).set({ state: 'done', providerRef }).where(eq(refunds.id, refund.id));
  await writeAudit(tx, {
    action: 'refund.done',
    entity: 'refund',
    entityId: refund.id,
    actor,
    before: { state: refund.state },
    after: { ...plan, providerRef },
    reason,
    asOf,
  });
  await closeItem(tx, {
    key: stepKey('refund_stuck'),
    state: 'resolved',
    resolution: 'refunded',
    operatorId: actor.id,
    reason,
    asOf,
  });
  const { userId } = sold;
  const receipt = await issueRefundReceipt(tx, { refundId: refund.id, asOf });
  const { currency, exponent, refundMinor: amountMinor } = plan;
  await promiseToUser(tx, userId, {
    key: `${userId}:refund.done:${refund.id}`,
    template: 'refund.done',
    params: {
      no: sold.order?.invoice.no ?? 0,
      ...{ amountMinor, currency, exponent },
      tokensUtok: plan.paidUtok + plan.bonusUtok + plan.debtUtok,
      balanceUtok: await balanceOf(tx, userId),
      ...receipt,
    },
    category: 'money',
    asOf,
    settings,
  });
  const invoiceId = sold.order?.invoice.id;
  if (invoiceId) await promiseCards(tx, { invoiceId, because: `refund:${refund.id}` });
}
