import type { Transaction } from '../../drizzle/client';
import { assert } from '../../src/domain/assert';
import { promiseToUser } from '../outbox';
import { tokenAccount, wallet } from './accounts';
import type { CompletedFreeOrder, FreeTask } from './free-orders';
import { availableOf, balanceOf, lockWallet, postTransfer } from './ledger';
import type { OrderTariff } from './orders';
import { grantForPeriod } from './period-grants';
import { insertSubscription, lockLiveSubscription } from './timelines';

/**
 * A subscription that its owner begins from the balance, having none that lives: the fee of the quote is taken and
 * period 0 starts, from a new anchor and under a new id, with the wallet as the driver (15.1). The person's row is
 * locked by the caller, so two starts of one person take turns, and the second finds the first.
 */
export async function startFromBalance(
  tx: Transaction,
  task: FreeTask,
): Promise<CompletedFreeOrder> {
  const { terms, asOf } = task;
  const { quote, tariff } = terms;
  await lockWallet(tx, quote.userId);
  if (await lockLiveSubscription(tx, quote.userId, tariff.productCode)) {
    return { kind: 'refused', reason: 'already_subscribed' };
  }
  const availableUtok = await availableOf(tx, { userId: quote.userId, asOf });
  if (quote.feeUtok > availableUtok) return { kind: 'refused', reason: 'insufficient_balance' };
  const feeTransferId = await takeFee(tx, task);
  const endsAt = await beginFirstPeriod(tx, task, feeTransferId);
  await tell(tx, task, endsAt);
  return startedFromBalance(terms);
}

/** What a start from the balance gave; its subscription has the id of the quote, so a repeat finds it. */
export function startedFromBalance({ quote, version }: OrderTariff): CompletedFreeOrder {
  const subscription = { subscriptionId: quote.id, change: 'started', periodN: 0 } as const;
  const hasExpiringLots = version.grantsPerPeriodUtok > 0 && version.tokenTtlDays !== null;
  return { kind: 'fulfilled', subscription, ...(hasExpiringLots ? { hasExpiringLots } : {}) };
}

async function takeFee(tx: Transaction, { terms, asOf }: FreeTask): Promise<string> {
  const { id: subscriptionId, userId, feeUtok } = terms.quote;
  const { transferId } = await postTransfer(tx, {
    key: `sub:${subscriptionId}:p0:fee`,
    kind: 'subscription_fee',
    legs: [
      { account: wallet(userId), amount: -feeUtok },
      { account: tokenAccount('fees'), amount: feeUtok },
    ],
    ...{ userId, subscriptionId, periodN: 0, asOf },
  });
  return transferId;
}

async function beginFirstPeriod(
  tx: Transaction,
  { terms, asOf, settings }: FreeTask,
  feeTransferId: string,
): Promise<Date> {
  const { quote, version, tariff } = terms;
  const { id: subscriptionId, userId, periodUnit: unit, periodCount: count } = quote;
  assert(unit !== null && count !== null, `quote ${quote.id} has a period`);
  const period = await insertSubscription(tx, {
    ...{ subscriptionId, userId, productCode: tariff.productCode, tariffVersionId: version.id },
    ...{ terms: { unit, count }, zone: settings.billingTimeZone, asOf, feeTransferId },
    driver: 'wallet',
  });
  await grantForPeriod(tx, { row: { id: subscriptionId, userId }, version, period, asOf });
  return period.endsAt;
}

async function tell(
  tx: Transaction,
  { terms, asOf, settings }: FreeTask,
  endsAt: Date,
): Promise<void> {
  const { id, userId, feeUtok } = terms.quote;
  await promiseToUser(tx, userId, {
    key: `${userId}:sub.renewed:${id}:0`,
    template: 'sub.renewed',
    params: { until: endsAt.toISOString(), feeUtok, balanceUtok: await balanceOf(tx, userId) },
    category: 'service',
    ...{ asOf, settings },
  });
}
