import {
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import type { PaymentRef, PostOutcome } from '../../src/domain/billing/payment';
import { wakeNotifier } from './activities';
import { autoTopupId, topupPaidSignal } from './auto-topup/contract';
import { keepMethod } from './auto-topup/stubs';
import {
  checkoutId,
  outcomeChangedSignal,
  paymentConfirmationId,
  paymentSeenSignal,
} from './contract';
import { recordRepair } from './operation/stubs';
import { startGift } from './gift/starting';
import type { PaymentDesk } from './payment-desk';
import { deliverPeriod } from './period-delivery';
import { onlyEarlier } from './repairs/trace';
import { startReferral } from './referral/starting';
import { wakeWallet } from './wallet/waking';

const RETRY_MS = 60_000;

/**
 * Carries a booked outcome to those who wait for it: subscription, checkout, person. Money and promise are never
 * separated silently: what fails is tried for ever and shows as stuck (PC-10).
 */
export async function deliver(desk: PaymentDesk, outcome: PostOutcome): Promise<void> {
  desk.phase = 'delivering';
  desk.nextAt = undefined;
  desk.show({ state: 'delivering', waitingFor: 'the outcome to reach everybody' });
  for (;;) {
    try {
      await deliverOnce(desk, outcome);
      await auditRetries(desk);
      return;
    } catch (error) {
      if (isCancellation(error)) throw error;
      desk.show({ state: 'delivering', waitingFor: 'another try to deliver', stuck: 'deliver' });
      desk.isDeliveryRetried = false;
      desk.nextAt = new Date(desk.clock.nowMs() + RETRY_MS).toISOString();
      await condition(() => desk.isDeliveryRetried, RETRY_MS, {
        summary: 'Until delivery is retried',
      });
      await auditRetries(desk);
    }
  }
}

/** A retry changes nothing by itself, so nothing else would remember who asked for it (OPS-3). */
async function auditRetries(desk: PaymentDesk): Promise<void> {
  if (desk.retries.length === 0 || !patched('audit-delivery-retry')) return;
  const { workflowId } = workflowInfo();
  for (const { updateId, operatorId, reason } of desk.retries.splice(0)) {
    const asOf = desk.clock.now();
    await recordRepair({
      ...{ step: `retry:${updateId}`, action: 'payment.delivery_retried' },
      ...{ entity: 'payment' as const, entityId: workflowId, operatorId, reason, asOf },
      ...onlyEarlier(desk.nextAt, asOf),
    });
  }
}

async function deliverOnce(desk: PaymentDesk, outcome: PostOutcome): Promise<void> {
  if (outcome.kind === 'fulfilled' && outcome.subscription) {
    const owner = { userId: outcome.userId, clockOffsetMs: clockOffsetOf(desk) };
    await deliverPeriod(outcome.subscription, owner);
  }
  if (outcome.kind === 'duplicate' && outcome.cancelled) {
    const owner = { userId: outcome.userId, clockOffsetMs: clockOffsetOf(desk) };
    await deliverPeriod(outcome.cancelled, owner);
  }
  if (outcome.kind === 'fulfilled' && outcome.hasExpiringLots) {
    await wakeWallet({ userId: outcome.userId, clockOffsetMs: clockOffsetOf(desk) });
  }
  if (outcome.kind === 'fulfilled' && outcome.giftId !== undefined) {
    const { giftId, userId: buyerId } = outcome;
    await startGift({ giftId, buyerId, clockOffsetMs: clockOffsetOf(desk) });
  }
  if (outcome.kind === 'fulfilled' && outcome.rewardedRefereeId !== undefined) {
    const { rewardedRefereeId: refereeId } = outcome;
    await startReferral({ refereeId, clockOffsetMs: clockOffsetOf(desk) });
  }
  if (outcome.kind === 'fulfilled' && outcome.savesMethod) {
    await keepCard(desk, outcome);
  }
  if (outcome.kind === 'fulfilled' && outcome.isAutomatic) {
    const { userId } = outcome;
    await tell(() => getExternalWorkflowHandle(autoTopupId(userId)).signal(topupPaidSignal));
  } else if (isOrdered(outcome)) {
    const { providerPaymentId } = desk.input;
    await tellCheckout(outcome.invoiceId, { outcome, providerPaymentId });
  }
  if (outcome.kind === 'fulfilled') await tellCompleted(outcome.completes ?? []);
  await wakeNotifier();
}

/** Outcomes of an order that somebody made by hand: its checkout waits for them. */
function isOrdered(outcome: PostOutcome): outcome is PostOutcome & { readonly invoiceId: string } {
  if (outcome.kind === 'superseded' || !outcome.invoiceId) return false;
  return outcome.kind !== 'fulfilled' || outcome.isRenewal !== true;
}

/**
 * The money is booked whatever comes of it: a card that could not be kept can be left once more. Kept for a
 * subscription, it changes what that does next.
 */
async function keepCard(
  desk: PaymentDesk,
  { invoiceId, subscription, userId }: Extract<PostOutcome, { kind: 'fulfilled' }>,
): Promise<void> {
  const { provider, providerPaymentId } = desk.input;
  await tell(async () => {
    const asOf = desk.clock.now();
    const kept = await keepMethod({ provider, providerPaymentId, invoiceId, asOf });
    if (kept.kind !== 'kept' || !kept.isDriving || !subscription) return;
    await deliverPeriod(subscription, { userId, clockOffsetMs: clockOffsetOf(desk) });
  });
}

function clockOffsetOf({ input, context }: PaymentDesk): number {
  return input.clockOffsetMs ?? context?.clockOffsetMs ?? 0;
}

/** Part payments that waited for an operator look at their stored outcome, which has changed. */
async function tellCompleted(completed: readonly PaymentRef[]): Promise<void> {
  for (const { provider, providerPaymentId } of completed) {
    await tell(() =>
      getExternalWorkflowHandle(paymentConfirmationId(provider, providerPaymentId)).signal(
        outcomeChangedSignal,
      ),
    );
  }
}

/** A checkout that has ended needs no word: its invoice says the same. */
async function tellCheckout(
  invoiceId: string,
  seen: { outcome: PostOutcome; providerPaymentId: string },
): Promise<void> {
  await tell(() =>
    getExternalWorkflowHandle(checkoutId(invoiceId)).signal(paymentSeenSignal, seen),
  );
}

async function tell(send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
