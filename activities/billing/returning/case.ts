import { and, asc, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import {
  accounts,
  disputes,
  lots,
  payments,
  refunds,
  subscriptionPeriods,
  transfers,
} from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { isDisputeOpen } from '../../../src/domain/billing/dispute';
import type { PostOutcome, SubscriptionChange } from '../../../src/domain/billing/payment';
import type { RefundCase } from '../../../src/domain/billing/refund';
import { lockWallet, sweepExpired } from '../ledger';
import { lockOrder, type Order } from '../orders';
import type { Payment } from '../suspense';

type Lot = typeof lots.$inferSelect;
export type Refund = typeof refunds.$inferSelect;

/** A booked payment with all that became of it; payment, order and wallet are locked until the transaction ends. */
export interface SoldPayment {
  readonly payment: Payment;
  /** The order the payment belongs to, also where another payment fulfilled it. */
  readonly order: Order | undefined;
  /** True when this payment is what the order was fulfilled with: its period and promo slot hang on it. */
  readonly isFulfilling: boolean;
  readonly userId: number;
  readonly subscription: SubscriptionChange | undefined;
  readonly paidLots: readonly Lot[];
  readonly bonusLots: readonly Lot[];
  /** Refunds that are on their way or done. */
  readonly refunds: readonly Refund[];
  /** Minor units lost to disputes, and the tokens that were taken back for them. */
  readonly lostMinor: number;
  readonly lostUtok: number;
  readonly isDisputed: boolean;
  /** When the period the order gave begins; undefined when it gave none. */
  readonly periodStartsAt: Date | undefined;
  readonly wallet: { readonly balance: number; readonly held: number; readonly floor: number };
}

/**
 * Locks a payment, its order and its owner's wallet, always in this sequence, and gathers what a refund or a dispute
 * is judged by. Undefined for money that nobody was given anything for.
 */
export async function lockSoldPayment(
  tx: Transaction,
  { paymentId, asOf }: { paymentId: string; asOf: Date },
): Promise<SoldPayment | undefined> {
  const [payment] = await tx
    .select()
    .from(payments)
    .where(eq(payments.id, paymentId))
    .for('update');
  if (!payment || !isGiven(payment.outcome)) return undefined;
  const outcome = payment.outcome;
  const order = payment.invoiceId === null ? undefined : await lockOrder(tx, payment.invoiceId);
  const userId = userOf(payment, order);
  if (userId === undefined) return undefined;
  await lockWallet(tx, userId);
  await sweepExpired(tx, { userId, asOf });
  const isFulfilling = isOfOrder(outcome);
  const subscription = outcome.kind === 'fulfilled' ? outcome.subscription : undefined;
  return {
    payment,
    order,
    isFulfilling,
    userId,
    subscription,
    periodStartsAt: subscription && (await periodStart(tx, subscription)),
    paidLots: await paidLotsOf(tx, payment),
    bonusLots: isFulfilling && order ? await bonusLotsOf(tx, order) : [],
    refunds: await standingRefunds(tx, payment.id),
    ...(await disputesOf(tx, payment.id)),
    wallet: await walletOf(tx, userId),
  };
}

/** Money that lies in suspense, or went back, was never given anything for (RF-5). */
export function isGiven(outcome: PostOutcome | null): outcome is PostOutcome {
  switch (outcome?.kind) {
    case 'fulfilled':
      return true;
    case 'duplicate':
      return outcome.policy === 'wallet';
    case 'resolved':
      return outcome.how === 'credit_wallet' || outcome.how === 'complete_order';
    case 'quarantined':
    case 'superseded':
    case undefined:
      return false;
  }
}

function isOfOrder(outcome: PostOutcome): boolean {
  if (outcome.kind === 'resolved') return outcome.how === 'complete_order';
  return outcome.kind === 'fulfilled' && outcome.as === 'order';
}

function userOf({ outcome, payerUserId }: Payment, order: Order | undefined): number | undefined {
  const named = outcome && 'userId' in outcome ? outcome.userId : undefined;
  return named ?? order?.invoice.userId ?? payerUserId ?? undefined;
}

/** The lots this payment opened; those of the completed order, where it was one of several part payments. */
async function paidLotsOf(tx: Transaction, payment: Payment): Promise<readonly Lot[]> {
  const isPart = payment.outcome?.kind === 'resolved' && payment.outcome.how === 'complete_order';
  const belongs =
    isPart && payment.invoiceId !== null
      ? eq(lots.invoiceId, payment.invoiceId)
      : eq(transfers.paymentId, payment.id);
  const rows = await tx
    .select({ lot: lots })
    .from(lots)
    .innerJoin(transfers, eq(transfers.id, lots.transferId))
    .where(and(belongs, eq(lots.paid, true), isNotNull(transfers.paymentId)))
    .orderBy(asc(lots.recordedAt), asc(lots.id));
  return rows.map(({ lot }) => lot);
}

async function bonusLotsOf(tx: Transaction, { invoice }: Order): Promise<readonly Lot[]> {
  return tx
    .select()
    .from(lots)
    .where(and(eq(lots.invoiceId, invoice.id), eq(lots.paid, false)))
    .orderBy(asc(lots.recordedAt), asc(lots.id));
}

/** A proposal binds nobody before its tokens are frozen; what was refused came to nothing. */
async function standingRefunds(tx: Transaction, paymentId: string): Promise<readonly Refund[]> {
  return tx
    .select()
    .from(refunds)
    .where(
      and(
        eq(refunds.paymentId, paymentId),
        inArray(refunds.state, ['frozen', 'sent', 'unknown', 'done']),
      ),
    );
}

async function disputesOf(
  tx: Transaction,
  paymentId: string,
): Promise<Pick<SoldPayment, 'lostMinor' | 'lostUtok' | 'isDisputed'>> {
  const rows = await tx.select().from(disputes).where(eq(disputes.paymentId, paymentId));
  const lost = rows.filter(({ state }) => state === 'lost');
  return {
    lostMinor: sum(lost.map(({ amountMinor }) => amountMinor)),
    lostUtok: sum(lost.map(({ takenUtok }) => takenUtok)),
    isDisputed: rows.some(({ state }) => isDisputeOpen(state)),
  };
}

async function periodStart(
  tx: Transaction,
  { subscriptionId, periodN }: SubscriptionChange,
): Promise<Date | undefined> {
  if (periodN === undefined) return undefined;
  const [period] = await tx
    .select({ startsAt: subscriptionPeriods.startsAt })
    .from(subscriptionPeriods)
    .where(
      and(
        eq(subscriptionPeriods.subscriptionId, subscriptionId),
        eq(subscriptionPeriods.n, periodN),
      ),
    );
  return period?.startsAt;
}

async function walletOf(tx: Transaction, userId: number): Promise<SoldPayment['wallet']> {
  const [row] = await tx
    .select({ balance: accounts.balance, held: accounts.held, floor: accounts.floor })
    .from(accounts)
    .where(eq(accounts.userId, userId));
  assert(row, `wallet of ${userId} was just locked`);
  return { balance: row.balance ?? 0, held: row.held, floor: row.floor ?? 0 };
}

/** What of a lot can be frozen now: work in progress keeps what it holds. */
export function freeOf(lot: Lot): number {
  return lot.remainingUtok - lot.heldUtok;
}

/** The figures a plan is made of, without the wish and the policy. */
export type SoldFigures = Omit<RefundCase, 'policy' | 'wishMinor' | 'canRefund' | 'feeMinor'>;

export function figuresOf(sold: SoldPayment, asOf: Date): SoldFigures {
  const { payment, paidLots, bonusLots, wallet } = sold;
  const plans = sold.refunds.flatMap(({ plan }) => plan ?? []);
  const freeUtok = sum(paidLots.map((lot) => freeOf(lot)));
  const bonusFreeUtok = sum(bonusLots.map((lot) => freeOf(lot)));
  return {
    currency: payment.currency,
    exponent: payment.exponent,
    paidMinor: payment.amountMinor,
    refundedMinor: refundedMinor(sold),
    keptFeeMinor: sum(plans.map((plan) => plan.providerFeeMinor)),
    lotPaidMinor: sum(paidLots.map((lot) => lot.unitPriceMinorNum ?? 0)),
    boughtUtok: sum(paidLots.map((lot) => lot.originalUtok)),
    freeUtok,
    takenBackUtok: sum(plans.map((plan) => plan.paidUtok + plan.debtUtok)) + sold.lostUtok,
    bonusFreeUtok,
    hasPeriodBegun: hasBegun(sold, asOf),
    debtRoomUtok: wallet.balance - wallet.held - freeUtok - bonusFreeUtok - wallet.floor,
  };
}

/** A gift may be claimed at any moment: it is refunded by what it leaves in the wallet when it comes back, or not. */
function hasBegun({ order, periodStartsAt }: SoldPayment, asOf: Date): boolean {
  if (order?.quote.purpose === 'gift') return true;
  return periodStartsAt !== undefined && periodStartsAt <= asOf;
}

/** What has left us for this payment already, or is on its way: refunds and lost disputes. */
export function refundedMinor({ refunds: standing, lostMinor }: SoldPayment): number {
  return sum(standing.map(({ amountMinor }) => amountMinor)) + lostMinor;
}

export function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
