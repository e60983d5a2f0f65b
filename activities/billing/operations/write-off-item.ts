import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import { attempts, openItems, payments, refunds } from '../../../drizzle/schema';
import type { ActionParams } from '../../../src/domain/billing/operations';
import type { OperationEffect } from '../../../workflows/billing/operation/contract';
import { outcomeChangedSignal, paymentConfirmationId } from '../../../workflows/billing/contract';
import { itemClosedSignal } from '../../../workflows/billing/mismatch/contract';
import { autoTopupId, chargeDecidedSignal } from '../../../workflows/billing/auto-topup/contract';
import { dismissAttempt } from '../auto-topups/dismissing';
import { isLive } from '../charges/attempts';
import { closeItem } from '../open-items';
import { mismatchOfItem } from '../reconciliation/mismatches';
import {
  lockSuspended,
  resolvedAs,
  settleSuspended,
  suspendingItem,
  type Payment,
} from '../suspense';
import { defineOperation, type OperationDone, type OperationTask } from './definition';

type Params = ActionParams['write_off_item'];
type Item = typeof openItems.$inferSelect;

/**
 * Closes an open item without moving money; what lies in suspense for it stays there, where the books show it. Always
 * needs others (OPS-12). The payment's workflow is told and finds the stored end, so a dead one loses nothing.
 */
export const writeOffItem = defineOperation<Params>({
  roles: ['support', 'finance', 'admin'],
  params: z.strictObject({ openItemId: z.uuid(), amountMinor: z.number().int().nonnegative() }),
  approval: ({ amountMinor }) => ({ amountMinor }),
  run: async (tx, task) => {
    const { openItemId, amountMinor } = task.params;
    const [item] = await tx.select().from(openItems).where(eq(openItems.id, openItemId));
    if (!item) return { kind: 'refused', reason: 'unknown_item' };
    // What was allowed is what was shown.
    if ((item.amountMinor ?? 0) !== amountMinor) return { kind: 'refused', reason: 'item_changed' };
    const payment = item.paymentId === null ? undefined : await lock(tx, item.paymentId);
    if (!(await isOpen(tx, item.id))) return { kind: 'refused', reason: 'item_closed' };
    if (payment && (await isRefundRunning(tx, payment.id))) {
      return { kind: 'refused', reason: 'refund_running' };
    }
    if (payment) await leaveInSuspense(tx, task, payment);
    await close(tx, task, item);
    const topupOf = await dismissTopup(tx, task, item);
    return doneWith(item, payment, topupOf);
  },
});

/** The payment before the item, as every repair locks them. */
async function lock(tx: Transaction, paymentId: string): Promise<Payment | undefined> {
  const [payment] = await tx
    .select()
    .from(payments)
    .where(eq(payments.id, paymentId))
    .for('update');
  return payment;
}

/** Locks the item, so that two proposals about it are done once. */
async function isOpen(tx: Transaction, openItemId: string): Promise<boolean> {
  const [row] = await tx
    .select({ state: openItems.state })
    .from(openItems)
    .where(eq(openItems.id, openItemId))
    .for('update');
  return row?.state === 'open';
}

/** Money on its way back must not be called settled. */
async function isRefundRunning(tx: Transaction, paymentId: string): Promise<boolean> {
  const rows = await tx
    .select({ id: refunds.id })
    .from(refunds)
    .where(
      and(
        eq(refunds.paymentId, paymentId),
        inArray(refunds.state, ['proposed', 'frozen', 'sent', 'unknown']),
      ),
    );
  return rows.length > 0;
}

/** Ends the story of a payment whose money waits for this decision; of any other payment nothing changes. */
async function leaveInSuspense(
  tx: Transaction,
  { operator, reason, asOf }: OperationTask<Params>,
  payment: Payment,
): Promise<void> {
  const openItemKey = suspendingItem(payment.outcome);
  if (openItemKey === undefined) return;
  const { provider, providerPaymentId, invoiceId } = payment;
  const repair = {
    ...{ provider, providerPaymentId, openItemKey, reason, asOf: asOf.toISOString() },
    operatorId: String(operator.userId),
    fact: {
      ...{ providerPaymentId, state: 'paid' as const },
      ...(invoiceId === null ? {} : { invoiceId }),
    },
  };
  const suspended = await lockSuspended(tx, repair);
  const outcome = resolvedAs('write_off', suspended);
  await settleSuspended(tx, repair, { payment, state: 'quarantined', outcome });
}

/** The end of its payment may have closed it a moment ago. */
async function close(
  tx: Transaction,
  { operator, reason, asOf }: OperationTask<Params>,
  { key }: Item,
): Promise<void> {
  await closeItem(tx, {
    ...{ key, state: 'written_off', reason, asOf },
    resolution: 'written off',
    operatorId: String(operator.userId),
  });
}

/**
 * A top-up of unknown outcome that nobody expects any more ends with its item, or it would keep every other one of its
 * owner back for ever. Answers whose it was.
 */
async function dismissTopup(
  tx: Transaction,
  { operator, reason, asOf }: OperationTask<Params>,
  { kind, invoiceId }: Item,
): Promise<number | undefined> {
  if (kind !== 'unknown_outcome' || invoiceId === null) return undefined;
  const [attempt] = await tx
    .select()
    .from(attempts)
    .where(and(eq(attempts.invoiceId, invoiceId), eq(attempts.purpose, 'auto_topup')))
    .for('update');
  if (!attempt || !isLive(attempt)) return undefined;
  await dismissAttempt(tx, attempt, { operatorId: String(operator.userId), reason, asOf });
  return attempt.userId;
}

function doneWith(
  item: Item,
  payment: Payment | undefined,
  topupOf: number | undefined,
): OperationDone {
  return {
    kind: 'done',
    result: { key: item.key },
    audit: {
      action: 'item.written_off',
      entity: 'open_item',
      entityId: item.id,
      before: { state: item.state },
      after: { state: 'written_off', kind: item.kind, key: item.key },
    },
    effects: [
      ...(payment ? [signalOf(payment)] : []),
      ...(topupOf === undefined ? [] : [topupSignal(topupOf)]),
      ...mismatchSignals(item),
    ],
  };
}

function signalOf({ provider, providerPaymentId }: Payment): OperationEffect {
  return {
    kind: 'signal',
    workflowId: paymentConfirmationId(provider, providerPaymentId),
    signal: outcomeChangedSignal.name,
    args: [],
  };
}

function topupSignal(userId: number): OperationEffect {
  return {
    kind: 'signal',
    workflowId: autoTopupId(userId),
    signal: chargeDecidedSignal.name,
    args: [],
  };
}

/** The item of a difference is keyed by the workflow that waits for a decision about it. */
function mismatchSignals({ key }: Item): OperationEffect[] {
  const workflowId = mismatchOfItem(key);
  if (workflowId === undefined) return [];
  return [{ kind: 'signal', workflowId, signal: itemClosedSignal.name, args: [] }];
}
