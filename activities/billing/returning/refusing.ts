import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { refunds } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { writeAudit, type AuditEntry } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings, stepKey } from '../../transactions';
import { releaseHold } from '../holds';
import { closeItem, openItem } from '../open-items';
import { lockSoldPayment, type Refund, type SoldPayment } from './case';
import { ownRefund } from './planning';

export interface RefusedRefund {
  readonly paymentId: string;
  readonly attempt: number;
  /** The provider's words. */
  readonly refusal: string;
  readonly asOf: string;
}

/**
 * The provider refuses: the tokens are free again, and an item shows operators that somebody has to decide (RF-2).
 * Repeating it changes nothing.
 */
export async function releaseRefund(deps: ActivityDeps, refusal: RefusedRefund): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const { refund, sold } = await lockOwn(tx, refusal);
    if (refund.state === 'done' || refund.state === 'refused') return;
    const asOf = new Date(refusal.asOf);
    await melt(tx, refund, { key: stepKey(`release:a${refusal.attempt}`), asOf });
    const { currency, exponent } = sold.payment;
    await openItem(tx, await readSettings(tx, deps.settings), {
      key: stepKey('refund_stuck'),
      kind: 'refund_stuck',
      reason: refusal.refusal,
      asOf,
      userId: sold.userId,
      paymentId: sold.payment.id,
      invoiceId: sold.order?.invoice.id,
      amount: { minor: refund.amountMinor, currency, exponent },
    });
    await audit(tx, refund, { action: 'refund.refused', reason: refusal.refusal, asOf });
  });
}

export interface AbandonedRefund {
  readonly paymentId: string;
  readonly by: NonNullable<AuditEntry['actor']>;
  readonly reason: string;
  readonly asOf: string;
}

/** An operator gives the refund up while no money is on its way; whoever waited for it is told. */
export async function abandonRefund(deps: ActivityDeps, order: AbandonedRefund): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const { refund, sold } = await lockOwn(tx, order);
    const asOf = new Date(order.asOf);
    const { by, reason } = order;
    if (refund.state === 'done') return;
    await melt(tx, refund, { key: stepKey('abandon'), asOf });
    await closeItem(tx, {
      key: stepKey('refund_stuck'),
      state: 'written_off',
      resolution: 'the refund was given up',
      operatorId: by.id,
      reason,
      asOf,
    });
    await audit(tx, refund, { action: 'refund.abandoned', reason, asOf, actor: by });
    const { currency, exponent } = sold.payment;
    await promiseToUser(tx, sold.userId, {
      key: `${sold.userId}:refund.declined:${refund.id}`,
      template: 'refund.declined',
      params: {
        no: sold.order?.invoice.no ?? 0,
        ...{ amountMinor: refund.amountMinor, currency, exponent },
      },
      category: 'money',
      asOf,
      settings: await readSettings(tx, deps.settings),
    });
  });
}

async function lockOwn(
  tx: Transaction,
  { paymentId, asOf }: { paymentId: string; asOf: string },
): Promise<{ refund: Refund; sold: SoldPayment }> {
  const sold = await lockSoldPayment(tx, { paymentId, asOf: new Date(asOf) });
  const refund = await ownRefund(tx);
  assert(sold && refund, 'a refund is recorded before it ends');
  return { refund, sold };
}

/** Gives frozen tokens back to their lots, if any are frozen. */
async function melt(
  tx: Transaction,
  refund: Refund,
  release: { key: string; asOf: Date },
): Promise<void> {
  if (refund.holdId !== null) await releaseHold(tx, { ...release, holdId: refund.holdId });
  await tx.update(refunds).set({ state: 'refused', holdId: null }).where(eq(refunds.id, refund.id));
}

async function audit(
  tx: Transaction,
  refund: Refund,
  entry: Pick<AuditEntry, 'action' | 'reason' | 'asOf' | 'actor'>,
): Promise<void> {
  await writeAudit(tx, {
    ...entry,
    entity: 'refund',
    entityId: refund.id,
    before: { state: refund.state },
    after: { state: 'refused' },
  });
}
