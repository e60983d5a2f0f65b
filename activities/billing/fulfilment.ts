import { v7 } from 'uuid';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { invoices, type TransferKind } from '../../drizzle/schema';
import { assertNever } from '../../src/domain/assert';
import type { SubscriptionChange } from '../../src/domain/billing/payment';
import type { BillingSettings } from '../../src/domain/billing/settings';
import type { PeriodTerms } from '../../src/domain/billing/subscription';
import { convertMinor } from '../../src/domain/tokens';
import { writeAudit } from '../audit';
import { promiseToUser } from '../outbox';
import { moneyAccount, tokenAccount, wallet } from './accounts';
import {
  availableOf,
  balanceOf,
  lockWallet,
  postTransfer,
  type Leg,
  type TransferOrder,
} from './ledger';
import { amountOf, type Order } from './orders';
import { extendSubscription, insertSubscription, lockLiveSubscription } from './timelines';

/** Money that has arrived for an order and where it lies: at the provider, or in suspense from earlier. */
export interface Receipt {
  /** Base of the idempotency keys: the id of the payment's workflow. */
  readonly key: string;
  readonly paymentId: string;
  /** Negative legs that take the money from where it lies. */
  readonly sources: readonly Leg[];
  /** True when the money was booked into suspense before: the payment's one money-in exists already. */
  readonly isRelease: boolean;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

/**
 * Gives a person what the frozen quote promised: tokens, fee and period in the caller's transaction, and tells them.
 * The wallet's row is locked first, so two payments of one person take turns.
 */
export async function fulfilOrder(
  tx: Transaction,
  order: Order,
  receipt: Receipt,
): Promise<SubscriptionChange | undefined> {
  await lockWallet(tx, order.invoice.userId);
  await postSale(tx, order, receipt);
  const period = await givePeriod(tx, order, receipt);
  await markPaid(tx, order, { as: 'order', asOf: receipt.asOf });
  await tellFulfilled(tx, order, { receipt, period });
  return period.kind === 'none' || period.kind === 'fee_missing' ? undefined : period.change;
}

/** Credits the money of an order that can no longer be sold, at the top-up rate of its quote (CO-9, CO-11). */
export async function creditWallet(
  tx: Transaction,
  order: Order,
  credit: Receipt & { amountMinor: number; utokPerMinor: number },
): Promise<number> {
  const tokensUtok = convertMinor(credit.amountMinor, credit.utokPerMinor);
  const { userId } = order.invoice;
  await postTransfer(tx, {
    ...moneyIn(order, credit, 'topup'),
    legs: [...saleLegs(order, credit), ...tokenLegs(userId, tokensUtok)],
    lot: { origin: 'topup', invoiceId: order.invoice.id, paidMinor: credit.amountMinor },
  });
  return tokensUtok;
}

/** Marks the invoice paid; `expired` and `cancelled` were closed for the person, not for the money. */
export async function markPaid(
  tx: Transaction,
  { invoice }: Order,
  paid: { as: 'order' | 'wallet_credit'; asOf: Date },
): Promise<void> {
  await tx
    .update(invoices)
    .set({ state: 'paid', fulfilledAs: paid.as, paidAt: paid.asOf })
    .where(eq(invoices.id, invoice.id));
  await writeAudit(tx, {
    action: 'invoice.paid',
    entity: 'invoice',
    entityId: invoice.id,
    actor: { kind: 'provider', id: invoice.provider },
    before: { state: invoice.state },
    after: { state: 'paid', fulfilledAs: paid.as },
    asOf: paid.asOf,
  });
}

async function postSale(tx: Transaction, order: Order, receipt: Receipt): Promise<void> {
  const { quote, invoice } = order;
  const kind = saleKind(order);
  await postTransfer(tx, {
    ...moneyIn(order, receipt, kind),
    legs: [...saleLegs(order, receipt), ...tokenLegs(invoice.userId, quote.tokensUtok)],
    lot: {
      origin: kind === 'topup' ? 'topup' : 'pack',
      invoiceId: invoice.id,
      paidMinor: totalOf(receipt),
    },
  });
}

/** A release from suspense is not a second money-in, so it carries its own kind (unique index of `transfers`). */
function moneyIn(
  order: Order,
  receipt: Receipt,
  kind: TransferKind,
): Omit<TransferOrder, 'legs' | 'lot'> {
  return {
    key: `${receipt.key}:${receipt.isRelease ? 'release' : 'post'}`,
    kind: receipt.isRelease ? 'quarantine_release' : kind,
    userId: order.invoice.userId,
    invoiceId: order.invoice.id,
    paymentId: receipt.paymentId,
    asOf: receipt.asOf,
    meta: { sold: kind },
  };
}

function saleKind({ tariff }: Order): 'topup' | 'pack' | 'sale' {
  switch (tariff.kind) {
    case 'topup':
    case 'pack':
      return tariff.kind;
    case 'subscription':
    case 'mixed':
    case 'trial':
      return 'sale';
    default:
      return assertNever(tariff.kind);
  }
}

function saleLegs({ invoice }: Order, receipt: Receipt): Leg[] {
  const earned = { account: moneyAccount('deferred', invoice.currency), amount: totalOf(receipt) };
  return [...receipt.sources, earned];
}

/** What was really paid, which an operator may have let stand for a little more or less than the order's amount. */
function totalOf(receipt: Receipt): number {
  return -receipt.sources.reduce((sum, leg) => sum + leg.amount, 0);
}

function tokenLegs(userId: number, tokensUtok: number): Leg[] {
  return [
    { account: tokenAccount('issuance'), amount: -tokensUtok },
    { account: wallet(userId), amount: tokensUtok },
  ];
}

type PeriodGiven =
  | { readonly kind: 'none' }
  | { readonly kind: 'fee_missing'; readonly missingUtok: number }
  | { readonly kind: 'given'; readonly change: SubscriptionChange; readonly endsAt: Date };

async function givePeriod(tx: Transaction, order: Order, receipt: Receipt): Promise<PeriodGiven> {
  const { quote, tariff, invoice } = order;
  if (quote.periodUnit === null || quote.periodCount === null) return { kind: 'none' };
  const terms: PeriodTerms = { unit: quote.periodUnit, count: quote.periodCount };
  const live = await lockLiveSubscription(tx, invoice.userId, tariff.productCode);
  if (!live) return startPeriod(tx, order, { receipt, terms });
  if (tariff.kind === 'topup') return { kind: 'none' };
  const period = await extendSubscription(tx, live, {
    tariffVersionId: quote.tariffVersionId,
    terms,
    asOf: receipt.asOf,
  });
  const change = { subscriptionId: live.id, change: 'extended' } as const;
  return { kind: 'given', change, endsAt: period.endsAt };
}

/** The fee is a transfer of its own; without enough for it no period starts and all stays in the wallet (TP-2, TP-3). */
async function startPeriod(
  tx: Transaction,
  order: Order,
  start: { receipt: Receipt; terms: PeriodTerms },
): Promise<PeriodGiven> {
  const { receipt, terms } = start;
  const { quote, tariff, invoice } = order;
  const missingUtok = quote.feeUtok - (await availableOf(tx, invoice.userId));
  if (quote.feeUtok > 0 && missingUtok > 0) return { kind: 'fee_missing', missingUtok };
  const subscriptionId = v7();
  const feeTransferId = await takeFee(tx, order, { receipt, subscriptionId });
  const period = await insertSubscription(tx, {
    subscriptionId,
    userId: invoice.userId,
    productCode: tariff.productCode,
    tariffVersionId: quote.tariffVersionId,
    terms,
    zone: receipt.settings.billingTimeZone,
    asOf: receipt.asOf,
    ...(feeTransferId === undefined ? {} : { feeTransferId }),
  });
  return { kind: 'given', change: { subscriptionId, change: 'started' }, endsAt: period.endsAt };
}

async function takeFee(
  tx: Transaction,
  { quote, invoice }: Order,
  fee: { receipt: Receipt; subscriptionId: string },
): Promise<string | undefined> {
  if (quote.feeUtok === 0) return undefined;
  const posted = await postTransfer(tx, {
    key: `sub:${fee.subscriptionId}:p0:fee`,
    kind: 'subscription_fee',
    legs: [
      { account: wallet(invoice.userId), amount: -quote.feeUtok },
      { account: tokenAccount('fees'), amount: quote.feeUtok },
    ],
    userId: invoice.userId,
    invoiceId: invoice.id,
    subscriptionId: fee.subscriptionId,
    periodN: 0,
    asOf: fee.receipt.asOf,
  });
  return posted.transferId;
}

async function tellFulfilled(
  tx: Transaction,
  order: Order,
  told: { receipt: Receipt; period: PeriodGiven },
): Promise<void> {
  const { invoice, quote, tariff, version } = order;
  const { receipt, period } = told;
  const balanceUtok = await balanceOf(tx, invoice.userId);
  const shared = { ...amountOf(invoice), balanceUtok, tokensUtok: quote.tokensUtok };
  const promise = {
    key: `${invoice.userId}:pay.ok:${invoice.id}`,
    category: 'money',
    asOf: receipt.asOf,
    settings: receipt.settings,
  } as const;
  const { userId } = invoice;
  if (tariff.kind !== 'topup') {
    const until = period.kind === 'given' ? { until: period.endsAt.toISOString() } : {};
    const { ru: planRu, en: planEn } = version.nameI18n;
    const params = { ...shared, planRu, planEn, ...until };
    return promiseToUser(tx, userId, { ...promise, template: 'pay.ok.order', params });
  }
  switch (period.kind) {
    case 'none':
      return promiseToUser(tx, userId, { ...promise, template: 'pay.ok.topup', params: shared });
    case 'fee_missing': {
      const params = { ...shared, missingUtok: period.missingUtok };
      return promiseToUser(tx, userId, { ...promise, template: 'pay.ok.fee_missing', params });
    }
    case 'given': {
      const params = { ...shared, until: period.endsAt.toISOString(), feeUtok: quote.feeUtok };
      return promiseToUser(tx, userId, { ...promise, template: 'pay.ok.activated', params });
    }
  }
}
