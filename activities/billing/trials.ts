import { and, eq, isNotNull } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../drizzle/client';
import { invoices, lots, trialGrants, users } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import type { SubscriptionChange } from '../../src/domain/billing/payment';
import type { Period, PeriodTerms } from '../../src/domain/billing/subscription';
import { judgeTrial, type TrialRefusal } from '../../src/domain/billing/trial';
import { writeAudit } from '../audit';
import { promiseToUser } from '../outbox';
import { tokenAccount, wallet } from './accounts';
import type { CompletedFreeOrder, FreeTask } from './free-orders';
import { balanceOf, lockWallet, postTransfer } from './ledger';
import type { Quote } from './orders';
import { confirmSlot, liveUse, reserveSlot } from './promo-slots';
import { extendSubscription, insertSubscription, lockLiveSubscription } from './timelines';

const DAY = 86_400_000;

/**
 * Gives a trial, or says why not (TR-3): slot, period, tokens and the grant whose primary key lets nobody have it
 * twice (TR-2). The person's row is locked by the caller, so two trials of one person take turns.
 */
export async function giveTrial(tx: Transaction, task: FreeTask): Promise<CompletedFreeOrder> {
  const { quote } = task.terms;
  const refusal = await refusalOf(tx, task);
  if (refusal !== undefined) return { kind: 'refused', reason: refusal };
  await lockWallet(tx, quote.userId);
  const noSlot = await reserveSlot(tx, { quote, invoiceId: null, asOf: task.asOf });
  if (noSlot !== undefined) return { kind: 'refused', reason: noSlot };
  await confirmSlot(tx, quote, task.asOf);
  const given = await givePeriod(tx, task);
  const expiresAt = expiryOf(task, given.period.endsAt);
  const transferId = await giveTokens(tx, task, expiresAt);
  await recordGrant(tx, task, { ...given, transferId });
  await tell(tx, task, given.period);
  return {
    kind: 'fulfilled',
    subscription: given.change,
    ...(transferId !== undefined && expiresAt ? { hasExpiringLots: true } : {}),
  };
}

/** What the trial of a consumed quote gave. */
export async function givenTrial(tx: Transaction, quote: Quote): Promise<CompletedFreeOrder> {
  const use = await liveUse(tx, quote.id);
  assert(use, `trial ${quote.id} used its code`);
  const [grant] = await tx.select().from(trialGrants).where(eq(trialGrants.promoUseId, use.id));
  assert(grant, `trial ${quote.id} was granted`);
  const [lot] = await tx
    .select({ expiresAt: lots.expiresAt })
    .from(lots)
    .where(eq(lots.transferId, grant.transferId ?? NO_TRANSFER));
  const { subscriptionId } = grant;
  return {
    kind: 'fulfilled',
    subscription: { subscriptionId, change: 'started' },
    ...(lot?.expiresAt ? { hasExpiringLots: true } : {}),
  };
}

const NO_TRANSFER = '00000000-0000-0000-0000-000000000000';

async function refusalOf(tx: Transaction, task: FreeTask): Promise<TrialRefusal | undefined> {
  const { quote, tariff } = task.terms;
  const granted = await tx
    .select({ tariffId: trialGrants.tariffId })
    .from(trialGrants)
    .where(eq(trialGrants.userId, quote.userId));
  const standing = {
    hadThis: granted.some(({ tariffId }) => tariffId === tariff.id),
    hadAnother: granted.some(({ tariffId }) => tariffId !== tariff.id),
    hasPaid: await hasPaid(tx, quote.userId),
    accountAgeMs: task.asOf.getTime() - (await arrivalMs(tx, quote.userId)),
  };
  return judgeTrial(standing, task.settings);
}

/** A person's own clock runs with the wall's when they arrive, so this physical instant is one of theirs. */
async function arrivalMs(tx: Transaction, userId: number): Promise<number> {
  const [row] = await tx
    .select({ recordedAt: users.recordedAt })
    .from(users)
    .where(eq(users.id, userId));
  assert(row, `person ${userId} of the trial exists`);
  return row.recordedAt.getTime();
}

/** Money that went back counts, too: whoever has paid once is no newcomer. */
async function hasPaid(tx: Transaction, userId: number): Promise<boolean> {
  const [row] = await tx
    .select({ id: invoices.id })
    .from(invoices)
    .where(and(eq(invoices.userId, userId), isNotNull(invoices.paidAt)))
    .limit(1);
  return row !== undefined;
}

interface TrialPeriod {
  readonly change: SubscriptionChange;
  readonly period: Period;
}

/** Appended to what runs, never beside it (TR-4). */
async function givePeriod(tx: Transaction, task: FreeTask): Promise<TrialPeriod> {
  const { quote, tariff } = task.terms;
  const { tariffVersionId, userId } = quote;
  const terms = periodTermsOf(quote);
  const shared = { tariffVersionId, terms, asOf: task.asOf, paidBy: 'trial' } as const;
  const live = await lockLiveSubscription(tx, userId, tariff.productCode);
  if (live) {
    const period = await extendSubscription(tx, live, shared);
    return { change: { subscriptionId: live.id, change: 'extended' }, period };
  }
  const subscriptionId = v7();
  const period = await insertSubscription(tx, {
    ...shared,
    subscriptionId,
    userId,
    productCode: tariff.productCode,
    zone: task.settings.billingTimeZone,
    state: 'trialing',
  });
  return { change: { subscriptionId, change: 'started' }, period };
}

function periodTermsOf({ id, periodUnit: unit, periodCount: count }: Quote): PeriodTerms {
  assert(unit !== null && count !== null, `trial ${id} has a period, as every trial version does`);
  return { unit, count };
}

/** Tokens of a version that lets them lapse end with the trial and its grace (TR-3). */
function expiryOf({ terms, settings }: FreeTask, trialEndsAt: Date): Date | undefined {
  if (terms.version.tokenTtlDays === null) return undefined;
  return new Date(trialEndsAt.getTime() + Math.round(settings.trialTokenGraceDays * DAY));
}

async function giveTokens(
  tx: Transaction,
  task: FreeTask,
  expiresAt: Date | undefined,
): Promise<string | undefined> {
  const { userId, tokensUtok } = task.terms.quote;
  if (tokensUtok === 0) return undefined;
  const { transferId } = await postTransfer(tx, {
    key: `${task.key}:trial`,
    kind: 'trial',
    legs: [
      { account: tokenAccount('promo'), amount: -tokensUtok },
      { account: wallet(userId), amount: tokensUtok },
    ],
    lot: { origin: 'trial', ...(expiresAt ? { expiresAt } : {}) },
    userId,
    asOf: task.asOf,
  });
  return transferId;
}

async function recordGrant(
  tx: Transaction,
  task: FreeTask,
  given: TrialPeriod & { transferId: string | undefined },
): Promise<void> {
  const { quote, tariff } = task.terms;
  const { period, change } = given;
  const use = await liveUse(tx, quote.id);
  const { subscriptionId } = change;
  await tx.insert(trialGrants).values({
    userId: quote.userId,
    tariffId: tariff.id,
    promoUseId: use?.id ?? null,
    transferId: given.transferId ?? null,
    subscriptionId,
    startsAt: period.startsAt,
    endsAt: period.endsAt,
  });
  await writeAudit(tx, {
    action: 'trial.activated',
    entity: 'trial',
    entityId: `${quote.userId}:${tariff.id}`,
    actor: { kind: 'user', id: String(quote.userId) },
    after: { quoteId: quote.id, subscriptionId, endsAt: period.endsAt.toISOString() },
    asOf: task.asOf,
  });
}

/** Asked for by a tap a moment ago, so it does not wait for the end of the night (NT-4). */
async function tell(tx: Transaction, task: FreeTask, period: Period): Promise<void> {
  const { quote, tariff, version } = task.terms;
  const { ru: planRu, en: planEn } = version.nameI18n;
  const { userId, tokensUtok } = quote;
  await promiseToUser(tx, userId, {
    key: `${userId}:trial.started:${tariff.id}`,
    template: 'trial.started',
    params: {
      ...{ planRu, planEn, tokensUtok },
      until: period.endsAt.toISOString(),
      balanceUtok: await balanceOf(tx, userId),
    },
    category: 'money',
    asOf: task.asOf,
    settings: task.settings,
  });
}
