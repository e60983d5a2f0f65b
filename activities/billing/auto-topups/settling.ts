import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts, autoTopups, invoices } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { retryDelayMs } from '../../../src/domain/billing/auto-topup';
import type { WireDecline } from '../../../src/domain/billing/payment';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings, stepKey } from '../../transactions';
import { closeOrder, isLive, lockAttempt, type Attempt } from '../charges/attempts';
import { showUnknown } from '../charges/unknown';
import { lockStanding, switchOff } from './standing';
import { stopAndTell } from './stopping';

/** A charge that was never sent: nothing was asked of anybody. */
export async function voidAttempt(
  tx: Transaction,
  attempt: Attempt,
  { reason, asOf }: { reason: string; asOf: Date },
): Promise<void> {
  await tx.update(attempts).set({ state: 'void' }).where(eq(attempts.id, attempt.id));
  await closeOrder(tx, attempt, { reason, asOf });
}

interface Declined {
  readonly decline: WireDecline;
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

/**
 * Books a refusal: its order is closed, a soft one is tried again later as long as the balance stays low, a hard one
 * switches the standing order off. Its owner is told either way.
 */
export async function declineAttempt(
  tx: Transaction,
  attempt: Attempt,
  { decline, asOf, settings }: Declined,
): Promise<void> {
  const { userId } = attempt;
  await tx
    .update(attempts)
    .set({ state: decline.isHard ? 'failed_hard' : 'failed_soft', declineCode: decline.code })
    .where(eq(attempts.id, attempt.id));
  await closeOrder(tx, attempt, { reason: `declined: ${decline.code}`, asOf });
  const order = await lockStanding(tx, userId);
  if (!order?.isActive) return;
  const declines = order.declines + 1;
  const delayMs = decline.isHard ? undefined : retryDelayMs(declines);
  if (delayMs === undefined) {
    return stopAndTell(tx, userId, { because: 'declined', asOf, settings });
  }
  const deferredUntil = new Date(asOf.getTime() + delayMs);
  await tx.update(autoTopups).set({ declines, deferredUntil }).where(eq(autoTopups.userId, userId));
  await promiseToUser(tx, userId, {
    key: `${userId}:auto.declined:${attempt.id}`,
    template: 'auto.declined',
    params: { ...(await amountOf(tx, attempt)), until: deferredUntil.toISOString() },
    category: 'money',
    asOf,
    settings,
  });
}

async function amountOf(tx: Transaction, { invoiceId, key }: Attempt) {
  assert(invoiceId, `attempt ${key} has an order`);
  const [invoice] = await tx.select().from(invoices).where(eq(invoices.id, invoiceId));
  assert(invoice, `attempt ${key} has an order`);
  const { payAmountMinor: amountMinor, currency, exponent } = invoice;
  return { amountMinor, currency, exponent };
}

/** What the provider said when it was asked; a payment that failed without a word may be tried again. */
export async function recordTopupDecline(
  { db, settings: defaults }: ActivityDeps,
  told: { readonly attemptId: string; readonly decline?: WireDecline; readonly asOf: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const attempt = await lockAttempt(tx, told.attemptId);
    if (!isLive(attempt)) return;
    const settings = await readSettings(tx, defaults);
    const decline = told.decline ?? { code: 'declined', isHard: false };
    await declineAttempt(tx, attempt, { decline, asOf: new Date(told.asOf), settings });
  });
}

/** Whether the outcome of a charge is still open. */
export async function topupAttemptState(
  { db }: ActivityDeps,
  { attemptId }: { readonly attemptId: string },
): Promise<{ readonly isOpen: boolean; readonly state: Attempt['state'] }> {
  const [attempt] = await db.select().from(attempts).where(eq(attempts.id, attemptId));
  assert(attempt, `attempt ${attemptId} exists`);
  return { isOpen: isLive(attempt), state: attempt.state };
}

export interface SilentCharge {
  readonly attemptId: string;
  readonly reason: string;
  /** `slow` tells its owner that checking goes on, `overdue` shows it to the operators (PC-11, PC-16). */
  readonly as: 'slow' | 'overdue';
  readonly asOf: string;
}

/** A charge whose outcome stays unknown: said once to whom it concerns. */
export async function tellUnknownTopup(
  { db, settings: defaults }: ActivityDeps,
  { attemptId, reason, as, asOf: at }: SilentCharge,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const attempt = await lockAttempt(tx, attemptId);
    if (!isLive(attempt)) return;
    const { userId } = attempt;
    const shared = { asOf: new Date(at), settings: await readSettings(tx, defaults) };
    const amount = await amountOf(tx, attempt);
    if (as === 'slow') {
      return promiseToUser(tx, userId, {
        key: `${userId}:auto.confirming:${attemptId}`,
        template: 'auto.confirming',
        params: amount,
        category: 'money',
        ...shared,
      });
    }
    const { amountMinor: minor, currency, exponent } = amount;
    await showUnknown(tx, shared.settings, {
      attempt,
      key: stepKey(`unknown_outcome:${attemptId}`),
      reason: `an automatic top-up has no outcome: ${reason}`,
      amount: { minor, currency, exponent },
      asOf: shared.asOf,
    });
  });
}

/** A person leaves: their standing order ends in the transaction of their wish (AU-4). */
export async function endStandingTopup(
  tx: Transaction,
  { userId, asOf }: { userId: number; asOf: Date },
): Promise<void> {
  await switchOff(tx, userId, { because: 'erasure', asOf });
}
