import type { BillingSettings } from '../../../src/domain/billing/settings';
import { nextPeriodOf, type Extension, type Subscription } from '../timelines';

/**
 * A period paid late begins where the old one ended, or with the payment where the setting says so; in any case with
 * the payment when it would be over already, because what is paid for must be there to use (SB-13).
 */
export function restartOf(
  row: Subscription,
  extension: Pick<Extension, 'tariffVersionId' | 'terms' | 'asOf'>,
  { dunningRecovery }: Pick<BillingSettings, 'dunningRecovery'>,
): { restartAt?: Date } {
  if (row.state !== 'past_due') return {};
  const { asOf } = extension;
  const isOver = nextPeriodOf(row, extension).endsAt <= asOf;
  return dunningRecovery === 'payment' || isOver ? { restartAt: asOf } : {};
}
