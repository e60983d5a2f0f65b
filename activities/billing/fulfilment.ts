import { eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { invoices } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import type { PostOutcome, SubscriptionChange } from '../../src/domain/billing/payment';
import { writeAudit } from '../audit';
import { promiseCards } from '../cards';
import { promiseToUser } from '../outbox';
import { sellGift } from './gifts/selling';
import { balanceOf, lockWallet } from './ledger';
import { amountOf, type Order } from './orders';
import { givePeriod, type PeriodGiven } from './periods';
import { succeedAttempt } from './charges/attempts';
import { changePlan, standingUpgrade, type StandingUpgrade } from './plan-changes';
import { confirmSlot } from './promo-slots';
import { holdReward } from './referrals/holding';
import { lockLive, renewPeriod, tellRenewed } from './renewals';
import { keepStars } from './stars-methods';
import type { Subscription } from './timelines';
import { receiptOfOrder, type IssuedReceipt } from './receipts';
import { postBonus, postSale, type Receipt } from './sales';

/** What an order gave, as its outcome says it. */
export type Given = Pick<
  Extract<PostOutcome, { kind: 'fulfilled' }>,
  | 'subscription'
  | 'hasExpiringLots'
  | 'giftId'
  | 'rewardedRefereeId'
  | 'savesMethod'
  | 'isAutomatic'
  | 'isRenewal'
>;

/**
 * Gives a person what the frozen quote promised: tokens, fee and period in the caller's transaction, and tells them.
 * The wallet's row is locked first, so two payments of one person take turns.
 */
export async function fulfilOrder(tx: Transaction, order: Order, receipt: Receipt): Promise<Given> {
  await lockWallet(tx, order.invoice.userId);
  const given =
    order.quote.purpose === 'gift'
      ? { giftId: await fulfilGift(tx, order, receipt) }
      : await fulfilForOwner(tx, order, receipt);
  const rewardedRefereeId = await holdReward(tx, order, receipt);
  const { savesMethod, isAutomatic } = order.invoice;
  const isRenewal = order.quote.purpose === 'renewal';
  return {
    ...given,
    ...(rewardedRefereeId === undefined ? {} : { rewardedRefereeId }),
    ...(savesMethod ? { savesMethod } : {}),
    ...(isAutomatic && !isRenewal ? { isAutomatic } : {}),
    ...(isRenewal ? { isRenewal } : {}),
  };
}

async function fulfilForOwner(tx: Transaction, order: Order, receipt: Receipt): Promise<Given> {
  if (order.quote.purpose === 'renewal') return fulfilRenewal(tx, order, receipt);
  const upgrade = await upgradeOf(tx, order, receipt.asOf);
  await postSale(tx, order, receipt);
  await postBonus(tx, order, receipt);
  await confirmSlot(tx, order.quote, receipt.asOf);
  const period = upgrade
    ? { kind: 'given' as const, ...(await changePlan(tx, order, { upgrade, asOf: receipt.asOf })) }
    : await givePeriod(tx, order, receipt);
  await keepStars(tx, order, { receipt, period });
  await markPaid(tx, order, { as: 'order', asOf: receipt.asOf });
  const issued = await receiptOfOrder(tx, order, receipt);
  await tellFulfilled(tx, order, { receipt, period, issued });
  await promiseCards(tx, { invoiceId: order.invoice.id, because: 'paid' });
  const hasExpiringLots = order.version.tokenTtlDays !== null;
  return {
    ...(period.kind !== 'fee_missing' && period.change ? { subscription: period.change } : {}),
    ...(hasExpiringLots ? { hasExpiringLots } : {}),
  };
}

/** The next period of a subscription; whoever calls has made sure that it still waits for its money. */
async function fulfilRenewal(tx: Transaction, order: Order, receipt: Receipt): Promise<Given> {
  const row = await lockLive(tx, order.quote.subscriptionId);
  assert(row, `the subscription of invoice ${order.invoice.id} lives`);
  const subscription = await giveRenewal(tx, order, { row, receipt, paidBy: 'saved_method' });
  await markPaid(tx, order, { as: 'order', asOf: receipt.asOf });
  return giving(order, subscription);
}

/** A charge of the provider's own schedule, for an order that was fulfilled with the first one. */
export async function fulfilRecurring(
  tx: Transaction,
  order: Order,
  { row, receipt }: { readonly row: Subscription; readonly receipt: Receipt },
): Promise<Given> {
  return giving(order, await giveRenewal(tx, order, { row, receipt, paidBy: 'stars' }));
}

function giving({ version }: Order, subscription: SubscriptionChange): Given {
  return { subscription, ...(version.tokenTtlDays === null ? {} : { hasExpiringLots: true }) };
}

async function giveRenewal(
  tx: Transaction,
  order: Order,
  paid: Parameters<typeof renewPeriod>[2],
): Promise<SubscriptionChange> {
  const { receipt } = paid;
  await postSale(tx, order, receipt);
  const { change, endsAt } = await renewPeriod(tx, order, paid);
  const issued = await receiptOfOrder(tx, order, receipt);
  await tellRenewed(tx, order, { receipt, endsAt, issued });
  return change;
}

/** What is sold waits for somebody else; the buyer gets a receipt and the link. */
async function fulfilGift(tx: Transaction, order: Order, receipt: Receipt): Promise<string> {
  await postSale(tx, order, receipt);
  await postBonus(tx, order, receipt);
  await confirmSlot(tx, order.quote, receipt.asOf);
  await markPaid(tx, order, { as: 'order', asOf: receipt.asOf });
  const issued = await receiptOfOrder(tx, order, receipt);
  const giftId = await sellGift(tx, order, { receipt, issued });
  await promiseCards(tx, { invoiceId: order.invoice.id, because: 'paid' });
  return giftId;
}

/** Whoever calls has made sure that an upgrade still stands; giving a whole period instead would be another order. */
async function upgradeOf(
  tx: Transaction,
  order: Order,
  asOf: Date,
): Promise<StandingUpgrade | undefined> {
  if (order.quote.purpose !== 'upgrade') return undefined;
  const upgrade = await standingUpgrade(tx, order, asOf);
  assert(upgrade, `the upgrade of invoice ${order.invoice.id} stands`);
  return upgrade;
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
  if (invoice.isAutomatic) await succeedAttempt(tx, invoice.id);
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

async function tellFulfilled(
  tx: Transaction,
  order: Order,
  told: { receipt: Receipt; period: PeriodGiven; issued: IssuedReceipt },
): Promise<void> {
  const { invoice, quote, tariff, version } = order;
  const { receipt, period, issued } = told;
  const balanceUtok = await balanceOf(tx, invoice.userId);
  const bonus = quote.bonusUtok > 0 ? { bonusUtok: quote.bonusUtok } : {};
  const { tokensUtok } = quote;
  const automatic = invoice.isAutomatic ? { isAutomatic: 1 } : {};
  const shared = {
    ...amountOf(invoice),
    ...{ balanceUtok, tokensUtok },
    ...bonus,
    ...issued,
    ...automatic,
  };
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
