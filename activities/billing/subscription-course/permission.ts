import type { Transaction } from '../../../drizzle/client';
import { chargeableMethod, isConsentInForce, type Method } from '../charges/methods';
import type { Subscription } from '../timelines';

/**
 * The saved method that may be charged for a subscription now: it is its driver, its owner's consent stands, and it is
 * neither taken back nor past its last day. Undefined otherwise.
 */
export async function methodOf(
  tx: Pick<Transaction, 'select'>,
  { driver, methodId, consentId, userId }: Subscription,
  asOf: Date,
): Promise<Method | undefined> {
  if (driver !== 'saved_method' || methodId === null || consentId === null) return undefined;
  if (!(await isConsentInForce(tx, consentId, 'autopay'))) return undefined;
  const method = await chargeableMethod(tx, methodId, asOf);
  return method?.userId === userId ? method : undefined;
}
