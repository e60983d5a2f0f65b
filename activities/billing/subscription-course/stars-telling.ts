import { ApplicationFailure } from '@temporalio/activity';
import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { paymentMethods, subscriptions } from '../../../drizzle/schema';
import type { StopOutcome } from '../../../src/payments/provider';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { inTransaction, readSettings } from '../../transactions';
import { openItem } from '../open-items';
import { requireProvider } from '../provider-calls';
import type { RenewalCharge } from './charging';
import { starsWord, type StarsWord } from './stars-discord';

/**
 * Tells Telegram to charge a subscription in Stars no more, or again, as its owner wants it now (SB-17). Without a clear
 * answer the same is told again later; what Telegram refuses is left to the operators. A repeat is harmless.
 */
export async function tellTelegram(deps: ActivityDeps, charge: RenewalCharge): Promise<void> {
  const [row] = await deps.db
    .select()
    .from(subscriptions)
    .where(eq(subscriptions.id, charge.subscriptionId));
  const word = row && (await starsWord(deps.db, row));
  if (!word) return;
  const outcome = await tell(deps, word);
  await inTransaction(deps.db, (tx) => keepWord(tx, deps, { charge, word, outcome }));
}

async function tell({ providers }: ActivityDeps, word: StarsWord): Promise<StopOutcome> {
  const { userId, firstChargeId, provider: name } = word.method;
  const provider = requireProvider(providers, name);
  if (!provider.resumeSubscription || !provider.cancelSubscription || firstChargeId === null) {
    throw ApplicationFailure.nonRetryable(`${name} renews nothing by itself`, 'ProviderUnfit');
  }
  const subscription = { userId, firstChargeId };
  return word.isToCharge
    ? provider.resumeSubscription(subscription)
    : provider.cancelSubscription(subscription);
}

async function keepWord(
  tx: Transaction,
  { settings: defaults }: ActivityDeps,
  told: { charge: RenewalCharge; word: StarsWord; outcome: StopOutcome },
): Promise<void> {
  const { charge, outcome } = told;
  const { method, isToCharge } = told.word;
  const asOf = new Date(charge.asOf);
  const isThis = and(eq(paymentMethods.id, method.id), eq(paymentMethods.state, method.state));
  if (outcome.kind === 'unknown') {
    await tx.update(paymentMethods).set({ touchedAt: asOf }).where(isThis);
    return;
  }
  const state = isToCharge ? 'active' : 'revoked';
  const [changed] = await tx
    .update(paymentMethods)
    .set({ state, touchedAt: null })
    .where(isThis)
    .returning({ id: paymentMethods.id });
  if (!changed) return;
  await writeAudit(tx, {
    ...{ action: 'subscription.provider_told', entity: 'subscription', asOf },
    entityId: charge.subscriptionId,
    before: { state: method.state },
    after: { state, answer: outcome.kind },
  });
  if (outcome.kind === 'done') return;
  await openItem(tx, await readSettings(tx, defaults), {
    key: `sub:${charge.subscriptionId}:stars:${state}:${charge.asOf}`,
    kind: 'unknown_outcome',
    reason: `Telegram refused to ${isToCharge ? 'resume' : 'stop'} a subscription in Stars: ${outcome.reason}`,
    ...{ userId: method.userId, asOf },
  });
}
