import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { gifts, subscriptions, users } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { giftedDays } from '../../../src/domain/billing/gift-period';
import type { SubscriptionChange } from '../../../src/domain/billing/payment';
import type { PeriodTerms } from '../../../src/domain/billing/subscription';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { GiftRefusal } from '../../../workflows/billing/gift/contract';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings } from '../../transactions';
import { tokenAccount, wallet } from '../accounts';
import { balanceOf, lockWallet, postTransfer } from '../ledger';
import { loadTerms, type OrderTariff } from '../orders';
import { expiryOf } from '../sales';
import { moneyRefusal } from '../standing';
import { shiftTimeline } from '../timeline-shifts';
import {
  extendSubscription,
  insertSubscription,
  lockLiveSubscription,
  type Subscription,
} from '../timelines';
import { giftParams, lockGift, type Gift } from './rows';

export interface GiftClaim {
  readonly giftId: string;
  readonly userId: number;
  readonly asOf: string;
}

/** What a claim led to; those who live by it are told afterwards. */
export type ClaimedGift =
  | {
      readonly kind: 'claimed';
      readonly subscription?: SubscriptionChange;
      readonly hasExpiringLots?: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: GiftRefusal };

interface ClaimTask {
  readonly gift: Gift;
  readonly terms: OrderTariff;
  readonly userId: number;
  /** Base of the idempotency keys. */
  readonly key: string;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

/**
 * Gives what was paid for to whoever opened the link, once (SB-21): tokens as a gift lot, days behind those they have.
 * The gift's row is locked first, so of two claimers one gets it; a repeat by that one gives the same answer.
 */
export async function claimGift(
  { db, settings: defaults }: ActivityDeps,
  claim: GiftClaim,
): Promise<ClaimedGift> {
  return inTransaction(db, async (tx) => {
    const gift = await lockGift(tx, claim.giftId);
    const terms = gift && (await loadTerms(tx, gift.quoteId));
    if (!gift || !terms) return refused('unknown');
    const asOf = new Date(claim.asOf);
    const { userId } = claim;
    const settings = await readSettings(tx, defaults);
    const task = { gift, terms, userId, key: `gift:${gift.id}`, asOf, settings };
    if (gift.state === 'claimed' && gift.recipientId === userId) return claimedBefore(tx, task);
    const refusal =
      judgeClaim(gift, userId) ??
      (await moneyRefusal(tx, userId)) ??
      (await buyerRefusal(tx, gift.buyerId));
    return refusal === undefined ? hand(tx, task) : refused(refusal);
  });
}

function judgeClaim(gift: Gift, userId: number): GiftRefusal | undefined {
  if (gift.state !== 'paid') return gift.state;
  return gift.buyerId === userId ? 'own' : undefined;
}

/** A disputed payment freezes what it bought, wherever it lies (DP-1). */
async function buyerRefusal(tx: Transaction, buyerId: number): Promise<GiftRefusal | undefined> {
  const [buyer] = await tx
    .select({ frozenBy: users.moneyFrozenBy })
    .from(users)
    .where(eq(users.id, buyerId));
  return buyer?.frozenBy == null ? undefined : 'not_now';
}

function refused(reason: GiftRefusal): ClaimedGift {
  return { kind: 'refused', reason };
}

async function hand(tx: Transaction, task: ClaimTask): Promise<ClaimedGift> {
  const { gift, userId, asOf } = task;
  await lockWallet(tx, userId);
  await giveTokens(tx, task);
  const given = await givePeriod(tx, task);
  await tx
    .update(gifts)
    .set({ state: 'claimed', recipientId: userId, claimedAt: asOf })
    .where(eq(gifts.id, gift.id));
  await writeAudit(tx, {
    action: 'gift.claimed',
    entity: 'gift',
    entityId: gift.id,
    actor: { kind: 'user', id: String(userId) },
    before: { state: gift.state },
    after: { state: 'claimed', recipientId: userId },
    asOf,
  });
  await tellBoth(tx, task, given?.endsAt);
  return answerOf(task, given?.change);
}

function answerOf(task: ClaimTask, subscription: SubscriptionChange | undefined): ClaimedGift {
  return {
    kind: 'claimed',
    ...(subscription ? { subscription } : {}),
    ...(tokensOf(task) > 0 && task.terms.version.tokenTtlDays !== null
      ? { hasExpiringLots: true }
      : {}),
  };
}

/** A subscription that a gift starts takes its id, so a lost answer can be found again. */
async function claimedBefore(tx: Transaction, task: ClaimTask): Promise<ClaimedGift> {
  const { quote, tariff } = task.terms;
  if (quote.periodUnit === null) return answerOf(task, undefined);
  const [started] = await tx.select().from(subscriptions).where(eq(subscriptions.id, task.gift.id));
  const found = started ?? (await lockLiveSubscription(tx, task.userId, tariff.productCode));
  return answerOf(task, found && { subscriptionId: found.id, change: 'extended' });
}

function tokensOf({ terms: { quote } }: Pick<ClaimTask, 'terms'>): number {
  return quote.tokensUtok + quote.bonusUtok;
}

async function giveTokens(tx: Transaction, task: ClaimTask): Promise<void> {
  const { gift, terms, userId, asOf } = task;
  const tokensUtok = tokensOf(task);
  if (tokensUtok === 0) return;
  await postTransfer(tx, {
    key: `${task.key}:claim`,
    kind: 'gift_in',
    legs: [
      { account: tokenAccount('gifts'), amount: -tokensUtok },
      { account: wallet(userId), amount: tokensUtok },
    ],
    lot: { origin: 'gift', ...expiryOf(terms.version, asOf) },
    userId,
    asOf,
    meta: { giftId: gift.id },
  });
}

interface GivenPeriod {
  readonly change: SubscriptionChange;
  readonly endsAt: Date;
}

/** Days behind those the person has, whose plan stays what it is; without a subscription the gift's own plan begins. */
async function givePeriod(tx: Transaction, task: ClaimTask): Promise<GivenPeriod | undefined> {
  const { quote, tariff } = task.terms;
  const { periodUnit: unit, periodCount: count } = quote;
  if (unit === null || count === null) return undefined;
  const live = await lockLiveSubscription(tx, task.userId, tariff.productCode);
  const terms = { unit, count };
  return live ? append(tx, task, { live, terms }) : start(tx, task, terms);
}

async function start(tx: Transaction, task: ClaimTask, terms: PeriodTerms): Promise<GivenPeriod> {
  const { gift, userId, asOf, settings } = task;
  const { quote, tariff } = task.terms;
  const { payAmountMinor: minor, currency, tokensUtok: planTokensUtok } = quote;
  const period = await insertSubscription(tx, {
    ...{ subscriptionId: gift.id, userId, terms, asOf },
    productCode: tariff.productCode,
    tariffVersionId: quote.tariffVersionId,
    zone: settings.billingTimeZone,
    paidBy: 'gift',
    worth: { minor, currency, planTokensUtok },
  });
  const change = { subscriptionId: gift.id, change: 'started' } as const;
  const bonus = quote.bonusDays;
  const endsAt = bonus === 0 ? period.endsAt : await shift(tx, task, { id: gift.id, days: bonus });
  return { change, endsAt };
}

/** A trial must end before what follows it, and hours are no days: both get a period of its own. */
async function append(
  tx: Transaction,
  task: ClaimTask,
  { live, terms }: { live: Subscription; terms: PeriodTerms },
): Promise<GivenPeriod> {
  const { quote } = task.terms;
  const change = { subscriptionId: live.id, change: 'extended' } as const;
  const ofOwn = live.state === 'trialing' || terms.unit === 'hour';
  if (!ofOwn) {
    const span = { fromMs: live.periodEnd.getTime(), zone: live.billingZone };
    const days = giftedDays(span, terms) + quote.bonusDays;
    return { change, endsAt: await shift(tx, task, { id: live.id, days }) };
  }
  const { tariffVersionId } = quote;
  const { asOf } = task;
  const extension = { tariffVersionId, terms, asOf, paidBy: 'gift' } as const;
  const period = await extendSubscription(tx, live, extension);
  const bonus = quote.bonusDays;
  const endsAt = bonus === 0 ? period.endsAt : await shift(tx, task, { id: live.id, days: bonus });
  return { change, endsAt };
}

function shift(tx: Transaction, task: ClaimTask, { id, days }: { id: string; days: number }) {
  assert(days > 0, `gift ${task.gift.id} gives whole days`);
  return shiftTimeline(tx, {
    key: `${task.key}:days`,
    subscriptionId: id,
    kind: 'gift_days',
    days,
    actor: { kind: 'user', id: String(task.userId) },
    reason: `gift ${task.gift.id}`,
    asOf: task.asOf,
  });
}

async function tellBoth(tx: Transaction, task: ClaimTask, endsAt: Date | undefined): Promise<void> {
  const { gift, userId, asOf, settings } = task;
  const params = await giftParams(tx, gift);
  await promiseToUser(tx, userId, {
    key: `${userId}:gift.received:${gift.id}`,
    template: 'gift.received',
    params: {
      ...params,
      tokensUtok: tokensOf(task),
      balanceUtok: await balanceOf(tx, userId),
      ...(endsAt ? { until: endsAt.toISOString() } : {}),
    },
    category: 'money',
    asOf,
    settings,
  });
  await promiseToUser(tx, gift.buyerId, {
    key: `${gift.buyerId}:gift.claimed:${gift.id}`,
    template: 'gift.claimed',
    params,
    category: 'service',
    asOf,
    settings,
  });
}
