import { openSealed } from '../../../drizzle/person-keys';
import { assert } from '../../../src/domain/assert';
import type { ChargeOutcome } from '../../../src/payments/provider';
import type { ActivityDeps } from '../../deps';
import { describeOrder, requireProvider } from '../provider-calls';
import type { Attempt } from './attempts';
import type { Method } from './methods';

/**
 * Charges a saved method for the order of an attempt, under the attempt's key: the one outside call of whoever calls,
 * outside of any transaction. What can never be charged is a hard refusal.
 */
export async function chargeMethod(
  deps: ActivityDeps,
  attempt: Attempt,
  method: Method,
): Promise<ChargeOutcome> {
  const { db, providers, secrets } = deps;
  const provider = requireProvider(providers, method.provider);
  const refused = (code: string) => ({ kind: 'refused', isHard: true, code }) as const;
  if (!provider.chargeSaved) return refused('method_not_chargeable');
  if (method.tokenEnc.length === 0) return refused('method_revoked');
  const token = await openSealed(db, secrets.dataKey, method.tokenEnc);
  if (!token) return refused('method_revoked');
  assert(attempt.invoiceId, `attempt ${attempt.key} has an order`);
  const order = await describeOrder(deps, attempt.invoiceId);
  const firstChargeId = method.firstChargeId ?? undefined;
  const isScheduled = attempt.purpose === 'renewal';
  const charge = { method: { token: token.toString('utf8'), firstChargeId }, order, isScheduled };
  return provider.chargeSaved(charge, attempt.key);
}
