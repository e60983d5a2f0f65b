import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { accounts, entries } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import { noteFunds } from '../funds';
import {
  drainLots,
  fillLot,
  returnToLots,
  totalUtok,
  type LotShare,
  type LotTerms,
  type NamedLots,
} from './lots';

/** A person's wallet as it stood under the lock of its row. */
export interface LockedWallet {
  readonly id: string;
  readonly userId: number;
  readonly balance: number;
  readonly held: number;
}

/** A debit would leave less than allowed. Nothing was written. */
export class InsufficientBalanceError extends Error {
  override readonly name = 'InsufficientBalanceError';
  constructor(
    readonly requiredUtok: number,
    readonly availableUtok: number,
  ) {
    super(`needs ${requiredUtok} micro-tokens, ${availableUtok} are available`);
  }
}

/** One signed line of a transfer on a wallet. */
export interface WalletPosting {
  readonly order: {
    readonly key: string;
    readonly lot?: LotTerms;
    readonly returns?: readonly LotShare[];
    readonly takes?: NamedLots;
    readonly lowestUtok?: number;
  };
  readonly amountUtok: number;
  readonly transferId: string;
  readonly wallet: LockedWallet;
}

/** Books a line on a locked wallet: its balance, its entry and its lots. A debit must have been measured before. */
export async function postToWallet(tx: Transaction, posting: WalletPosting): Promise<void> {
  const { amountUtok, wallet } = posting;
  const heldUtok = heldTaken(posting);
  const [row] = await tx
    .update(accounts)
    .set({
      balance: sql`${accounts.balance} + ${amountUtok}`,
      held: sql`${accounts.held} - ${heldUtok}`,
    })
    .where(eq(accounts.id, wallet.id))
    .returning({ balance: accounts.balance, held: accounts.held });
  assert(row?.balance !== undefined && row.balance !== null, `wallet of ${wallet.userId} exists`);
  const after = { ...wallet, balance: row.balance, held: row.held };
  const entryId = await insertWalletEntry(tx, posting, after.balance);
  await (amountUtok > 0
    ? creditLot(tx, posting, entryId)
    : debitLots(tx, posting, { entryId, after }));
}

/**
 * The part of a wallet that is owed, in micro-tokens. Holds keep their tokens while post-paid work makes debt beside
 * them, so the debt is what is available below zero and not the balance below zero.
 */
export function debtOf({ balance, held }: LockedWallet): number {
  return Math.max(0, held - balance);
}

/**
 * Throws {@link InsufficientBalanceError} for a debit that leaves less available than its order allows. What a hold gives
 * up was not available before and is not missed now.
 */
export function requireAvailable(line: Omit<WalletPosting, 'transferId'>): void {
  const debitUtok = -line.amountUtok - heldTaken(line);
  const availableUtok = line.wallet.balance - line.wallet.held;
  if (debitUtok > 0 && availableUtok - debitUtok < (line.order.lowestUtok ?? 0)) {
    throw new InsufficientBalanceError(debitUtok, availableUtok);
  }
}

function heldTaken({ amountUtok, order: { takes } }: Omit<WalletPosting, 'transferId'>): number {
  return amountUtok < 0 && takes?.isHeld ? totalUtok(takes.shares) : 0;
}

async function insertWalletEntry(
  tx: Transaction,
  posting: WalletPosting,
  balanceAfter: number,
): Promise<number> {
  const { transferId, amountUtok: amount, wallet } = posting;
  const [row] = await tx
    .insert(entries)
    .values({ transferId, accountId: wallet.id, amount, balanceAfter })
    .returning({ id: entries.id });
  assert(row, 'an inserted entry has an id');
  return row.id;
}

/** A debt is repaid first, by what opens a lot before what goes back to older ones (LG-5). */
async function creditLot(tx: Transaction, posting: WalletPosting, entryId: number): Promise<void> {
  const { order, amountUtok, transferId, wallet } = posting;
  noteFunds(tx, wallet.userId);
  assert(order.lot, `transfer ${order.key} credits a wallet and says what the tokens are`);
  const shares = order.returns ?? [];
  const openedUtok = amountUtok - totalUtok(shares);
  const repaidUtok = Math.min(openedUtok, debtOf(wallet));
  if (openedUtok > 0) {
    const lot = { accountId: wallet.id, transferId, entryId, terms: order.lot };
    await fillLot(tx, { ...lot, amountUtok: openedUtok, repaidUtok });
  }
  await returnToLots(tx, { entryId, shares, owedUtok: debtOf(wallet) - repaidUtok });
}

async function debitLots(
  tx: Transaction,
  { order, amountUtok, wallet }: WalletPosting,
  { entryId, after }: { entryId: number; after: LockedWallet },
): Promise<void> {
  const { takes } = order;
  const drain = { accountId: wallet.id, entryId, amountUtok: -amountUtok, takes };
  const uncovered = await drainLots(tx, drain);
  const newDebt = debtOf(after) - debtOf(wallet);
  assert(uncovered === newDebt, `lots of ${wallet.userId} cover what the balance says`);
}
