import { eq } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../drizzle/client';
import { subscriptions } from '../../drizzle/schema';
import type { SubscriptionChange } from '../../src/domain/billing/payment';
import type { Period, PeriodTerms } from '../../src/domain/billing/subscription';
import type { Driver } from '../../src/domain/billing/subscription-course';
import { tokenAccount, wallet } from './accounts';
import { availableOf, postTransfer } from './ledger';
import type { Order } from './orders';
import { grantForPeriod } from './period-grants';
import type { Receipt } from './sales';
import { shiftTimeline } from './timeline-shifts';
import {
  extendSubscription,
  insertSubscription,
  lockLiveSubscription,
  type PaidBy,
  type PeriodWorth,
  type Subscription,
} from './timelines';

/** What an order did to the person's subscription. */
export type PeriodGiven =
  | { readonly kind: 'none'; readonly change?: SubscriptionChange }
  | { readonly kind: 'fee_missing'; readonly missingUtok: number }
  | { readonly kind: 'given'; readonly change: SubscriptionChange; readonly endsAt: Date };

/** Starts or extends the period an order contains, from its frozen terms. */
export async function givePeriod(
  tx: Transaction,
  order: Order,
  receipt: Receipt,
): Promise<PeriodGiven> {
  const { quote, tariff, invoice } = order;
  if (quote.periodUnit === null || quote.periodCount === null) return { kind: 'none' };
  const terms: PeriodTerms = { unit: quote.periodUnit, count: quote.periodCount };
  const live = await lockLiveSubscription(tx, invoice.userId, tariff.productCode);
  if (!live) return startPeriod(tx, order, { receipt, terms });
  if (tariff.kind === 'topup') return fundSubscription(tx, order, live);
  const period = await extendSubscription(tx, live, {
    tariffVersionId: quote.tariffVersionId,
    terms,
    asOf: receipt.asOf,
    ...worthOf(order),
    ...paidByOf(order),
  });
  await grantForPeriod(tx, { row: live, version: order.version, period, asOf: receipt.asOf });
  const change = { subscriptionId: live.id, change: 'extended', periodN: period.n } as const;
  return {
    kind: 'given',
    change,
    endsAt: await addBonusDays(tx, order, { receipt, period, change }),
  };
}

/**
 * A top-up fills the wallet and gives no period. One during a trial chooses what follows it: the fee is due at its end
 * (TR-5); one for an unpaid period is told to its workflow, which takes the fee at once (TP-2).
 */
async function fundSubscription(
  tx: Transaction,
  { quote, version }: Order,
  live: Subscription,
): Promise<PeriodGiven> {
  const isUndecided = live.state === 'trialing' && live.driver === 'none' && !live.cancelAtEnd;
  if (isUndecided && version.renewable && quote.feeUtok > 0) {
    const after = { driver: 'wallet', autoRenew: true } as const;
    await tx
      .update(subscriptions)
      .set({ ...after, nextTariffVersionId: quote.tariffVersionId })
      .where(eq(subscriptions.id, live.id));
  } else if (live.state !== 'past_due') {
    return { kind: 'none' };
  }
  return { kind: 'none', change: { subscriptionId: live.id, change: 'funded' } };
}

/** The simple storefront renews from the balance; what money bought renews when its owner says how. */
function driverOf({ quote, version }: Order): { driver?: Driver } {
  return version.renewable && quote.feeUtok > 0 ? { driver: 'wallet' } : {};
}

/** The first period of a subscription in Stars is paid like all that follow it. */
function paidByOf({ invoice }: Order): { paidBy?: PaidBy } {
  return invoice.renewsBy === 'stars' ? { paidBy: 'stars' } : {};
}

/** A period that money bought is worth that money; the money of a top-up bought tokens, and its period has no price. */
export function worthOf({ quote, tariff }: Order): { worth?: PeriodWorth } {
  if (tariff.kind === 'topup') return {};
  const { payAmountMinor: minor, currency, tokensUtok: planTokensUtok } = quote;
  return { worth: { minor, currency, planTokensUtok } };
}

/** Days that a promo code adds make the period longer, and every later one later (SB-4). */
async function addBonusDays(
  tx: Transaction,
  { quote, invoice }: Order,
  given: { receipt: Receipt; period: Period; change: SubscriptionChange },
): Promise<Date> {
  const { receipt, period, change } = given;
  if (quote.bonusDays === 0) return period.endsAt;
  return shiftTimeline(tx, {
    key: `${receipt.key}:bonus_days`,
    subscriptionId: change.subscriptionId,
    kind: 'promo_days',
    days: quote.bonusDays,
    actor: { kind: 'user', id: String(invoice.userId) },
    reason: `promo code of invoice ${invoice.no}`,
    asOf: receipt.asOf,
  });
}

/** The fee is a transfer of its own; without enough for it no period starts and all stays in the wallet (TP-2, TP-3). */
async function startPeriod(
  tx: Transaction,
  order: Order,
  start: { receipt: Receipt; terms: PeriodTerms },
): Promise<PeriodGiven> {
  const { receipt, terms } = start;
  const { quote, tariff, invoice } = order;
  const missingUtok =
    quote.feeUtok - (await availableOf(tx, { userId: invoice.userId, asOf: receipt.asOf }));
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
    ...worthOf(order),
    ...driverOf(order),
    ...paidByOf(order),
    ...(feeTransferId === undefined ? {} : { feeTransferId }),
  });
  const row = { id: subscriptionId, userId: invoice.userId };
  await grantForPeriod(tx, { row, version: order.version, period, asOf: receipt.asOf });
  const change = { subscriptionId, change: 'started', periodN: period.n } as const;
  return {
    kind: 'given',
    change,
    endsAt: await addBonusDays(tx, order, { receipt, period, change }),
  };
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
