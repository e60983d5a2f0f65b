import { isCancellation } from '@temporalio/workflow';
import type { AskedRenewal } from '../../../activities/billing/subscription-course/asking';
import type { SentRenewal } from '../../../activities/billing/subscription-course/charging';
import { FACT_RANK } from '../../../src/domain/billing/payment';
import type { CourseStepKind } from '../../../src/domain/billing/subscription-course';
import { wakeNotifier } from '../activities';
import { hintPaymentConfirmation } from '../hints';
import type { SubscriptionDesk } from './desk';
import { askRenewalCharge, sendRenewalCharge, tellTelegram } from './stubs';

/** Steps that reach a provider; everything else is one transaction. */
export function isCall(kind: CourseStepKind): kind is 'send' | 'ask' | 'stars' {
  return kind === 'send' || kind === 'ask' || kind === 'stars';
}

/**
 * Carries a charge one step on: sent once, asked about by the timetable in its row, and sent again only under its own
 * key after the provider has said that it knows of none (PC-12). Money is booked by the payment's own workflow, which
 * tells this one. False when nothing came of it: what became of the charge is not known then, never failed.
 */
export async function call(
  desk: SubscriptionDesk,
  kind: 'send' | 'ask' | 'stars',
): Promise<boolean> {
  try {
    await make(desk, kind);
    await wakeNotifier();
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}

async function make(desk: SubscriptionDesk, kind: 'send' | 'ask' | 'stars'): Promise<void> {
  const { input, clock } = desk;
  const charge = { subscriptionId: input.subscriptionId, asOf: clock.now() };
  if (kind === 'stars') return tellTelegram(charge);
  const told = kind === 'ask' ? await askRenewalCharge(charge) : await sendRenewalCharge(charge);
  return pass(desk, told.kind === 'none' ? await sendRenewalCharge(charge) : told);
}

/**
 * The payment's own workflow asks, compares and books, as for every other payment. What is only announced is asked
 * about from here: nothing can be booked yet.
 */
async function pass(
  { input }: SubscriptionDesk,
  told: SentRenewal | Exclude<AskedRenewal, { kind: 'none' }>,
): Promise<void> {
  if (told.kind !== 'fact' || FACT_RANK[told.fact.state] < FACT_RANK.paid) return;
  const { provider, fact } = told;
  await hintPaymentConfirmation({ provider, fact, clockOffsetMs: input.clockOffsetMs ?? 0 });
}
