import { eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { quotes } from '../../drizzle/schema';
import { assertNever } from '../../src/domain/assert';
import type { SubscriptionChange } from '../../src/domain/billing/payment';
import type { BillingSettings } from '../../src/domain/billing/settings';
import type { FreeOrderRefusal } from '../../workflows/billing/free-order/contract';
import type { ActivityDeps } from '../deps';
import { inTransaction, readSettings, workflowId } from '../transactions';
import { startedFromBalance, startFromBalance } from './balance-starts';
import { giveUpgrade } from './free-upgrades';
import { isIntact, loadTerms, quoteHolds, type OrderTariff } from './orders';
import { moneyRefusal } from './standing';
import { givenTrial, giveTrial } from './trials';

export interface FreeOrder {
  readonly quoteId: string;
  readonly userId: number;
  readonly asOf: string;
}

/** What completing an order without a price led to; those who live by it are told afterwards. */
export type CompletedFreeOrder =
  | {
      readonly kind: 'fulfilled';
      readonly subscription?: SubscriptionChange;
      /** Some of its tokens lapse some day: somebody has to watch them. */
      readonly hasExpiringLots?: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: FreeOrderRefusal };

/** A free order whose quote is locked and whose person may move money. */
export interface FreeTask {
  readonly terms: OrderTariff;
  /** Base of the idempotency keys: the id of the order's workflow. */
  readonly key: string;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

/** Side effects of the `freeOrder` workflow. Each is one transaction; repeating it changes nothing. */
export function freeOrderActivities(deps: ActivityDeps) {
  return {
    completeFreeOrder: (order: FreeOrder) => completeFreeOrder(deps, order),
  };
}

/**
 * Consumes a quote that costs nothing and gives what it promised, or says why not (CO-13). The quote is locked first:
 * a try that runs beside another waits here and then finds what that one gave.
 */
async function completeFreeOrder(
  { db, settings: defaults }: ActivityDeps,
  order: FreeOrder,
): Promise<CompletedFreeOrder> {
  return inTransaction(db, async (tx) => {
    const asOf = new Date(order.asOf);
    const key = workflowId();
    await tx.select().from(quotes).where(eq(quotes.id, order.quoteId)).for('update');
    const terms = await loadTerms(tx, order.quoteId);
    if (terms?.quote.userId !== order.userId || !terms) return refused('quote_unknown');
    if (terms.quote.consumedBy === key) return completedBefore(tx, terms);
    const refusal = judgeQuote(terms, asOf) ?? (await moneyRefusal(tx, order.userId));
    if (refusal !== undefined) return refused(refusal);
    const settings = await readSettings(tx, defaults);
    const given = await give(tx, { terms, key, asOf, settings });
    if (given.kind === 'fulfilled') {
      await tx.update(quotes).set({ consumedBy: key }).where(eq(quotes.id, order.quoteId));
    }
    return given;
  });
}

function judgeQuote(terms: OrderTariff, asOf: Date): FreeOrderRefusal | undefined {
  const { quote } = terms;
  if (quote.consumedBy !== null) return 'quote_already_used';
  if (!quoteHolds(terms, asOf)) return 'quote_expired';
  if (!isIntact(quote)) return 'terms_changed';
  return quote.payAmountMinor > 0 ? 'not_free' : undefined;
}

function refused(reason: FreeOrderRefusal): CompletedFreeOrder {
  return { kind: 'refused', reason };
}

async function give(tx: Transaction, task: FreeTask): Promise<CompletedFreeOrder> {
  const { purpose } = task.terms.quote;
  switch (purpose) {
    case 'trial':
      return giveTrial(tx, task);
    case 'upgrade':
      return giveUpgrade(tx, task);
    case 'renewal':
      return startFromBalance(tx, task);
    case 'purchase':
    case 'topup':
    case 'gift':
      // Nothing of this kind is sold for nothing: prices are above zero, and a discount leaves the minimum payable.
      return refused('not_free');
    default:
      return assertNever(purpose);
  }
}

/** The answer of an earlier try that was lost on its way. */
async function completedBefore(tx: Transaction, terms: OrderTariff) {
  const { quote } = terms;
  if (quote.purpose === 'trial') return givenTrial(tx, quote);
  if (quote.purpose === 'renewal') return startedFromBalance(terms);
  const { subscriptionId } = quote;
  const subscription = { subscriptionId: subscriptionId ?? '', change: 'extended' } as const;
  return { kind: 'fulfilled', ...(subscriptionId === null ? {} : { subscription }) } as const;
}
