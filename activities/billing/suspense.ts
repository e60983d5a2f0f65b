import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { payments } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import { FACT_RANK, type PostOutcome, type WireFact } from '../../src/domain/billing/payment';
import type { BillingSettings } from '../../src/domain/billing/settings';
import type { Money } from '../../src/domain/money';
import { promiseToUser } from '../outbox';
import { workflowId } from '../transactions';
import { clearing, moneyAccount } from './accounts';
import { postTransfer, type Leg } from './ledger';
import { closeItem } from './open-items';
import { lockOrderOfFact, type Order } from './orders';

/** A decision about money in suspense, by an operator or by the provider. */
export interface RepairOrder {
  readonly provider: string;
  readonly providerPaymentId: string;
  readonly fact: WireFact;
  readonly openItemKey: string;
  readonly operatorId: string;
  readonly reason: string;
  readonly asOf: string;
}

export type Payment = typeof payments.$inferSelect;

/** A suspended payment with the order it names, both locked until the transaction ends. */
export interface Suspended {
  readonly payment: Payment;
  readonly order: Order | undefined;
}

/** Locks a payment that was posted before, and then its order: everywhere in this sequence. */
export async function lockSuspended(tx: Transaction, repair: RepairOrder): Promise<Suspended> {
  const [payment] = await tx
    .select()
    .from(payments)
    .where(
      and(
        eq(payments.provider, repair.provider),
        eq(payments.providerPaymentId, repair.providerPaymentId),
      ),
    )
    .for('update');
  assert(payment, `payment ${repair.providerPaymentId} was posted before it is repaired`);
  return { payment, order: await lockOrderOfFact(tx, repair.fact) };
}

/** The item that keeps a payment's money in suspense; undefined when its money is elsewhere. */
export function suspendingItem(outcome: PostOutcome | null): string | undefined {
  if (outcome?.kind === 'quarantined') return outcome.openItemKey;
  return outcome?.kind === 'duplicate' && outcome.policy === 'refund'
    ? outcome.openItemKey
    : undefined;
}

/** Stores how suspended money ended and closes what asked for a decision about it. */
export async function settleSuspended(
  tx: Transaction,
  repair: RepairOrder,
  end: { payment: Payment; state: 'paid' | 'quarantined' | 'refunded'; outcome: PostOutcome },
): Promise<void> {
  const rank = end.state === 'refunded' ? FACT_RANK.refunded : end.payment.rank;
  await tx
    .update(payments)
    .set({ state: end.state, rank, outcome: end.outcome })
    .where(eq(payments.id, end.payment.id));
  const isWrittenOff = end.outcome.kind === 'resolved' && end.outcome.how === 'write_off';
  for (const key of [repair.openItemKey, refundStuckKey()]) {
    await closeItem(tx, {
      key,
      state: isWrittenOff ? 'written_off' : 'resolved',
      resolution: RESOLUTIONS[end.outcome.kind === 'resolved' ? end.outcome.how : 'complete_order'],
      operatorId: repair.operatorId,
      reason: repair.reason,
      asOf: new Date(repair.asOf),
    });
  }
}

const RESOLUTIONS = {
  credit_wallet: 'credited to the wallet',
  complete_order: 'completed the order',
  refund: 'refunded',
  write_off: 'left in suspense',
} as const;

/** Key of the item that a refused refund opens beside the first one. */
export function refundStuckKey(): string {
  return `${workflowId()}:refund_stuck`;
}

export type Resolution = Extract<PostOutcome, { kind: 'resolved' }>['how'];

/** How the story of suspended money ended without fulfilling the order it named. */
export function resolvedAs(how: Resolution, { payment, order }: Suspended): PostOutcome {
  const userId = order?.invoice.userId ?? payment.payerUserId;
  return {
    kind: 'resolved',
    how,
    ...(order ? { invoiceId: order.invoice.id } : {}),
    ...(userId === null ? {} : { userId }),
  };
}

/**
 * Books suspended money that has gone back to its payer, sent by us or by the provider itself (RF-3), and tells the
 * owner of the order. Repeating it changes nothing.
 */
export async function bookReturn(
  tx: Transaction,
  repair: RepairOrder,
  { payment, order, settings }: Suspended & { settings: BillingSettings },
): Promise<void> {
  const asOf = new Date(repair.asOf);
  const { minor, currency } = moneyOf(payment);
  const posted = await postTransfer(tx, {
    key: `${workflowId()}:refunded`,
    kind: 'refund',
    legs: [suspenseLeg(payment), { account: clearing(payment.provider, currency), amount: minor }],
    paymentId: payment.id,
    asOf,
    ...(order ? { invoiceId: order.invoice.id, userId: order.invoice.userId } : {}),
  });
  if (posted.isRepeat) return;
  const outcome = resolvedAs('refund', { payment, order });
  await settleSuspended(tx, repair, { payment, state: 'refunded', outcome });
  if (!order) return;
  const { userId, no } = order.invoice;
  const { exponent } = payment;
  await promiseToUser(tx, userId, {
    key: `${userId}:pay.refunded:${payment.id}`,
    template: 'pay.refunded',
    params: { no, amountMinor: minor, currency, exponent },
    category: 'money',
    asOf,
    settings,
  });
}

export function moneyOf(payment: Payment): Money {
  return { minor: payment.amountMinor, currency: payment.currency, exponent: payment.exponent };
}

/** Takes a payment's money out of suspense. */
export function suspenseLeg(payment: Payment): Leg {
  const account = moneyAccount('suspense', payment.currency);
  return { account, amount: -payment.amountMinor };
}
