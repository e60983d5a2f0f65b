import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts, paymentMethods } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { ChargeOutcome } from '../../../src/payments/provider';
import type { ActivityDeps } from '../../deps';
import { inTransaction, readSettings } from '../../transactions';
import { isLive, lockAttempt, type Attempt } from '../charges/attempts';
import type { Method } from '../charges/methods';
import { chargeMethod } from '../charges/sending';
import { declineAttempt, voidAttempt } from './settling';
import { lockPermission } from './standing';

/** `over`: no charge was sent now, and none may be. */
export type SentCharge =
  Exclude<ChargeOutcome, { kind: 'refused' }> | { readonly kind: 'over'; readonly reason: string };

export interface ChargeOrder {
  readonly attemptId: string;
  readonly userId: number;
  readonly asOf: string;
}

/**
 * Sends the charge of an attempt, or sends it again: always under the attempt's key. Before the first time the
 * permission is looked at once more, because it may have been withdrawn since. A refusal is booked at once.
 */
export async function sendTopupCharge(deps: ActivityDeps, order: ChargeOrder): Promise<SentCharge> {
  const ready = await inTransaction(deps.db, (tx) => makeReady(tx, order));
  if (ready.kind === 'over') return ready;
  if (ready.kind === 'held') return { kind: 'unknown', reason: ready.reason };
  const { attempt, method } = ready;
  const outcome = await chargeMethod(deps, attempt, method);
  return inTransaction(deps.db, (tx) => keepOutcome(tx, deps, { order, outcome }));
}

/** `held`: it may have been sent before, and nothing allows to send it again. */
type Ready =
  | { readonly kind: 'held'; readonly reason: string }
  | { readonly kind: 'ready'; readonly attempt: Attempt; readonly method: Method }
  | { readonly kind: 'over'; readonly reason: string };

/** From here on the charge may have reached the provider, whatever becomes of this worker. */
async function makeReady(tx: Transaction, order: ChargeOrder): Promise<Ready> {
  const asOf = new Date(order.asOf);
  const { permission } = await lockPermission(tx, order.userId, asOf);
  const attempt = await lockAttempt(tx, order.attemptId);
  if (!isLive(attempt)) return { kind: 'over', reason: `it is ${attempt.state} already` };
  assert(attempt.methodId, `attempt ${attempt.key} charges a saved method`);
  if (attempt.state === 'created' && permission.kind === 'denied') {
    await voidAttempt(tx, attempt, { reason: permission.reason, asOf });
    return { kind: 'over', reason: permission.reason };
  }
  if (permission.kind === 'denied') return { kind: 'held', reason: permission.reason };
  const [method] = await tx
    .select()
    .from(paymentMethods)
    .where(eq(paymentMethods.id, attempt.methodId));
  assert(method, `attempt ${attempt.key} charges a saved method`);
  if (attempt.state === 'created') {
    await tx.update(attempts).set({ state: 'sent' }).where(eq(attempts.id, attempt.id));
  }
  return { kind: 'ready', attempt, method };
}

async function keepOutcome(
  tx: Transaction,
  { settings: defaults }: ActivityDeps,
  { order, outcome }: { order: ChargeOrder; outcome: ChargeOutcome },
): Promise<SentCharge> {
  const attempt = await lockAttempt(tx, order.attemptId);
  if (!isLive(attempt)) return { kind: 'over', reason: `it is ${attempt.state} already` };
  if (outcome.kind === 'refused') {
    const settings = await readSettings(tx, defaults);
    const { code, isHard } = outcome;
    const asOf = new Date(order.asOf);
    await declineAttempt(tx, attempt, { decline: { code, isHard }, asOf, settings });
    return { kind: 'over', reason: `declined: ${code}` };
  }
  const change =
    outcome.kind === 'unknown'
      ? { state: 'unknown' as const }
      : { state: 'sent' as const, providerRef: outcome.providerPaymentId };
  await tx.update(attempts).set(change).where(eq(attempts.id, attempt.id));
  return outcome;
}
