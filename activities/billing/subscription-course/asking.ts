import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { foldFacts, type WireFact } from '../../../src/domain/billing/payment';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings } from '../../transactions';
import { describeAttempt, isLive, type Attempt, type ChargeAttempt } from '../charges/attempts';
import { askingTerms, showUnknown, unknownRenewalKey } from '../charges/unknown';
import { orderRefOf, requireProvider } from '../provider-calls';
import { denialOf, liveCharge, type RenewalCharge } from './charging';
import { declineCharge, voidCharge } from './declining';
import { lockStanding } from './standings';

/** What asking led to. `none`: the provider knows of no charge, so the same one may be sent again. */
export type AskedRenewal =
  | { readonly kind: 'fact'; readonly provider: string; readonly fact: WireFact }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'over'; readonly reason: string };

type Answer =
  | { readonly kind: 'facts'; readonly fact: WireFact | undefined }
  | { readonly kind: 'unknown'; readonly reason: string };

const MINUTE = 60_000;
/** A request that was lost on its way has arrived by then, or never will. */
const SETTLED_MS = 5 * MINUTE;

/**
 * Asks the provider what became of the charge that renews a subscription, and books a refusal at once. Each question is
 * counted, which sets the time of the next (PC-11). Its owner and the operators hear of an outcome that stays unknown,
 * once each.
 */
export async function askRenewalCharge(
  deps: ActivityDeps,
  charge: RenewalCharge,
): Promise<AskedRenewal> {
  const { subscriptionId } = charge;
  const known = await inTransaction(deps.db, async (tx) => {
    const attempt = await liveCharge(tx, subscriptionId);
    return attempt && describeAttempt(tx, attempt);
  });
  if (!known) return { kind: 'over', reason: 'nothing is under way' };
  const answer = await askProvider(deps, known);
  return inTransaction(deps.db, (tx) => note(tx, deps, { charge, known, answer }));
}

async function askProvider(
  { db, providers }: ActivityDeps,
  charge: ChargeAttempt,
): Promise<Answer> {
  const provider = requireProvider(providers, charge.provider);
  // Without anybody to ask, silence proves nothing.
  if (!provider.capabilities.canAsk) return { kind: 'unknown', reason: 'it cannot be asked' };
  const answer = await provider.ask({ by: 'order', ...(await orderRefOf(db, charge)) });
  return answer.kind === 'unknown' ? answer : { kind: 'facts', fact: foldFacts(answer.facts) };
}

interface Asked {
  readonly charge: RenewalCharge;
  readonly known: ChargeAttempt;
  readonly answer: Answer;
}

async function note(tx: Transaction, deps: ActivityDeps, asked: Asked): Promise<AskedRenewal> {
  const { charge, known, answer } = asked;
  const { subscriptionId } = charge;
  const asOf = new Date(charge.asOf);
  const standing = await lockStanding(tx, { subscriptionId, asOf, defaults: deps.settings });
  const attempt = await liveCharge(tx, subscriptionId);
  if (attempt?.id !== known.attemptId || !isLive(attempt)) {
    return { kind: 'over', reason: 'its outcome is known meanwhile' };
  }
  await tx
    .update(attempts)
    .set({ questions: sql`${attempts.questions} + 1`, touchedAt: asOf })
    .where(eq(attempts.id, attempt.id));
  const settings = await readSettings(tx, deps.settings);
  if (answer.kind === 'unknown') return stillUnknown(tx, { ...asked, attempt, settings, asOf });
  const { fact } = answer;
  if (fact?.state === 'failed') {
    const decline = fact.decline ?? { code: 'declined', isHard: false };
    await declineCharge(tx, deps, { attempt, decline, asOf });
    return { kind: 'over', reason: `declined: ${decline.code}` };
  }
  if (fact) {
    if (fact.state !== 'paid') await tellSilence(tx, { ...asked, attempt, settings, asOf });
    return { kind: 'fact', provider: known.provider, fact };
  }
  const denial = denialOf(standing, attempt);
  if (denial === undefined) return { kind: 'none' };
  if (asOf.getTime() - attempt.asOf.getTime() < SETTLED_MS) {
    return { kind: 'unknown', reason: denial };
  }
  await voidCharge(tx, deps, { attempt, reason: denial, asOf });
  return { kind: 'over', reason: denial };
}

type Silence = Asked & {
  readonly attempt: Attempt;
  readonly settings: BillingSettings;
  readonly asOf: Date;
};

async function stillUnknown(tx: Transaction, silence: Silence): Promise<AskedRenewal> {
  const { answer } = silence;
  assert(answer.kind === 'unknown', 'only silence is unknown');
  await tellSilence(tx, silence);
  return answer;
}

/** An outcome that stays open is said once to its owner, and later once to the operators (PC-11, PC-16). */
async function tellSilence(
  tx: Transaction,
  { known, attempt, answer, settings, asOf }: Silence,
): Promise<void> {
  const waitedMs = asOf.getTime() - attempt.asOf.getTime();
  const { minor: amountMinor, currency, exponent } = known.amount;
  if (waitedMs >= settings.paymentSlowMinutes * MINUTE) {
    await promiseToUser(tx, attempt.userId, {
      key: `${attempt.userId}:sub.confirming:${attempt.id}`,
      template: 'sub.confirming',
      params: { amountMinor, currency, exponent },
      category: 'money',
      ...{ asOf, settings },
    });
  }
  if (asOf.getTime() < Date.parse(askingTerms(attempt, settings).overdueAt)) return;
  const said = answer.kind === 'unknown' ? answer.reason : `it calls it ${answer.fact?.state}`;
  const reason = `the charge that renews a subscription has no outcome: ${said}`;
  const key = unknownRenewalKey(attempt);
  await showUnknown(tx, settings, { attempt, key, reason, amount: known.amount, asOf });
}
