import { tokenAccount, wallet } from '../../../activities/billing/accounts';
import { postTransfer, type TransferOrder } from '../../../activities/billing/ledger';
import type { LotTerms } from '../../../activities/billing/lots';
import { inTransaction } from '../../../activities/transactions';
import { tokens } from '../../../src/domain/tokens';
import { after, asWorkflow, NOON, type Books } from './books';

/** Terms of a hold for work in progress. */
export const WORK = {
  purpose: 'work',
  leaseUntil: new Date(after(1)),
  onExpiry: 'release',
} as const;

let made = 0;

/** Gives tokens from nowhere; the books only care that both sides are written. */
export function grant(userId: number, count: number, lot: Partial<LotTerms> = {}): TransferOrder {
  made += 1;
  return {
    key: `grant:${made}`,
    kind: 'grant',
    legs: [
      { account: tokenAccount('issuance'), amount: -tokens(count) },
      { account: wallet(userId), amount: tokens(count) },
    ],
    userId,
    asOf: new Date(NOON),
    lot: { origin: 'grant', ...lot },
  };
}

export function spend(
  userId: number,
  count: number,
  change: Partial<TransferOrder> = {},
): TransferOrder {
  made += 1;
  return {
    key: `spend:${made}`,
    kind: 'spend',
    legs: [
      { account: wallet(userId), amount: -tokens(count) },
      { account: tokenAccount('spend'), amount: tokens(count) },
    ],
    userId,
    asOf: new Date(NOON),
    ...change,
  };
}

/** Posts a transfer in a transaction of its own. */
export function transfer(books: Pick<Books, 'db'>, order: TransferOrder) {
  return asWorkflow('test', () => inTransaction(books.db, (tx) => postTransfer(tx, order)));
}
