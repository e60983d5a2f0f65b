import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { disputes, invoices, payments, users } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { disputeDueMs, type DisputeState } from '../../../src/domain/billing/dispute';
import { FACT_RANK } from '../../../src/domain/billing/payment';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToOperators, promiseToUser } from '../../outbox';
import { inTransaction, readSettings, stepKey, workflowId } from '../../transactions';
import { clearing, moneyAccount } from '../accounts';
import { placeHold } from '../holds';
import { postTransfer } from '../ledger';
import { freeOf, lockSoldPayment, sum, type SoldPayment } from '../returning/case';
import { sharesOf } from '../returning/tokens';

/** A dispute by the provider's own names. */
export interface DisputeName {
  readonly provider: string;
  readonly ref: string;
  readonly providerPaymentId: string;
  readonly asOf: string;
}

export type NewDispute = DisputeName & {
  readonly amountMinor?: number;
  readonly dueAt?: string;
  /** True when it is known already how it ended: then nobody is alarmed. */
  readonly isDecided: boolean;
};

export type OpenedDispute =
  | {
      readonly kind: 'standing';
      readonly state: DisputeState;
      readonly userId: number;
      readonly amountMinor: number;
      readonly currency: string;
      readonly dueAt: string;
    }
  | { readonly kind: 'ignored' };

export type Dispute = typeof disputes.$inferSelect;

/** Whose clock a dispute lives by: that of the person who paid. */
export async function locateDispute(
  { db }: ActivityDeps,
  name: DisputeName,
): Promise<{ clockOffsetMs: number }> {
  const [row] = await db
    .select({ clockOffsetMs: users.clockOffsetMs })
    .from(payments)
    .leftJoin(invoices, eq(invoices.id, payments.invoiceId))
    .innerJoin(users, eq(users.id, sql`coalesce(${invoices.userId}, ${payments.payerUserId})`))
    .where(isNamed(name));
  return { clockOffsetMs: row?.clockOffsetMs ?? 0 };
}

/** The payment a dispute is about, with its order and wallet, all locked. */
export async function lockDisputed(
  tx: Transaction,
  name: DisputeName,
): Promise<SoldPayment | undefined> {
  const [row] = await tx.select({ id: payments.id }).from(payments).where(isNamed(name));
  return row && lockSoldPayment(tx, { paymentId: row.id, asOf: new Date(name.asOf) });
}

function isNamed({ provider, providerPaymentId }: DisputeName) {
  return and(eq(payments.provider, provider), eq(payments.providerPaymentId, providerPaymentId));
}

/** The dispute's row as it stands under the payment's lock. */
export async function ownDispute(
  tx: Transaction,
  { provider, ref }: DisputeName,
): Promise<Dispute | undefined> {
  const [row] = await tx
    .select()
    .from(disputes)
    .where(and(eq(disputes.provider, provider), eq(disputes.providerRef, ref)));
  return row;
}

/**
 * Freezes what a disputed payment gave: the person's way to money, the tokens that are left of the order, and the sum
 * itself, which the bank has taken back from us for now (DP-1). Repeating it returns what stands.
 */
export async function openDispute(deps: ActivityDeps, news: NewDispute): Promise<OpenedDispute> {
  return inTransaction(deps.db, async (tx) => {
    const sold = await lockDisputed(tx, news);
    if (!sold) return { kind: 'ignored' };
    const before = await ownDispute(tx, news);
    if (before) return standingOf(before, sold);
    const dispute = await insertDispute(tx, news, sold);
    await bookTaken(tx, sold, { dispute, asOf: new Date(news.asOf) });
    await freezePerson(tx, sold, dispute);
    await freezeTokens(tx, sold, { dispute, asOf: new Date(news.asOf) });
    await markDisputed(tx, sold);
    await announce(tx, sold, { dispute, news, settings: await readSettings(tx, deps.settings) });
    return standingOf(dispute, sold);
  });
}

function standingOf(dispute: Dispute, { userId }: SoldPayment): OpenedDispute {
  const { state, amountMinor, currency, dueAt } = dispute;
  return { kind: 'standing', state, userId, amountMinor, currency, dueAt: dueAt.toISOString() };
}

async function insertDispute(
  tx: Transaction,
  news: NewDispute,
  { payment, userId }: SoldPayment,
): Promise<Dispute> {
  const asOf = new Date(news.asOf);
  const [row] = await tx
    .insert(disputes)
    .values({
      provider: news.provider,
      providerRef: news.ref,
      paymentId: payment.id,
      userId,
      state: 'opened',
      amountMinor: news.amountMinor ?? payment.amountMinor,
      currency: payment.currency,
      exponent: payment.exponent,
      dueAt: new Date(disputeDueMs(asOf.getTime(), news.dueAt)),
    })
    .returning();
  assert(row, 'an inserted dispute has an id');
  await writeAudit(tx, {
    action: 'dispute.opened',
    entity: 'dispute',
    entityId: row.id,
    actor: { kind: 'provider', id: news.provider },
    after: { ref: news.ref, paymentId: payment.id, amountMinor: row.amountMinor },
    asOf,
  });
  return row;
}

/** The bank holds the money now; what is at stake stands below zero in `sys:disputes` until it is decided. */
async function bookTaken(
  tx: Transaction,
  { payment, order, userId }: SoldPayment,
  { dispute, asOf }: { dispute: Dispute; asOf: Date },
): Promise<void> {
  const { amountMinor, currency } = dispute;
  await postTransfer(tx, {
    key: stepKey('opened'),
    kind: 'dispute',
    legs: [
      { account: moneyAccount('disputes', currency), amount: -amountMinor },
      { account: clearing(payment.provider, currency), amount: amountMinor },
    ],
    userId,
    paymentId: payment.id,
    asOf,
    ...(order ? { invoiceId: order.invoice.id } : {}),
  });
}

async function freezePerson(tx: Transaction, sold: SoldPayment, dispute: Dispute): Promise<void> {
  await tx
    .update(users)
    .set({ moneyFrozenBy: dispute.id })
    .where(and(eq(users.id, sold.userId), isNull(users.moneyFrozenBy)));
}

/** Everything of the order that is left lies under a hold; what a refund holds already stays with the refund. */
async function freezeTokens(
  tx: Transaction,
  sold: SoldPayment,
  { dispute, asOf }: { dispute: Dispute; asOf: Date },
): Promise<void> {
  const shares = sharesOf(sold, {
    paidUtok: sum(sold.paidLots.map(freeOf)),
    bonusUtok: sum(sold.bonusLots.map(freeOf)),
  });
  if (shares.length === 0) return;
  const { holdId } = await placeHold(tx, {
    key: stepKey('freeze'),
    userId: sold.userId,
    purpose: 'dispute',
    lots: shares,
    asOf,
    meta: { disputeId: dispute.id },
  });
  await tx.update(disputes).set({ holdId }).where(eq(disputes.id, dispute.id));
}

async function markDisputed(tx: Transaction, { payment }: SoldPayment): Promise<void> {
  await tx
    .update(payments)
    .set({ state: 'disputed', rank: FACT_RANK.disputed })
    .where(eq(payments.id, payment.id));
}

async function announce(
  tx: Transaction,
  { userId, order }: SoldPayment,
  told: { dispute: Dispute; news: NewDispute; settings: BillingSettings },
): Promise<void> {
  const { dispute, news, settings } = told;
  if (news.isDecided) return;
  const asOf = new Date(news.asOf);
  const params = { no: order?.invoice.no ?? 0, ...moneyOf(dispute) };
  await promiseToUser(tx, userId, {
    key: `${userId}:dispute.opened:${dispute.id}`,
    template: 'dispute.opened',
    params,
    category: 'money',
    asOf,
    settings,
  });
  await promiseToOperators(tx, settings, {
    key: `ops:ops.dispute:${dispute.id}`,
    template: 'ops.dispute',
    params: { ...params, key: workflowId(), userId, until: dispute.dueAt.toISOString() },
    asOf,
  });
}

/** The sum of a dispute as messages carry it. */
export function moneyOf({ amountMinor, currency, exponent }: Dispute) {
  return { amountMinor, currency, exponent };
}
