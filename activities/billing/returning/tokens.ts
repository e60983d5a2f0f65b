import type { Transaction } from '../../../drizzle/client';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { tokenAccount, wallet } from '../accounts';
import { captureHold } from '../holds';
import { postTransfer } from '../ledger';
import { chooseShares, type LotShare } from '../lots';
import { openItem } from '../open-items';
import { freeOf, type SoldPayment } from './case';

/** Tokens of an order that come back with its money, in micro-tokens. */
export interface TakeBack {
  /** Base of the idempotency keys. */
  readonly key: string;
  /** The frozen tokens; null when there was nothing to freeze. */
  readonly holdId: string | null;
  /** What the hold is captured for: paid tokens and bonus tokens. */
  readonly paidUtok: number;
  readonly bonusUtok: number;
  /** Spent tokens that become a debt as far as the wallet's floor allows. */
  readonly debtUtok: number;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

/**
 * Books tokens back to where they came from: frozen ones from their own lots, spent ones as a debt down to the floor.
 * What fits nowhere is an open item, never forgotten (LG-8). Returns what was really taken of the paid tokens.
 */
export async function takeBack(
  tx: Transaction,
  sold: SoldPayment,
  order: TakeBack,
): Promise<{ takenUtok: number; uncollectedUtok: number }> {
  const frozenUtok = order.holdId === null ? 0 : order.paidUtok + order.bonusUtok;
  const roomUtok = Math.max(0, sold.wallet.balance - sold.wallet.held - sold.wallet.floor);
  const debtUtok = Math.min(order.debtUtok, roomUtok);
  await debit(tx, sold, { order, amountUtok: frozenUtok + debtUtok });
  if (order.bonusUtok > 0) await returnToPromo(tx, sold, order);
  const uncollectedUtok = order.debtUtok - debtUtok;
  if (uncollectedUtok > 0) await openUncollected(tx, sold, { order, uncollectedUtok });
  return { takenUtok: order.paidUtok + debtUtok, uncollectedUtok };
}

async function debit(
  tx: Transaction,
  sold: SoldPayment,
  { order, amountUtok }: { order: TakeBack; amountUtok: number },
): Promise<void> {
  if (amountUtok === 0) return;
  const reversed = sold.paidLots[0]?.transferId;
  const shared = {
    key: `${order.key}:reversal`,
    kind: 'reversal',
    asOf: order.asOf,
    paymentId: sold.payment.id,
    lowestUtok: sold.wallet.floor,
    meta: { debtUtok: order.debtUtok },
    ...(sold.order ? { invoiceId: sold.order.invoice.id } : {}),
    ...(reversed === undefined ? {} : { reversesTransferId: reversed }),
  } as const;
  const counter = tokenAccount('issuance');
  if (order.holdId !== null) {
    await captureHold(tx, { ...shared, holdId: order.holdId, counter, amountUtok });
    return;
  }
  const legs = [
    { account: wallet(sold.userId), amount: -amountUtok },
    { account: counter, amount: amountUtok },
  ];
  await postTransfer(tx, { ...shared, userId: sold.userId, legs });
}

/** Bonus tokens were the promo account's, so it gets them back from issuance, where the reversal has put them. */
async function returnToPromo(tx: Transaction, sold: SoldPayment, order: TakeBack): Promise<void> {
  const reversed = sold.bonusLots[0]?.transferId;
  await postTransfer(tx, {
    key: `${order.key}:bonus`,
    kind: 'reversal',
    legs: [
      { account: tokenAccount('issuance'), amount: -order.bonusUtok },
      { account: tokenAccount('promo'), amount: order.bonusUtok },
    ],
    paymentId: sold.payment.id,
    asOf: order.asOf,
    ...(sold.order ? { invoiceId: sold.order.invoice.id } : {}),
    ...(reversed === undefined ? {} : { reversesTransferId: reversed }),
  });
}

async function openUncollected(
  tx: Transaction,
  sold: SoldPayment,
  { order, uncollectedUtok }: { order: TakeBack; uncollectedUtok: number },
): Promise<void> {
  await openItem(tx, order.settings, {
    key: `${order.key}:uncollected`,
    kind: 'uncollected',
    reason: `${uncollectedUtok} micro-tokens of the order are spent and below the wallet’s floor`,
    asOf: order.asOf,
    userId: sold.userId,
    invoiceId: sold.order?.invoice.id,
    paymentId: sold.payment.id,
  });
}

/** Which parts of the order's lots are frozen for so many paid and bonus tokens, oldest first. */
export function sharesOf(
  sold: SoldPayment,
  wanted: { paidUtok: number; bonusUtok: number },
): LotShare[] {
  const free = (lots: SoldPayment['paidLots']) =>
    lots.map((lot) => ({ ...lot, freeUtok: freeOf(lot) }));
  return [
    ...chooseShares(free(sold.paidLots), wanted.paidUtok),
    ...chooseShares(free(sold.bonusLots), wanted.bonusUtok),
  ].filter(({ amountUtok }) => amountUtok > 0);
}
