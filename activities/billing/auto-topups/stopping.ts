import type { Transaction } from '../../../drizzle/client';
import type { TopupStop } from '../../../src/domain/billing/auto-topup';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { promiseToUser } from '../../outbox';
import { switchOff } from './standing';

/** Switches a standing order off and tells its owner why: it never just falls silent. */
export async function stopAndTell(
  tx: Transaction,
  userId: number,
  stop: { readonly because: TopupStop; readonly asOf: Date; readonly settings: BillingSettings },
): Promise<void> {
  const { because, asOf, settings } = stop;
  await switchOff(tx, userId, { because, asOf });
  await promiseToUser(tx, userId, {
    key: `${userId}:auto.off:${asOf.toISOString()}`,
    template: 'auto.off',
    params: { because },
    category: 'money',
    asOf,
    settings,
  });
}
