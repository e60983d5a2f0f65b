import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { payments } from '../../../drizzle/schema';
import { unknownTerms } from '../../../src/domain/billing/payment';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { Money } from '../../../src/domain/money';
import { openItem } from '../open-items';
import { suspendingItem } from '../suspense';
import { isLive, type AskingTerms, type Attempt } from './attempts';

/** When the outcome of a charge is told, shown, overdue, and asked about no more, by the settings of today. */
export function askingTerms(
  { asOf }: Pick<Attempt, 'asOf'>,
  settings: BillingSettings,
): AskingTerms {
  const { overdueMs, givenUpMs } = unknownTerms(asOf.getTime(), settings.unknownDeadlineHours);
  const after = (minutes: number) => new Date(asOf.getTime() + minutes * 60_000).toISOString();
  return {
    since: asOf.toISOString(),
    slowAt: after(settings.paymentSlowMinutes),
    alertAt: after(settings.unknownAlertMinutes),
    overdueAt: new Date(overdueMs).toISOString(),
    givenUpAt: new Date(givenUpMs).toISOString(),
  };
}

/** It was sent, its outcome was never proved, and nobody asks about it any more. */
export function isGivenUp(
  attempt: Attempt,
  { settings, asOf }: { settings: Pick<BillingSettings, 'unknownDeadlineHours'>; asOf: Date },
): boolean {
  if (!isLive(attempt) || attempt.state === 'created') return false;
  const { givenUpMs } = unknownTerms(attempt.asOf.getTime(), settings.unknownDeadlineHours);
  return asOf.getTime() > givenUpMs;
}

/** Money of a charge came and waits in suspense for an operator: until then nothing else is charged in its place. */
export async function isMoneySuspended(
  tx: Pick<Transaction, 'select'>,
  { state, invoiceId }: Pick<Attempt, 'state' | 'invoiceId'>,
): Promise<boolean> {
  if (state !== 'succeeded' || invoiceId === null) return false;
  const money = await tx
    .select({ outcome: payments.outcome })
    .from(payments)
    .where(eq(payments.invoiceId, invoiceId));
  return money.some(({ outcome }) => suspendingItem(outcome) !== undefined);
}

/** Names the item about the charge of a renewal whose outcome is not known. */
export function unknownRenewalKey({ key }: Pick<Attempt, 'key'>): string {
  return `${key}:unknown_outcome`;
}

/** What the operators see of a charge whose outcome is not known, once (PC-11). */
export async function showUnknown(
  tx: Transaction,
  settings: BillingSettings,
  {
    attempt,
    ...item
  }: { attempt: Attempt; key: string; reason: string; amount: Money; asOf: Date },
): Promise<void> {
  const { userId, invoiceId } = attempt;
  await openItem(tx, settings, {
    ...{ ...item, kind: 'unknown_outcome', userId },
    invoiceId: invoiceId ?? undefined,
  });
}
