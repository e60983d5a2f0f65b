import {
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import type { PaymentRef, PostOutcome } from '../../src/domain/billing/payment';
import { isAtOnce } from '../stubs';
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

type Errand = () => Promise<void>;
type Fulfilled = Extract<PostOutcome, { kind: 'fulfilled' }>;

/** None waits for another but the card, which may change what its subscription does next. */
async function deliverOnce(desk: PaymentDesk, outcome: PostOutcome): Promise<void> {
  const given = givenErrands(desk, outcome);
  const told = toldErrands(desk, outcome);
  const card = cardErrand(desk, outcome);
  if (isAtOnce()) {
    await together([...given, ...told, ...(card ? [] : [wakeNotifier])]);
    await card?.();
    if (card) await wakeNotifier();
    return;
  }
  for (const errand of [...given, ...(card ? [card] : []), ...told, wakeNotifier]) await errand();
}

/** All of them to their ends, so that a further try never runs beside the one before; then the first failure. */
async function together(errands: readonly Errand[]): Promise<void> {
  const ends = await Promise.allSettled(errands.map((errand) => errand()));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

/** The workflows that live by what was given. */
function givenErrands(desk: PaymentDesk, outcome: PostOutcome): readonly Errand[] {
  const clockOffsetMs = clockOffsetOf(desk);
  if (outcome.kind === 'duplicate' && outcome.cancelled) {
    const { cancelled, userId } = outcome;
    return [() => deliverPeriod(cancelled, { userId, clockOffsetMs })];
  }
  if (outcome.kind !== 'fulfilled') return [];
  const { subscription, hasExpiringLots, giftId, rewardedRefereeId: refereeId, userId } = outcome;
  return [
    ...(subscription ? [() => deliverPeriod(subscription, { userId, clockOffsetMs })] : []),
    ...(hasExpiringLots ? [() => wakeWallet({ userId, clockOffsetMs })] : []),
    ...(giftId === undefined ? [] : [() => startGift({ giftId, buyerId: userId, clockOffsetMs })]),
    ...(refereeId === undefined ? [] : [() => startReferral({ refereeId, clockOffsetMs })]),
  ];
}

/** The workflows that wait for the outcome. */
function toldErrands({ input }: PaymentDesk, outcome: PostOutcome): readonly Errand[] {
  const { providerPaymentId } = input;
  const fulfilled = outcome.kind === 'fulfilled' ? outcome : undefined;
  const waiting: Errand[] = fulfilled?.isAutomatic
    ? [() => tellTopup(fulfilled.userId)]
    : isOrdered(outcome)
      ? [() => tellCheckout(outcome.invoiceId, { outcome, providerPaymentId })]
      : [];
  const { completes = [] } = fulfilled ?? {};
  return completes.length > 0 ? [...waiting, () => tellCompleted(completes)] : waiting;
}

function cardErrand(desk: PaymentDesk, outcome: PostOutcome): Errand | undefined {
  if (outcome.kind !== 'fulfilled' || !outcome.savesMethod) return undefined;
  return () => keepCard(desk, outcome);
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
  { invoiceId, subscription, userId }: Fulfilled,
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

function tellTopup(userId: number): Promise<void> {
  return tell(() => getExternalWorkflowHandle(autoTopupId(userId)).signal(topupPaidSignal));
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
