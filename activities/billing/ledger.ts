import { and, asc, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { accounts, entries, transfers, type TransferKind } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import { wallet, type AccountRef } from './accounts';
import { drainLots, fillLot, type LotTerms } from './lots';

/** One signed line: minor units or micro-tokens by the account's asset; positive credits the account. */
export interface Leg {
  readonly account: AccountRef;
  readonly amount: number;
}

export interface TransferOrder {
  /** `<workflow id>:<step>`: repeating it changes nothing. */
  readonly key: string;
  readonly kind: TransferKind;
  readonly legs: readonly Leg[];
  readonly asOf: Date;
  readonly userId?: number;
  readonly invoiceId?: string;
  readonly paymentId?: string;
  readonly subscriptionId?: string;
  readonly periodN?: number;
  readonly reversesTransferId?: string;
  readonly meta?: Record<string, unknown>;
  /** Terms of the lot that a credit to a wallet opens. */
  readonly lot?: LotTerms;
  /** Lowest available balance a debit may leave; zero unless the work was post-paid (LG-8). */
  readonly lowestUtok?: number;
}

export interface PostedTransfer {
  readonly transferId: string;
  /** True when this key was posted before: nothing was changed now. */
  readonly isRepeat: boolean;
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

/**
 * Posts one atomic, balanced, immutable transfer: the only code that writes balances. Wallets are locked in ascending
 * id order before anything is read from them (DM-2, DM-3). Throws {@link InsufficientBalanceError} for a debit that
 * does not fit; the caller's transaction then holds nothing of it.
 */
export async function postTransfer(tx: Transaction, order: TransferOrder): Promise<PostedTransfer> {
  const legs = order.legs.filter((leg) => leg.amount !== 0);
  requireDistinct(order, legs);
  const ids = await accountIds(
    tx,
    legs.map((leg) => leg.account),
  );
  const wallets = await lockWallets(tx, [...ids.values()]);
  const transferId = await insertTransfer(tx, order);
  if (transferId === undefined) return repeatOf(tx, order.key);
  for (const leg of legs) {
    const accountId = ids.get(leg.account.code);
    assert(accountId, `account ${leg.account.code} exists`);
    const locked = wallets.get(accountId);
    await (locked
      ? postToWallet(tx, { order, leg, transferId, wallet: locked })
      : tx.insert(entries).values({ transferId, accountId, amount: leg.amount }));
  }
  return { transferId, isRepeat: false };
}

/** Locks a person's wallet until the transaction ends and returns its row, creating an empty one if need be. */
export async function lockWallet(tx: Transaction, userId: number): Promise<LockedWallet> {
  const ids = await accountIds(tx, [wallet(userId)]);
  const [locked] = (await lockWallets(tx, [...ids.values()])).values();
  assert(locked, `wallet of ${userId} exists`);
  return locked;
}

/** The balance after all that this transaction has posted so far, in micro-tokens. */
export async function balanceOf(tx: Transaction, userId: number): Promise<number> {
  const [row] = await tx
    .select({ balance: accounts.balance })
    .from(accounts)
    .where(eq(accounts.code, wallet(userId).code));
  return row?.balance ?? 0;
}

/** What may be spent now: balance less what is held (LG-7), in micro-tokens. */
export async function availableOf(tx: Transaction, userId: number): Promise<number> {
  const [row] = await tx
    .select({ balance: accounts.balance, held: accounts.held })
    .from(accounts)
    .where(eq(accounts.code, wallet(userId).code));
  return (row?.balance ?? 0) - (row?.held ?? 0);
}

export interface LockedWallet {
  readonly id: string;
  readonly balance: number;
  readonly held: number;
}

/** Default floor of a wallet: the greatest debt post-paid work may make (DM, `accounts`). */
const WALLET_FLOOR_UTOK = -1_000_000_000;

/** Two debits of one wallet would each be measured against the whole balance. */
function requireDistinct(order: TransferOrder, legs: readonly Leg[]): void {
  const codes = new Set(legs.map((leg) => leg.account.code));
  assert(codes.size === legs.length, `transfer ${order.key} names each account once`);
}

async function accountIds(
  tx: Transaction,
  refs: readonly AccountRef[],
): Promise<Map<string, string>> {
  const known = await selectAccounts(tx, refs);
  const missing = refs.filter((ref) => !known.has(ref.code)).sort(byCode);
  if (missing.length === 0) return known;
  await tx.insert(accounts).values(missing.map(newAccount)).onConflictDoNothing();
  return selectAccounts(tx, refs);
}

/** One order for everybody, so that two first postings cannot wait for each other. */
function byCode(a: AccountRef, b: AccountRef): number {
  return a.code < b.code ? -1 : 1;
}

async function selectAccounts(
  tx: Transaction,
  refs: readonly AccountRef[],
): Promise<Map<string, string>> {
  const codes = refs.map((ref) => ref.code);
  const rows = await tx
    .select({ id: accounts.id, code: accounts.code })
    .from(accounts)
    .where(inArray(accounts.code, codes));
  return new Map(rows.map((row) => [row.code, row.id]));
}

function newAccount(ref: AccountRef): typeof accounts.$inferInsert {
  const personal =
    ref.userId === undefined ? {} : { userId: ref.userId, balance: 0, floor: WALLET_FLOOR_UTOK };
  return { code: ref.code, asset: ref.asset, ...personal };
}

async function lockWallets(
  tx: Transaction,
  ids: readonly string[],
): Promise<Map<string, LockedWallet>> {
  const rows = await tx
    .select({ id: accounts.id, balance: accounts.balance, held: accounts.held })
    .from(accounts)
    .where(and(inArray(accounts.id, [...ids]), isNotNull(accounts.userId)))
    .orderBy(asc(accounts.id))
    .for('update');
  return new Map(rows.map((row) => [row.id, { ...row, balance: row.balance ?? 0 }]));
}

async function insertTransfer(tx: Transaction, order: TransferOrder): Promise<string | undefined> {
  const [row] = await tx
    .insert(transfers)
    .values({
      key: order.key,
      kind: order.kind,
      userId: order.userId ?? null,
      invoiceId: order.invoiceId ?? null,
      paymentId: order.paymentId ?? null,
      subscriptionId: order.subscriptionId ?? null,
      periodN: order.periodN ?? null,
      reversesTransferId: order.reversesTransferId ?? null,
      asOf: order.asOf,
      meta: order.meta ?? {},
    })
    .onConflictDoNothing({ target: transfers.key })
    .returning({ id: transfers.id });
  return row?.id;
}

async function repeatOf(tx: Transaction, key: string): Promise<PostedTransfer> {
  const [row] = await tx.select({ id: transfers.id }).from(transfers).where(eq(transfers.key, key));
  assert(row, `transfer ${key} exists`);
  return { transferId: row.id, isRepeat: true };
}

interface WalletPosting {
  readonly order: TransferOrder;
  readonly leg: Leg;
  readonly transferId: string;
  readonly wallet: LockedWallet;
}

async function postToWallet(tx: Transaction, posting: WalletPosting): Promise<void> {
  const { leg, order } = posting;
  if (leg.amount < 0) requireAvailable(posting.wallet, -leg.amount, order.lowestUtok ?? 0);
  const [row] = await tx
    .update(accounts)
    .set({ balance: sql`${accounts.balance} + ${leg.amount}` })
    .where(eq(accounts.id, posting.wallet.id))
    .returning({ balance: accounts.balance });
  const balanceAfter = row?.balance ?? 0;
  const entryId = await insertWalletEntry(tx, posting, balanceAfter);
  await (leg.amount > 0
    ? creditLot(tx, posting, { entryId, balanceAfter })
    : debitLots(tx, posting, { entryId, balanceAfter }));
}

function requireAvailable(locked: LockedWallet, debitUtok: number, lowestUtok: number): void {
  const availableUtok = locked.balance - locked.held;
  if (availableUtok - debitUtok < lowestUtok) {
    throw new InsufficientBalanceError(debitUtok, availableUtok);
  }
}

async function insertWalletEntry(
  tx: Transaction,
  posting: WalletPosting,
  balanceAfter: number,
): Promise<number> {
  const [row] = await tx
    .insert(entries)
    .values({
      transferId: posting.transferId,
      accountId: posting.wallet.id,
      amount: posting.leg.amount,
      balanceAfter,
    })
    .returning({ id: entries.id });
  assert(row, 'an inserted entry has an id');
  return row.id;
}

interface WalletEntry {
  readonly entryId: number;
  readonly balanceAfter: number;
}

async function creditLot(
  tx: Transaction,
  posting: WalletPosting,
  entry: WalletEntry,
): Promise<void> {
  const { order, leg } = posting;
  assert(order.lot, `transfer ${order.key} credits a wallet and says what the tokens are`);
  const balanceBefore = entry.balanceAfter - leg.amount;
  await fillLot(tx, {
    accountId: posting.wallet.id,
    transferId: posting.transferId,
    entryId: entry.entryId,
    amountUtok: leg.amount,
    repaidUtok: Math.min(leg.amount, Math.max(0, -balanceBefore)),
    terms: order.lot,
  });
}

async function debitLots(
  tx: Transaction,
  posting: WalletPosting,
  entry: WalletEntry,
): Promise<void> {
  const uncovered = await drainLots(tx, {
    accountId: posting.wallet.id,
    entryId: entry.entryId,
    amountUtok: -posting.leg.amount,
  });
  const newDebt =
    Math.max(0, -entry.balanceAfter) - Math.max(0, -(entry.balanceAfter - posting.leg.amount));
  assert(uncovered === newDebt, `lots of ${posting.leg.account.code} cover what its balance says`);
}
