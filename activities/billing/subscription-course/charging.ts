import { and, desc, eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts, paymentMethods } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { WireFact } from '../../../src/domain/billing/payment';
import type { ChargeOutcome } from '../../../src/payments/provider';
import type { ActivityDeps } from '../../deps';
import { inTransaction } from '../../transactions';
import {
  describeAttempt,
  isLive,
  LIVE,
  lockAttempt,
  type Attempt,
  type ChargeAttempt,
} from '../charges/attempts';
import type { Method } from '../charges/methods';
import { chargeMethod } from '../charges/sending';
import { declineCharge, voidCharge } from './declining';
import { lockStanding, type LockedStanding } from './standings';

export interface RenewalCharge {
  readonly subscriptionId: string;
  readonly asOf: string;
}

/** What sending led to; a `fact` is for the payment's own workflow. `over`: nothing was sent now, and nothing may be. */
export type SentRenewal =
  | { readonly kind: 'fact'; readonly provider: string; readonly fact: WireFact }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'over'; readonly reason: string };

/**
 * Sends the charge that renews a subscription, or sends it again: always under the attempt's key (PC-12). Before the
 * first time the permission is looked at once more, because it may be gone since. A refusal is booked at once.
 */
export async function sendRenewalCharge(
  deps: ActivityDeps,
  charge: RenewalCharge,
): Promise<SentRenewal> {
  const ready = await inTransaction(deps.db, (tx) => makeReady(tx, deps, charge));
  if (ready.kind !== 'ready') return ready;
  const outcome = await chargeMethod(deps, ready.attempt, ready.method);
  return inTransaction(deps.db, (tx) => keepOutcome(tx, deps, { charge, ready, outcome }));
}

interface Ready {
  readonly kind: 'ready';
  readonly attempt: Attempt;
  readonly method: Method;
}

/** From here on the charge may have reached the provider, whatever becomes of this worker. */
async function makeReady(
  tx: Transaction,
  deps: ActivityDeps,
  { subscriptionId, asOf: at }: RenewalCharge,
): Promise<Ready | Exclude<SentRenewal, { kind: 'fact' }>> {
  const asOf = new Date(at);
  const standing = await lockStanding(tx, { subscriptionId, asOf, defaults: deps.settings });
  const attempt = await liveCharge(tx, subscriptionId);
  if (!attempt) return { kind: 'over', reason: 'nothing is under way' };
  const denial = denialOf(standing, attempt);
  if (denial !== undefined && attempt.state === 'created') {
    await voidCharge(tx, deps, { attempt, reason: denial, asOf });
    return { kind: 'over', reason: denial };
  }
  if (denial !== undefined) return { kind: 'unknown', reason: denial };
  assert(attempt.methodId, `attempt ${attempt.key} charges a saved method`);
  const [method] = await tx
    .select()
    .from(paymentMethods)
    .where(eq(paymentMethods.id, attempt.methodId));
  assert(method, `attempt ${attempt.key} charges a saved method`);
  const state = attempt.state === 'created' ? 'sent' : attempt.state;
  await tx.update(attempts).set({ state, touchedAt: asOf }).where(eq(attempts.id, attempt.id));
  return { kind: 'ready', attempt, method };
}

/** The newest charge of a subscription that is under way, locked until the transaction ends. */
export async function liveCharge(
  tx: Transaction,
  subscriptionId: string,
): Promise<Attempt | undefined> {
  const [attempt] = await tx
    .select()
    .from(attempts)
    .where(
      and(
        eq(attempts.subscriptionId, subscriptionId),
        eq(attempts.driver, 'saved_method'),
        inArray(attempts.state, [...LIVE]),
      ),
    )
    .orderBy(desc(attempts.asOf), desc(attempts.id))
    .limit(1)
    .for('update');
  return attempt;
}

/** Why a charge may not be sent (again) now; undefined when it may. */
export function denialOf(
  standing: LockedStanding | undefined,
  attempt: Attempt,
): string | undefined {
  if (!standing) return 'the subscription is over';
  const { row, refusal, method } = standing;
  if (row.cancelAtEnd || !row.autoRenew) return 'its owner does not want it renewed';
  if (refusal !== undefined) return refusal;
  if (method?.id !== attempt.methodId) return 'the method may not be charged any more';
  return attempt.periodN === row.periodN + 1 ? undefined : 'the period was paid otherwise';
}

async function keepOutcome(
  tx: Transaction,
  deps: ActivityDeps,
  sent: { charge: RenewalCharge; ready: Ready; outcome: ChargeOutcome },
): Promise<SentRenewal> {
  const { charge, outcome } = sent;
  const asOf = new Date(charge.asOf);
  if (outcome.kind === 'refused') {
    const { code, isHard } = outcome;
    await declineCharge(tx, deps, { attempt: sent.ready.attempt, decline: { code, isHard }, asOf });
    return { kind: 'over', reason: `declined: ${code}` };
  }
  const attempt = await lockAttempt(tx, sent.ready.attempt.id);
  if (!isLive(attempt)) return { kind: 'over', reason: `it is ${attempt.state} already` };
  if (outcome.kind === 'unknown') {
    await tx.update(attempts).set({ state: 'unknown' }).where(eq(attempts.id, attempt.id));
    return outcome;
  }
  const { providerPaymentId, kind } = outcome;
  const change = { state: 'sent', providerRef: providerPaymentId } as const;
  await tx.update(attempts).set(change).where(eq(attempts.id, attempt.id));
  const state = kind === 'paid' ? 'paid' : 'pending';
  const described = await describeAttempt(tx, attempt);
  const fact = { ...referenceOf(described), providerPaymentId, state } as const;
  return { kind: 'fact', provider: described.provider, fact };
}

function referenceOf({ amount, invoiceId, invoiceNo }: ChargeAttempt) {
  return { amount, invoiceId, invoiceNo };
}
