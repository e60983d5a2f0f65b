import { eq } from 'drizzle-orm';
import { refunds } from '../../drizzle/schema';
import type { Money } from '../../src/domain/money';
import type { ActivityDeps } from '../deps';
import { inTransaction, readSettings, workflowId } from '../transactions';
import { isItemOpen, openItem } from './open-items';
import { bookReturn, lockSuspended, moneyOf, refundStuckKey, type RepairOrder } from './suspense';

export type OpenedRefund =
  | { readonly kind: 'opened'; readonly amount: Money; readonly userId: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

/** How suspended money goes back; each step is one transaction, keyed by the payment's workflow. */
export function refundActivities(deps: ActivityDeps) {
  return {
    openRefund: (repair: RepairOrder) => openRefund(deps, repair),
    bookRefund: (repair: RepairOrder & { providerRef: string }) => bookRefund(deps, repair),
    refuseRefund: (repair: RepairOrder & { refusal: string }) => refuseRefund(deps, repair),
  };
}

/**
 * Records that money is on its way back, before the provider is asked to send it. Refuses money that has left
 * suspense meanwhile, such as for an order that several payments completed together.
 */
async function openRefund({ db }: ActivityDeps, repair: RepairOrder): Promise<OpenedRefund> {
  return inTransaction(db, async (tx) => {
    const { payment, order } = await lockSuspended(tx, repair);
    if (payment.amountMinor === 0) return refuse('no amount of it could be read');
    if (!(await isItemOpen(tx, repair.openItemKey))) return refuse('its item is closed');
    await tx
      .insert(refunds)
      .values({
        key: refundKey(),
        paymentId: payment.id,
        amountMinor: payment.amountMinor,
        state: 'sent',
        policy: 'full',
        reason: repair.reason,
      })
      .onConflictDoNothing({ target: refunds.key });
    const userId = payment.payerUserId ?? order?.invoice.userId;
    return { kind: 'opened', amount: moneyOf(payment), userId };
  });
}

/** Books a refund the provider has proved: suspense gives the money back to clearing, and the payer is told. */
async function bookRefund(
  { db, settings: defaults }: ActivityDeps,
  repair: RepairOrder & { providerRef: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const suspended = await lockSuspended(tx, repair);
    await tx
      .update(refunds)
      .set({ state: 'done', providerRef: repair.providerRef })
      .where(eq(refunds.key, refundKey()));
    await bookReturn(tx, repair, { ...suspended, settings: await readSettings(tx, defaults) });
  });
}

/** The provider refuses to give the money back: it stays in suspense and the item stays open for another decision. */
async function refuseRefund(
  { db, settings: defaults }: ActivityDeps,
  repair: RepairOrder & { refusal: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { payment, order } = await lockSuspended(tx, repair);
    await tx.update(refunds).set({ state: 'refused' }).where(eq(refunds.key, refundKey()));
    await openItem(tx, await readSettings(tx, defaults), {
      key: refundStuckKey(),
      kind: 'refund_stuck',
      reason: repair.refusal,
      asOf: new Date(repair.asOf),
      paymentId: payment.id,
      invoiceId: order?.invoice.id,
      userId: order?.invoice.userId,
      amount: moneyOf(payment),
    });
  });
}

function refundKey(): string {
  return `${workflowId()}:refund`;
}

function refuse(reason: string): { kind: 'refused'; reason: string } {
  return { kind: 'refused', reason };
}
