import { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import type { TransferKind } from '../../../drizzle/schema';
import { promiseToUser } from '../../outbox';
import { wallet, type AccountRef } from '../accounts';
import { balanceOf, InsufficientBalanceError, postTransfer } from '../ledger';
import type { LotTerms } from '../lots';
import type { OperationDone, OperationRefused, OperationTask } from './definition';

/** Nobody moves more in one go, by a slip of the finger or otherwise: a million tokens. */
const MOST_UTOK = 1_000_000_000_000;

/** Micro-tokens as params carry them. */
export const AMOUNT_UTOK = z.int().min(1).max(MOST_UTOK);

export interface WalletChange {
  /** Name of the effect, the end of its key. */
  readonly step: string;
  readonly kind: TransferKind;
  readonly userId: number;
  /** Signed micro-tokens. */
  readonly changeUtok: number;
  readonly against: AccountRef;
  readonly lot?: LotTerms;
  readonly audit: string;
}

/** Moves tokens between a wallet and the system by hand: books, tells the owner, and says what to audit. */
export async function changeWallet(
  tx: Transaction,
  task: OperationTask<unknown>,
  change: WalletChange,
): Promise<OperationDone | OperationRefused> {
  const { userId, changeUtok } = change;
  const beforeUtok = await balanceOf(tx, userId);
  try {
    const { transferId } = await post(tx, task, change);
    const balanceUtok = await balanceOf(tx, userId);
    await tellOwner(tx, task, { change, balanceUtok });
    return {
      kind: 'done',
      result: { transferId, balanceUtok },
      audit: {
        action: change.audit,
        entity: 'transfer',
        entityId: transferId,
        before: { userId, balanceUtok: beforeUtok },
        after: { userId, balanceUtok, changeUtok },
      },
    };
  } catch (error) {
    if (!(error instanceof InsufficientBalanceError)) throw error;
    const detail = `${error.availableUtok} micro-tokens are free`;
    return { kind: 'refused', reason: 'insufficient', detail };
  }
}

function post(tx: Transaction, task: OperationTask<unknown>, change: WalletChange) {
  const { step, kind, userId, changeUtok, against, lot } = change;
  return postTransfer(tx, {
    key: `${task.key}:${step}`,
    kind,
    legs: [
      { account: against, amount: -changeUtok },
      { account: wallet(userId), amount: changeUtok },
    ],
    userId,
    asOf: task.asOf,
    ...(lot ? { lot } : {}),
    meta: { reason: task.reason, operator: task.operator.userId },
  });
}

/** The owner hears of every movement of their tokens, whoever made it. */
async function tellOwner(
  tx: Transaction,
  task: OperationTask<unknown>,
  told: { change: WalletChange; balanceUtok: number },
): Promise<void> {
  const { userId, changeUtok } = told.change;
  const template = changeUtok > 0 ? 'tokens.granted' : 'tokens.taken';
  await promiseToUser(tx, userId, {
    key: `${userId}:${template}:${task.key}`,
    template,
    params: { tokensUtok: Math.abs(changeUtok), balanceUtok: told.balanceUtok },
    category: 'service',
    asOf: task.asOf,
    settings: task.settings,
  });
}
