import type { Transaction } from '../../drizzle/client';
import type { TransferKind } from '../../drizzle/schema';
import { assertNever } from '../../src/domain/assert';
import type { Secrets } from '../../src/domain/secrets';
import type { BillingSettings } from '../../src/domain/billing/settings';
import { convertMinor } from '../../src/domain/tokens';
import { moneyAccount, tokenAccount, wallet, type AccountRef } from './accounts';
import { postTransfer, type Leg, type TransferOrder } from './ledger';
import type { Order, TariffVersion } from './orders';

const DAY = 86_400_000;

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
  readonly secrets: Secrets;
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

/** Books the money as earned and the tokens it bought as a paid lot, in one transfer (LG-1). */
export async function postSale(tx: Transaction, order: Order, receipt: Receipt): Promise<void> {
  const { invoice } = order;
  const kind = saleKind(order);
  await postTransfer(tx, {
    ...moneyIn(order, receipt, kind),
    legs: [...saleLegs(order, receipt), ...goodsLegs(order)],
    lot: {
      origin: kind === 'topup' ? 'topup' : 'pack',
      invoiceId: invoice.id,
      paidMinor: totalOf(receipt),
      ...expiryOf(order.version, receipt.asOf),
    },
  });
}

/** Tokens that a promo code adds: a lot of their own, which burns before what was bought (T-D6). */
export async function postBonus(tx: Transaction, order: Order, receipt: Receipt): Promise<void> {
  const { quote, invoice, version } = order;
  if (quote.bonusUtok === 0) return;
  await postTransfer(tx, {
    key: `${receipt.key}:bonus`,
    kind: 'promo_bonus',
    legs: [
      { account: tokenAccount('promo'), amount: -quote.bonusUtok },
      { account: holderOf(order), amount: quote.bonusUtok },
    ],
    lot: { origin: 'promo', invoiceId: invoice.id, ...expiryOf(version, receipt.asOf) },
    userId: invoice.userId,
    invoiceId: invoice.id,
    asOf: receipt.asOf,
  });
}

/** Tokens of a version that lets them lapse end so many days after they came; paid lots do not by default (LG-6). */
export function expiryOf(version: TariffVersion, asOf: Date): { expiresAt?: Date } {
  const { tokenTtlDays } = version;
  return tokenTtlDays === null ? {} : { expiresAt: new Date(asOf.getTime() + tokenTtlDays * DAY) };
}

/** A release from suspense is not a second money-in, so it carries its own kind (unique index of `transfers`). */
export function moneyIn(
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

export function saleLegs({ invoice }: Order, receipt: Receipt): Leg[] {
  const earned = { account: moneyAccount('deferred', invoice.currency), amount: totalOf(receipt) };
  return [...receipt.sources, earned];
}

/** What was really paid, which an operator may have let stand for a little more or less than the order's amount. */
export function totalOf(receipt: Receipt): number {
  return -receipt.sources.reduce((sum, leg) => sum + leg.amount, 0);
}

function goodsLegs(order: Order): Leg[] {
  const { tokensUtok } = order.quote;
  return [
    { account: tokenAccount('issuance'), amount: -tokensUtok },
    { account: holderOf(order), amount: tokensUtok },
  ];
}

/** Who gets what is sold: a gift belongs to nobody until it is claimed (SB-21). */
function holderOf({ quote, invoice }: Order): AccountRef {
  return quote.purpose === 'gift' ? tokenAccount('gifts') : wallet(invoice.userId);
}

export function tokenLegs(userId: number, tokensUtok: number): Leg[] {
  return [
    { account: tokenAccount('issuance'), amount: -tokensUtok },
    { account: wallet(userId), amount: tokensUtok },
  ];
}
