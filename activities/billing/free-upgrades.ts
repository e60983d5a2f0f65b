import type { Transaction } from '../../drizzle/client';
import { promiseToUser } from '../outbox';
import { tokenAccount, wallet } from './accounts';
import type { CompletedFreeOrder, FreeTask } from './free-orders';
import { postTransfer } from './ledger';
import { changePlan, standingUpgrade } from './plan-changes';

/** Puts a dearer plan in force whose price the unused value of the old one covers whole, or says why not (CO-13). */
export async function giveUpgrade(tx: Transaction, task: FreeTask): Promise<CompletedFreeOrder> {
  const upgrade = await standingUpgrade(tx, task.terms, task.asOf);
  if (!upgrade) return { kind: 'refused', reason: 'change_impossible' };
  await giveTokens(tx, task);
  const { change, endsAt } = await changePlan(tx, task.terms, { upgrade, asOf: task.asOf });
  await tell(tx, task, endsAt);
  return { kind: 'fulfilled', subscription: change };
}

/** Tokens due for the difference; no money came for them, so their lot has no price. */
async function giveTokens(tx: Transaction, { terms, key, asOf }: FreeTask): Promise<void> {
  const { userId, tokensUtok } = terms.quote;
  if (tokensUtok === 0) return;
  await postTransfer(tx, {
    key: `${key}:upgrade`,
    kind: 'grant',
    legs: [
      { account: tokenAccount('issuance'), amount: -tokensUtok },
      { account: wallet(userId), amount: tokensUtok },
    ],
    lot: { origin: 'grant' },
    userId,
    asOf,
  });
}

async function tell(tx: Transaction, task: FreeTask, endsAt: Date): Promise<void> {
  const { quote, version } = task.terms;
  const { ru: planRu, en: planEn } = version.nameI18n;
  await promiseToUser(tx, quote.userId, {
    key: `${quote.userId}:plan.changed:${quote.id}`,
    template: 'plan.changed',
    params: { planRu, planEn, until: endsAt.toISOString() },
    category: 'money',
    asOf: task.asOf,
    settings: task.settings,
  });
}
