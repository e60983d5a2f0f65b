import { and, asc, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { accounts, entries, transfers, type TransferKind } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import { noteTransfers } from '../../src/tracing/spans';
import { writeAudit } from '../audit';
import { tokenAccount, wallet, type AccountRef } from './accounts';
import { expiredLots, type LotShare, type LotTerms, type NamedLots } from './lots';
import { postToWallet, requireAvailable, type LockedWallet } from './wallet-posting';

export { InsufficientBalanceError, type LockedWallet } from './wallet-posting';

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
  readonly chargeId?: string;
  readonly periodN?: number;
  readonly reversesTransferId?: string;
  readonly meta?: Record<string, unknown>;
  /** Terms of the lot that a credit to a wallet opens. */
  readonly lot?: LotTerms;
  /** Lots that a credit to a wallet goes back to; what they do not take opens the lot. */
  readonly returns?: readonly LotShare[];
  /** Lots that a wallet's debit takes before any other; what they do not cover follows the declared order (LG-4). */
  readonly takes?: NamedLots;
  /** Lowest available balance a debit may leave; zero unless the work was post-paid (LG-8). */
  readonly lowestUtok?: number;
}

export interface PostedTransfer {
  readonly transferId: string;
  /** True when this key was posted before: nothing was changed now. */
  readonly isRepeat: boolean;
}

/**
 * Posts one atomic, balanced, immutable transfer: the only code that writes balances. Wallets are locked in ascending
 * id order before anything is read from them (DM-2, DM-3). Throws {@link InsufficientBalanceError} for a debit that
 * does not fit; the caller's transaction then holds nothing of it but the breakage of what had expired by its instant.
 */
export async function postTransfer(tx: Transaction, order: TransferOrder): Promise<PostedTransfer> {
  const legs = order.legs.filter((leg) => leg.amount !== 0);
  requireDistinct(order, legs);
  const ids = await accountIds(
    tx,
    legs.map((leg) => leg.account),
  );
  const lines = await lockLines(tx, legs, ids);
  const isDebit = lines.some(({ locked, amount }) => locked && amount < 0);
  const posted = isDebit ? await postedBefore(tx, order.key) : undefined;
  if (posted) return posted;
  const measured = isDebit ? await measure(tx, order, lines) : lines;
  const transferId = await insertTransfer(tx, order);
  if (transferId === undefined) return repeatOf(tx, order.key);
  noteTransfers([transferId]);
  for (const { accountId, amount, locked } of measured) {
    await (locked
      ? postToWallet(tx, { order, amountUtok: amount, transferId, wallet: locked })
      : tx.insert(entries).values({ transferId, accountId, amount }));
  }
  return { transferId, isRepeat: false };
}

/**
 * Moves what is left unheld on the wallet's expired lots to breakage, a transfer for each, so that it can neither be
 * spent nor counted as available (LG-6). Repeats find nothing left. Returns the lots it booked.
 */
export async function sweepExpired(
  tx: Transaction,
  { userId, asOf }: { userId: number; asOf: Date },
): Promise<readonly ExpiredLot[]> {
  const locked = await lockWallet(tx, userId);
  const expired = await expiredLots(tx, locked.id, asOf);
  for (const { id: lotId, freeUtok, remainingUtok } of expired) {
    const { transferId } = await postTransfer(tx, {
      // What remains only ever falls, so a part that comes free later has a key of its own.
      key: `wallet:${userId}:expire:${lotId}:${remainingUtok}`,
      kind: 'breakage',
      legs: breakageLegs(userId, freeUtok),
      takes: { shares: [{ lotId, amountUtok: freeUtok }], isHeld: false },
      userId,
      asOf,
      meta: { lotId },
    });
    const after = { userId, transferId, lapsedUtok: freeUtok };
    await writeAudit(tx, { action: 'tokens.expired', entity: 'lot', entityId: lotId, after, asOf });
  }
  return expired.map(({ id, freeUtok }) => ({ lotId: id, amountUtok: freeUtok }));
}

/** Tokens that lapse leave the wallet for `sys:breakage:TOK`. */
export function breakageLegs(userId: number, amountUtok: number): Leg[] {
  return [
    { account: wallet(userId), amount: -amountUtok },
    { account: tokenAccount('breakage'), amount: amountUtok },
  ];
}

/** What lapsed of one lot, in micro-tokens. */
export interface ExpiredLot {
  readonly lotId: string;
  readonly amountUtok: number;
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

/** What may be spent at an instant: balance less what is held, without what has expired by then (LG-7). */
export async function availableOf(
  tx: Transaction,
  owner: { userId: number; asOf: Date },
): Promise<number> {
  await sweepExpired(tx, owner);
  const { balance, held } = await lockWallet(tx, owner.userId);
  return balance - held;
}

/** Default floor of a wallet: the greatest debt post-paid work may make (DM, `accounts`). */
const WALLET_FLOOR_UTOK = -1_000_000_000;

/** One leg on its account; a wallet with its row as it stands under the lock. */
interface Line {
  readonly accountId: string;
  readonly amount: number;
  readonly locked: LockedWallet | undefined;
}

async function lockLines(
  tx: Transaction,
  legs: readonly Leg[],
  ids: ReadonlyMap<string, string>,
): Promise<readonly Line[]> {
  const wallets = await lockWallets(tx, [...ids.values()]);
  return legs.map(({ account, amount }) => {
    const accountId = ids.get(account.code);
    assert(accountId, `account ${account.code} exists`);
    return { accountId, amount, locked: wallets.get(accountId) };
  });
}

/** Measures every debit before anything of the transfer is written, so that a refusal leaves nothing behind. */
async function measure(
  tx: Transaction,
  order: TransferOrder,
  lines: readonly Line[],
): Promise<readonly Line[]> {
  const measured: Line[] = [];
  for (const line of lines) {
    const locked = line.locked && (await bookExpired(tx, line.locked, order));
    if (locked) requireAvailable({ order, amountUtok: line.amount, wallet: locked });
    measured.push({ ...line, locked });
  }
  return measured;
}

/** A debit is measured against what has not expired by its own instant; only breakage itself takes the rest. */
async function bookExpired(
  tx: Transaction,
  locked: LockedWallet,
  { kind, asOf }: TransferOrder,
): Promise<LockedWallet> {
  if (kind === 'breakage') return locked;
  const { userId } = locked;
  const swept = await sweepExpired(tx, { userId, asOf });
  return swept.length === 0 ? locked : lockWallet(tx, userId);
}

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
    .select({
      id: accounts.id,
      userId: accounts.userId,
      balance: accounts.balance,
      held: accounts.held,
    })
    .from(accounts)
    .where(and(inArray(accounts.id, [...ids]), isNotNull(accounts.userId)))
    .orderBy(asc(accounts.id))
    .for('update');
  return new Map(rows.map((row) => [row.id, lockedWallet(row)]));
}

function lockedWallet(row: {
  id: string;
  userId: number | null;
  balance: number | null;
  held: number;
}): LockedWallet {
  const { id, userId, balance, held } = row;
  assert(userId !== null && balance !== null, `account ${id} is a person's wallet`);
  return { id, userId, balance, held };
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
      chargeId: order.chargeId ?? null,
      reversesTransferId: order.reversesTransferId ?? null,
      asOf: order.asOf,
      meta: order.meta ?? {},
    })
    .onConflictDoNothing({ target: transfers.key })
    .returning({ id: transfers.id });
  return row?.id;
}

async function repeatOf(tx: Transaction, key: string): Promise<PostedTransfer> {
  const posted = await postedBefore(tx, key);
  assert(posted, `transfer ${key} exists`);
  return posted;
}

async function postedBefore(tx: Transaction, key: string): Promise<PostedTransfer | undefined> {
  const [row] = await tx.select({ id: transfers.id }).from(transfers).where(eq(transfers.key, key));
  return row && { transferId: row.id, isRepeat: true };
}
