import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { attempts, subscriptions } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import type { PeriodTerms } from '../../src/domain/billing/subscription';
import type { BillingSettings } from '../../src/domain/billing/settings';
import { promiseToUser } from '../outbox';
import { balanceOf, lockWallet } from './ledger';
import { amountOf, type Order, type OrderTariff } from './orders';
import { grantForPeriod } from './period-grants';
import { worthOf, type PeriodGiven } from './periods';
import type { IssuedReceipt } from './receipts';
import type { Receipt } from './sales';
import { restartOf } from './subscription-course/recovering';
import { extendSubscription, type PaidBy, type Subscription } from './timelines';

/** What became of what a renewal would pay for. */
export type RenewalStanding =
  | { readonly kind: 'due'; readonly row: Subscription }
  /** Its owner cancelled while the charge was in flight, and such money goes back (SB-14). */
  | { readonly kind: 'cancelled'; readonly row: Subscription }
  /** The period was paid otherwise, or the subscription is over. */
  | { readonly kind: 'covered' | 'over' };

/** Whether the period that a renewal was ordered for still waits for its money; wallet and subscription are locked. */
export async function renewalStanding(
  tx: Transaction,
  { quote }: OrderTariff,
  settings: Pick<BillingSettings, 'dunningCancelInflight'>,
): Promise<RenewalStanding> {
  await lockWallet(tx, quote.userId);
  const row = await lockLive(tx, quote.subscriptionId);
  if (!row) return { kind: 'over' };
  // An automatic order has the id of its quote.
  const [attempt] = await tx.select().from(attempts).where(eq(attempts.invoiceId, quote.id));
  if (attempt?.periodN !== row.periodN + 1) return { kind: 'covered' };
  const isUnwanted = row.cancelAtEnd && settings.dunningCancelInflight === 'refund';
  return { kind: isUnwanted ? 'cancelled' : 'due', row };
}

/** A subscription that is not over, locked until the transaction ends. */
export async function lockLive(
  tx: Transaction,
  subscriptionId: string | null,
): Promise<Subscription | undefined> {
  if (subscriptionId === null) return undefined;
  const [row] = await tx
    .select()
    .from(subscriptions)
    .where(eq(subscriptions.id, subscriptionId))
    .for('update');
  return row?.state === 'expired' || row?.state === 'ended' ? undefined : row;
}

/** Begins the next period of a subscription with money that came for it, from the old end (SB-13). */
export async function renewPeriod(
  tx: Transaction,
  order: Order,
  paid: { readonly row: Subscription; readonly receipt: Receipt; readonly paidBy: PaidBy },
): Promise<Extract<PeriodGiven, { kind: 'given' }>> {
  const { row, receipt, paidBy } = paid;
  const { quote, version } = order;
  const { asOf, settings } = receipt;
  assert(quote.periodUnit !== null && quote.periodCount !== null, 'a renewal has a period');
  const terms: PeriodTerms = { unit: quote.periodUnit, count: quote.periodCount };
  const next = { tariffVersionId: quote.tariffVersionId, terms, asOf };
  const period = await extendSubscription(tx, row, {
    ...next,
    ...{ paidBy, isRenewal: true, ...worthOf(order) },
    ...restartOf(row, next, settings),
  });
  if (row.cancelAtEnd) await stayCancelled(tx, row);
  await grantForPeriod(tx, { row, version, period, asOf });
  const change = { subscriptionId: row.id, change: 'extended', periodN: period.n } as const;
  return { kind: 'given', change, endsAt: period.endsAt };
}

/** Kept by the setting, but not for longer than this period (SB-14). */
async function stayCancelled(tx: Transaction, { id }: Subscription): Promise<void> {
  await tx
    .update(subscriptions)
    .set({ state: 'cancelling' })
    .where(and(eq(subscriptions.id, id), eq(subscriptions.state, 'active')));
}

/** The receipt of a period that money renewed without its owner doing anything. */
export async function tellRenewed(
  tx: Transaction,
  order: Order,
  told: { receipt: Receipt; endsAt: Date; issued: IssuedReceipt },
): Promise<void> {
  const { invoice, quote } = order;
  const { receipt, endsAt, issued } = told;
  const { paymentId, asOf, settings } = receipt;
  await promiseToUser(tx, invoice.userId, {
    key: `${invoice.userId}:sub.paid:${paymentId}`,
    template: 'sub.paid',
    params: {
      ...amountOf(invoice),
      ...issued,
      until: endsAt.toISOString(),
      tokensUtok: quote.tokensUtok,
      balanceUtok: await balanceOf(tx, invoice.userId),
    },
    category: 'money',
    ...{ asOf, settings },
  });
}
