import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { gifts, payments } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { convertMinor } from '../../../src/domain/tokens';
import type { GiftState } from '../../../workflows/billing/gift/contract';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings } from '../../transactions';
import { tokenAccount, wallet } from '../accounts';
import { balanceOf, lockWallet, postTransfer, type Leg } from '../ledger';
import { openItem } from '../open-items';
import { loadTerms, type Quote } from '../orders';
import { giftParams, lockGift, type Gift } from './rows';

export interface GiftReturn {
  readonly giftId: string;
  readonly asOf: string;
}

export interface ReturnedGift {
  readonly state: GiftState;
  /** The payment whose money is to go back, by GIFT_RETURN. */
  readonly refundPaymentId?: string;
}

/**
 * Gives an unclaimed gift back to its buyer: what was paid comes to the wallet at the top-up rate of the order, as a
 * paid lot of it, so that it can be refunded like any other (SB-21). One that was claimed meanwhile is left alone.
 */
export async function returnGift(
  { db, settings: defaults }: ActivityDeps,
  step: GiftReturn,
): Promise<ReturnedGift> {
  return inTransaction(db, async (tx) => {
    const gift = await lockGift(tx, step.giftId);
    if (!gift) return { state: 'returned' };
    const settings = await readSettings(tx, defaults);
    if (gift.state === 'claimed') return { state: 'claimed' };
    if (gift.state === 'returned') return answerOf(tx, gift, settings);
    const asOf = new Date(step.asOf);
    await takeBack(tx, gift, asOf);
    await giveBack(tx, gift, { asOf, settings });
    return answerOf(tx, gift, settings);
  });
}

async function answerOf(
  tx: Transaction,
  gift: Gift,
  { giftReturn }: BillingSettings,
): Promise<ReturnedGift> {
  if (giftReturn !== 'refund') return { state: 'returned' };
  return { state: 'returned', refundPaymentId: await paymentOf(tx, gift) };
}

/** The payment that bought it: the one whose outcome says so. */
async function paymentOf(tx: Transaction, gift: Gift): Promise<string> {
  const [row] = await tx
    .select({ id: payments.id })
    .from(payments)
    .where(
      and(
        eq(payments.invoiceId, gift.invoiceId),
        sql`${payments.outcome} ->> 'giftId' = ${gift.id}`,
      ),
    );
  assert(row, `gift ${gift.id} was paid for`);
  return row.id;
}

/** Marks an unclaimed gift returned: its money went back, or is about to. What it held is no longer promised. */
export async function takeBack(tx: Transaction, gift: Gift, asOf: Date): Promise<void> {
  const quote = await quoteOf(tx, gift);
  await tx.update(gifts).set({ state: 'returned' }).where(eq(gifts.id, gift.id));
  await voidTokens(tx, gift, { quote, asOf });
  await writeAudit(tx, {
    action: 'gift.returned',
    entity: 'gift',
    entityId: gift.id,
    before: { state: gift.state },
    after: { state: 'returned' },
    asOf,
  });
}

/** The tokens were never anybody's: they go back where they came from. */
async function voidTokens(
  tx: Transaction,
  gift: Gift,
  { quote, asOf }: { quote: Quote; asOf: Date },
): Promise<void> {
  const { tokensUtok, bonusUtok } = quote;
  if (tokensUtok + bonusUtok === 0) return;
  await postTransfer(tx, {
    key: `gift:${gift.id}:void`,
    kind: 'gift_out',
    legs: [
      { account: tokenAccount('gifts'), amount: -(tokensUtok + bonusUtok) },
      { account: tokenAccount('issuance'), amount: tokensUtok },
      { account: tokenAccount('promo'), amount: bonusUtok },
    ],
    userId: gift.buyerId,
    invoiceId: gift.invoiceId,
    asOf,
    meta: { giftId: gift.id },
  });
}

/** Withdraws the gift of an order whose money has gone back whole; without one there is nothing to withdraw. */
export async function withdrawGift(tx: Transaction, invoiceId: string, asOf: Date): Promise<void> {
  const gift = await lockGift(tx, invoiceId);
  if (gift?.state === 'paid') await takeBack(tx, gift, asOf);
}

async function quoteOf(tx: Transaction, gift: Gift): Promise<Quote> {
  const terms = await loadTerms(tx, gift.quoteId);
  assert(terms, `gift ${gift.id} has terms`);
  return terms.quote;
}

async function giveBack(
  tx: Transaction,
  gift: Gift,
  { asOf, settings }: { asOf: Date; settings: BillingSettings },
): Promise<void> {
  const quote = await quoteOf(tx, gift);
  await lockWallet(tx, gift.buyerId);
  const tokensUtok =
    quote.utokPerMinor === null
      ? quote.tokensUtok
      : convertMinor(quote.payAmountMinor, quote.utokPerMinor);
  if (tokensUtok === 0) await askOperators(tx, gift, { quote, asOf, settings });
  else await credit(tx, gift, { quote, tokensUtok, asOf });
  await promiseToUser(tx, gift.buyerId, {
    key: `${gift.buyerId}:gift.returned:${gift.id}`,
    template: 'gift.returned',
    params: {
      ...(await giftParams(tx, gift)),
      tokensUtok,
      balanceUtok: await balanceOf(tx, gift.buyerId),
    },
    category: 'money',
    asOf,
    settings,
  });
}

interface Credit {
  readonly quote: Quote;
  readonly tokensUtok: number;
  readonly asOf: Date;
}

/** Names the payment, so that a refund finds what it bought. */
async function credit(tx: Transaction, gift: Gift, { quote, tokensUtok, asOf }: Credit) {
  const legs: Leg[] = [
    { account: tokenAccount('issuance'), amount: -tokensUtok },
    { account: wallet(gift.buyerId), amount: tokensUtok },
  ];
  await postTransfer(tx, {
    key: `gift:${gift.id}:return`,
    kind: 'gift_in',
    legs,
    lot: { origin: 'topup', invoiceId: gift.invoiceId, paidMinor: quote.payAmountMinor },
    userId: gift.buyerId,
    invoiceId: gift.invoiceId,
    paymentId: await paymentOf(tx, gift),
    asOf,
    meta: { giftId: gift.id, isReturn: true },
  });
}

/** Access alone, paid in a currency without a rate, has no value in tokens: somebody has to give the money back. */
async function askOperators(
  tx: Transaction,
  gift: Gift,
  { quote, asOf, settings }: { quote: Quote; asOf: Date; settings: BillingSettings },
): Promise<void> {
  const { payAmountMinor: minor, currency, exponent } = quote;
  await openItem(tx, settings, {
    key: `gift:${gift.id}:refund_stuck`,
    kind: 'refund_stuck',
    reason: `nobody claimed the gift, and ${currency} has no top-up rate to return it at`,
    asOf,
    invoiceId: gift.invoiceId,
    userId: gift.buyerId,
    paymentId: await paymentOf(tx, gift),
    amount: { minor, currency, exponent },
  });
}
