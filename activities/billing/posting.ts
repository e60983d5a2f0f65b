import { and, eq, inArray, sum } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { openItems, payments } from '../../drizzle/schema';
import { assert, assertNever } from '../../src/domain/assert';
import { isOpen } from '../../src/domain/billing/invoice';
import {
  FACT_RANK,
  judgePayment,
  type MismatchKind,
  type PaymentRef,
  type PostOutcome,
  type WireFact,
} from '../../src/domain/billing/payment';
import type { BillingSettings } from '../../src/domain/billing/settings';
import type { Money } from '../../src/domain/money';
import type { Evidence } from '../../src/payments/provider';
import { writeAudit } from '../audit';
import { promiseToOperators, promiseToUser } from '../outbox';
import { amountOf } from './checkouts';
import { creditWallet, fulfilOrder, markPaid, type Receipt } from './fulfilment';
import { clearing, moneyAccount } from './accounts';
import { balanceOf, postTransfer, type Leg } from './ledger';
import { openItem } from './open-items';
import { lockOrderOfFact, orderTerms, type Order } from './orders';
import { suspendingItem } from './suspense';

/** A fact that says "paid", with what made us believe it. */
export interface PaidFact {
  readonly provider: string;
  readonly fact: WireFact;
  readonly evidence: Evidence;
  /** Id of the payment's workflow, the base of every key. */
  readonly key: string;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

/** No currency: the amount could not be read, so nothing can be booked. */
const NO_MONEY: Money = { minor: 0, currency: 'XXX', exponent: 0 };

/**
 * Books a payment: the one path for webhook, poll, Telegram and operator (PC-9). Judges it against the frozen order,
 * posts what follows and promises the message, all in the caller's transaction. A repeat returns the stored outcome.
 */
export async function postPaid(tx: Transaction, paid: PaidFact): Promise<PostOutcome> {
  const payment = await lockPayment(tx, paid);
  if (payment.outcome) return payment.outcome;
  if (payment.rank > FACT_RANK.paid) return { kind: 'superseded', state: payment.state };
  const order = await lockOrderOfFact(tx, paid.fact);
  const outcome = await settle(tx, { ...paid, paymentId: payment.id }, order);
  await recordOutcome(tx, { ...paid, paymentId: payment.id }, { order, outcome });
  return outcome;
}

type Posting = PaidFact & { readonly paymentId: string };

async function settle(
  tx: Transaction,
  posting: Posting,
  order: Order | undefined,
): Promise<PostOutcome> {
  const judgement = judgePayment(posting.fact, order && orderTerms(order));
  switch (judgement.kind) {
    case 'mismatch':
      return judgement.item === 'underpaid' && order
        ? settleUnderpaid(tx, posting, { order, reason: judgement.reason })
        : quarantine(tx, posting, { order, item: judgement.item, reason: judgement.reason });
    case 'match':
      assert(order, 'only an order can match');
      return settleMatch(tx, posting, order);
    default:
      return assertNever(judgement);
  }
}

async function settleMatch(tx: Transaction, posting: Posting, order: Order): Promise<PostOutcome> {
  const { state } = order.invoice;
  if (isOpen(state)) return honour(tx, posting, { order, isLate: false });
  if (state !== 'expired' && state !== 'cancelled') return settleDuplicate(tx, posting, order);
  await openLateItem(tx, posting, order);
  return quoteHolds(order, posting.asOf)
    ? honour(tx, posting, { order, isLate: true })
    : creditLate(tx, posting, order);
}

/** A quote holds until its term ends and while its version is not withdrawn (TP-8). */
function quoteHolds({ quote, version, tariff }: Order, asOf: Date): boolean {
  const isWithdrawn = version.validUntil !== null && version.validUntil <= asOf;
  return quote.holdsUntil >= asOf && !isWithdrawn && tariff.isActive;
}

async function honour(
  tx: Transaction,
  posting: Posting,
  honoured: { order: Order; isLate: boolean; sources?: readonly Leg[] },
): Promise<Extract<PostOutcome, { kind: 'fulfilled' }>> {
  const { order, isLate } = honoured;
  const receipt = receiptOf(posting, honoured.sources ?? [sourceLeg(posting)]);
  if (isLate) await tellHonoured(tx, posting, order);
  const subscription = await fulfilOrder(tx, order, receipt);
  await tellOperators(tx, posting, order);
  return {
    kind: 'fulfilled',
    as: 'order',
    isLate,
    invoiceId: order.invoice.id,
    userId: order.invoice.userId,
    ...(subscription ? { subscription } : {}),
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

async function creditLate(tx: Transaction, posting: Posting, order: Order): Promise<PostOutcome> {
  const { utokPerMinor } = order.quote;
  const { id: invoiceId, userId, no } = order.invoice;
  if (utokPerMinor === null) return suspendLate(tx, posting, order);
  const tokensUtok = await creditWallet(tx, order, {
    ...receiptOf(posting, [sourceLeg(posting)]),
    amountMinor: order.invoice.payAmountMinor,
    utokPerMinor,
  });
  await markPaid(tx, order, { as: 'wallet_credit', asOf: posting.asOf });
  await promiseToUser(tx, userId, {
    ...receiptPromise(posting, `${userId}:pay.late:${invoiceId}`),
    template: 'pay.late.wallet',
    params: { no, tokensUtok },
  });
  return { kind: 'fulfilled', as: 'wallet_credit', isLate: true, invoiceId, userId };
}

async function suspendLate(tx: Transaction, posting: Posting, order: Order): Promise<PostOutcome> {
  const { id: invoiceId, userId, no } = order.invoice;
  await postSuspense(tx, posting, order);
  await promiseToUser(tx, userId, {
    ...receiptPromise(posting, `${userId}:pay.late:${invoiceId}`),
    template: 'pay.late.suspense',
    params: { no, ...amountOf(order.invoice) },
  });
  const openItemKey = lateItemKey(posting);
  return { kind: 'quarantined', item: 'late_credit', invoiceId, userId, openItemKey };
}

/** A second payment of a paid order becomes credit, or goes back where the setting or a missing rate says so (CO-11). */
async function settleDuplicate(
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
  const tokensUtok = await creditWallet(tx, order, {
    ...receiptOf(posting, [sourceLeg(posting)]),
    amountMinor: order.invoice.payAmountMinor,
    utokPerMinor,
  });
  const balanceUtok = await balanceOf(tx, userId);
  const params = { no, ...amountOf(order.invoice), tokensUtok, balanceUtok };
  await promiseToUser(tx, userId, { ...told, template: 'pay.duplicate.wallet', params });
  return { kind: 'duplicate', policy: 'wallet', invoiceId, userId, openItemKey };
}

/** Several underpayments complete an order when the setting says so and their sum is exactly its amount (CO-10). */
async function settleUnderpaid(
  tx: Transaction,
  posting: Posting,
  underpaid: { order: Order; reason: string },
): Promise<PostOutcome> {
  const { order, reason } = underpaid;
  const isAccumulating = posting.settings.partialPayment === 'accumulate';
  if (!isAccumulating || !isOpen(order.invoice.state)) {
    return quarantine(tx, posting, { order, item: 'underpaid', reason });
  }
  const earlier = await sumOfPartials(tx, order.invoice.id);
  if (earlier + moneyOf(posting).minor !== order.invoice.payAmountMinor) {
    return quarantine(tx, posting, { order, item: 'underpaid', reason });
  }
  const suspense = moneyAccount('suspense', order.invoice.currency);
  const sources = [sourceLeg(posting), { account: suspense, amount: -earlier }];
  const completes = await settlePartials(tx, order);
  const outcome = await honour(tx, posting, { order, isLate: false, sources });
  return { ...outcome, completes };
}

async function sumOfPartials(tx: Transaction, invoiceId: string): Promise<number> {
  const [row] = await tx
    .select({ total: sum(openItems.amountMinor).mapWith(Number) })
    .from(openItems)
    .where(isPartialOf(invoiceId));
  return row?.total ?? 0;
}

/** Each part payment ends here: its money is in the order, and nobody has to decide about it any more. */
async function settlePartials(tx: Transaction, { invoice }: Order): Promise<PaymentRef[]> {
  const settled = await tx
    .update(openItems)
    .set({ state: 'resolved', resolution: 'completed the order', resolvedBy: 'accumulate' })
    .where(isPartialOf(invoice.id))
    .returning({ paymentId: openItems.paymentId });
  const ids = settled.flatMap(({ paymentId }) => (paymentId === null ? [] : [paymentId]));
  const { id: invoiceId, userId } = invoice;
  const outcome: PostOutcome = { kind: 'resolved', how: 'complete_order', invoiceId, userId };
  const { provider, providerPaymentId } = payments;
  return tx
    .update(payments)
    .set({ state: 'paid', outcome })
    .where(inArray(payments.id, ids))
    .returning({ provider, providerPaymentId });
}

function isPartialOf(invoiceId: string) {
  return and(
    eq(openItems.invoiceId, invoiceId),
    eq(openItems.kind, 'underpaid'),
    eq(openItems.state, 'open'),
  );
}

async function quarantine(
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
  const { id: invoiceId, userId, no } = order.invoice;
  const { minor: amountMinor, currency, exponent } = moneyOf(posting);
  await promiseToUser(tx, userId, {
    ...receiptPromise(posting, `${userId}:pay.quarantine:${posting.paymentId}`),
    template: 'pay.quarantine',
    params: { no, amountMinor, currency, exponent },
  });
  return { kind: 'quarantined', item, invoiceId, userId, openItemKey };
}

/** Money that cannot be credited waits in suspense, visible and whole. */
async function postSuspense(
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

async function openLateItem(tx: Transaction, posting: Posting, order: Order): Promise<void> {
  await openItem(tx, posting.settings, {
    ...itemOf(posting, order),
    key: lateItemKey(posting),
    kind: 'late_credit',
    reason: `invoice ${order.invoice.no} was ${order.invoice.state} when its payment came`,
  });
}

function lateItemKey(posting: Posting): string {
  return `${posting.key}:late_credit`;
}

async function tellOperators(tx: Transaction, posting: Posting, order: Order): Promise<void> {
  const { no, userId, id } = order.invoice;
  await promiseToOperators(tx, posting.settings, {
    key: `ops:ops.payment:${id}`,
    template: 'ops.payment',
    params: { no, userId, ...amountOf(order.invoice) },
    asOf: posting.asOf,
  });
}

function itemOf(posting: Posting, order: Order | undefined) {
  return {
    asOf: posting.asOf,
    paymentId: posting.paymentId,
    amount: posting.fact.amount,
    invoiceId: order?.invoice.id,
    userId: order?.invoice.userId,
  };
}

function receiptPromise(posting: Posting, key: string) {
  return { key, category: 'money', asOf: posting.asOf, settings: posting.settings } as const;
}

function receiptOf(posting: Posting, sources: readonly Leg[]): Receipt {
  const { key, paymentId, asOf, settings } = posting;
  return { key, paymentId, sources, isRelease: false, asOf, settings };
}

function sourceLeg(posting: Posting): Leg {
  const { minor, currency } = moneyOf(posting);
  return { account: clearing(posting.provider, currency), amount: -minor };
}

function moneyOf(posting: PaidFact): Money {
  return posting.fact.amount ?? NO_MONEY;
}

interface LockedPayment {
  readonly id: string;
  readonly rank: number;
  readonly state: string;
  readonly outcome: PostOutcome | undefined;
}

async function lockPayment(tx: Transaction, paid: PaidFact): Promise<LockedPayment> {
  const { minor, currency, exponent } = moneyOf(paid);
  await tx
    .insert(payments)
    .values({
      provider: paid.provider,
      providerPaymentId: paid.fact.providerPaymentId,
      amountMinor: minor,
      currency,
      exponent,
      state: 'unknown',
      rank: FACT_RANK.unknown,
    })
    .onConflictDoNothing();
  const [row] = await tx
    .select({
      id: payments.id,
      rank: payments.rank,
      state: payments.state,
      outcome: payments.outcome,
    })
    .from(payments)
    .where(
      and(
        eq(payments.provider, paid.provider),
        eq(payments.providerPaymentId, paid.fact.providerPaymentId),
      ),
    )
    .for('update');
  assert(row, `payment ${paid.fact.providerPaymentId} was just written`);
  return { ...row, outcome: row.outcome ?? undefined };
}

async function recordOutcome(
  tx: Transaction,
  posting: Posting,
  result: { order: Order | undefined; outcome: PostOutcome },
): Promise<void> {
  const { order, outcome } = result;
  const { minor, currency, exponent } = moneyOf(posting);
  await tx
    .update(payments)
    .set({
      invoiceId: order?.invoice.id ?? null,
      payerUserId: posting.fact.userId ?? order?.invoice.userId ?? null,
      amountMinor: minor,
      currency,
      exponent,
      state: suspendingItem(outcome) === undefined ? 'paid' : 'quarantined',
      rank: FACT_RANK.paid,
      evidence: posting.evidence,
      paidAt: posting.fact.paidAt === undefined ? posting.asOf : new Date(posting.fact.paidAt),
      outcome,
    })
    .where(eq(payments.id, posting.paymentId));
  await writeAudit(tx, {
    action: outcome.kind === 'quarantined' ? 'payment.quarantined' : 'payment.received',
    entity: 'payment',
    entityId: posting.paymentId,
    actor: { kind: 'provider', id: posting.provider },
    after: outcome,
    asOf: posting.asOf,
  });
}
