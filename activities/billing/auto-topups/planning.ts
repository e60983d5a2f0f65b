import { count, eq, and } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts, autoTopups, users } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { capIn, decideTopup, topupWindows } from '../../../src/domain/billing/auto-topup';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings, stepKey } from '../../transactions';
import { describeAttempt, type Attempt, type ChargeAttempt } from '../charges/attempts';
import type { Method } from '../charges/methods';
import { askingTerms } from '../charges/unknown';
import { isLastMoneySuspended, liveAttempt, takenSince } from './attempts';
import { orderTopup, topupOffer, type TopupOffer } from './pricing';
import {
  availableNow,
  clearRequest,
  hasLivePlan,
  lockPermission,
  type StandingOrder,
} from './standing';
import { stopAndTell } from './stopping';

export type PlannedTopup =
  | { readonly kind: 'idle'; readonly reason: string }
  /** Nothing before this instant, ISO 8601, unless the order changes. */
  | { readonly kind: 'deferred'; readonly until: string }
  | { readonly kind: 'charge'; readonly attempt: ChargeAttempt };

/** Whose standing order is looked at, and when. */
export interface TopupQuestion {
  readonly userId: number;
  readonly asOf: string;
}

/**
 * Decides what a standing order does now, and writes the order of the charge when it does: quote, invoice and the one
 * live attempt. A charge that is under way already is answered again, whatever became of the order meanwhile. What is
 * decided against is forgotten until the next debit.
 */
export async function planAutoTopup(
  { db, settings: defaults }: ActivityDeps,
  { userId, asOf: at }: TopupQuestion,
): Promise<PlannedTopup> {
  return inTransaction(db, async (tx) => {
    const asOf = new Date(at);
    const { order, permission } = await lockPermission(tx, userId, asOf);
    const live = await liveAttempt(tx, userId);
    const settings = await readSettings(tx, defaults);
    if (live) return { kind: 'charge', attempt: await describeCharge(tx, live, settings) };
    if (!order) return { kind: 'idle', reason: 'there is no standing order' };
    if (permission.kind === 'denied') {
      await clearRequest(tx, userId);
      const { stop: because, reason } = permission;
      if (because) await stopAndTell(tx, userId, { because, asOf, settings });
      return { kind: 'idle', reason };
    }
    return decide(tx, { order, method: permission.method, settings, asOf });
  });
}

async function describeCharge(
  tx: Transaction,
  attempt: Attempt,
  settings: BillingSettings,
): Promise<ChargeAttempt> {
  return { ...(await describeAttempt(tx, attempt)), asking: askingTerms(attempt, settings) };
}

interface Situation {
  readonly order: StandingOrder;
  readonly method: Method;
  readonly settings: BillingSettings;
  readonly asOf: Date;
}

async function decide(tx: Transaction, situation: Situation): Promise<PlannedTopup> {
  const { order, settings, asOf } = situation;
  const { userId, currency } = order;
  const availableUtok = await availableNow(tx, userId);
  if (availableUtok >= order.thresholdUtok) return rest(tx, userId);
  if (order.deferredUntil && order.deferredUntil > asOf) {
    return { kind: 'deferred', until: order.deferredUntil.toISOString() };
  }
  if (await isLastMoneySuspended(tx, userId)) {
    return idle(tx, userId, 'the money of the last top-up waits for an operator');
  }
  const offer = await topupOffer(tx, { currency, asOf });
  if (!offer || settings.autoTopupDailyCapMinor === 0) return idle(tx, userId, 'nothing is sold');
  if (offer.terms.feeUtok > 0 && !(await hasLivePlan(tx, userId))) {
    return idle(tx, userId, 'without a plan a top-up would begin one');
  }
  return charge(tx, situation, { offer, availableUtok });
}

/** Enough is there, whoever brought it: earlier declines are forgotten too. */
async function rest(tx: Transaction, userId: number): Promise<PlannedTopup> {
  const calm = { requestedAt: null, deferredUntil: null, declines: 0 };
  await tx.update(autoTopups).set(calm).where(eq(autoTopups.userId, userId));
  return { kind: 'idle', reason: 'enough is available' };
}

async function idle(tx: Transaction, userId: number, reason: string): Promise<PlannedTopup> {
  await clearRequest(tx, userId);
  return { kind: 'idle', reason };
}

async function charge(
  tx: Transaction,
  situation: Situation,
  { offer, availableUtok }: { offer: TopupOffer; availableUtok: number },
): Promise<PlannedTopup> {
  const { order, settings, asOf } = situation;
  const { userId } = order;
  const windows = topupWindows({ zone: await zoneOf(tx, userId), atMs: asOf.getTime() });
  const { day, week } = windows;
  const since = { day: new Date(day.startsMs), week: new Date(week.startsMs) };
  const decision = decideTopup({
    ...{ order, availableUtok, limits: offer.limits, utokPerMinor: offer.utokPerMinor },
    operatorCapMinor: capIn(offer, settings.autoTopupDailyCapMinor),
    ...(await takenSince(tx, userId, since)),
  });
  switch (decision.kind) {
    case 'enough':
      return rest(tx, userId);
    case 'impossible':
      await stopAndTell(tx, userId, { because: 'cap', asOf, settings });
      return { kind: 'idle', reason: 'the caps leave nothing that can be bought' };
    case 'deferred':
      return defer(tx, situation, { offer, until: new Date(windows[decision.window].endsMs) });
    case 'charge':
      return place(tx, situation, { offer, amountMinor: decision.amountMinor });
  }
}

async function zoneOf(tx: Transaction, userId: number): Promise<string> {
  const [person] = await tx
    .select({ timeZone: users.timeZone })
    .from(users)
    .where(eq(users.id, userId));
  return person?.timeZone ?? 'UTC';
}

/** Put off to the next window and said once, not dropped. */
async function defer(
  tx: Transaction,
  { order, settings, asOf }: Situation,
  { offer, until }: { offer: TopupOffer; until: Date },
): Promise<PlannedTopup> {
  const { userId, dailyCapMinor: amountMinor, currency } = order;
  await tx.update(autoTopups).set({ deferredUntil: until }).where(eq(autoTopups.userId, userId));
  const { exponent } = offer.limits.minimum;
  await promiseToUser(tx, userId, {
    key: `${userId}:auto.deferred:${until.toISOString()}`,
    template: 'auto.deferred',
    params: { amountMinor, currency, exponent, until: until.toISOString() },
    category: 'money',
    asOf,
    settings,
  });
  return { kind: 'deferred', until: until.toISOString() };
}

async function place(
  tx: Transaction,
  { order, method, settings, asOf }: Situation,
  { offer, amountMinor }: { offer: TopupOffer; amountMinor: number },
): Promise<PlannedTopup> {
  const { userId, currency } = order;
  const { provider, id: methodId } = method;
  const ordered = { userId, provider, amountMinor, asOf, settings };
  const { invoiceId } = await orderTopup(tx, offer, ordered);
  const key = stepKey(`a${(await attemptsSoFar(tx, userId)) + 1}`);
  const [attempt] = await tx
    .insert(attempts)
    .values({
      ...{ key, userId, purpose: 'auto_topup', driver: 'saved_method', state: 'created' },
      ...{ invoiceId, provider, methodId, amountMinor, currency, asOf },
    })
    .returning();
  assert(attempt, 'an inserted attempt is returned');
  await writeAudit(tx, {
    ...{ action: 'auto_topup.ordered', entity: 'user', entityId: String(userId), asOf },
    after: { attemptId: attempt.id, invoiceId, amountMinor, currency },
  });
  return { kind: 'charge', attempt: await describeCharge(tx, attempt, settings) };
}

async function attemptsSoFar(tx: Transaction, userId: number): Promise<number> {
  const [row] = await tx
    .select({ made: count() })
    .from(attempts)
    .where(and(eq(attempts.userId, userId), eq(attempts.purpose, 'auto_topup')));
  return row?.made ?? 0;
}
