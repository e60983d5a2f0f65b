import { and, asc, gt, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { accounts, lots } from '../../../drizzle/schema';
import { BURN_ORDER } from '../../../drizzle/spenders';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { SpendableLot } from '../../../src/domain/billing/spend-batch';
import { tokens } from '../../../src/domain/tokens';
import { wallet } from '../accounts';
import { lockWallet, sweepExpired } from '../ledger';

/** A person's wallet under its lock, with its lots as they may be spent. */
export interface OpenWallet {
  readonly accountId: string;
  readonly userId: number;
  readonly balanceUtok: number;
  readonly heldUtok: number;
  readonly lots: readonly SpendableLot[];
}

/** No overdraft goes below the floor that every wallet has (specification 4.4), whatever the setting says. */
const WALLET_FLOOR_UTOK = -1_000_000_000;

/** How far post-paid work may take what is available (LG-8); micro-tokens, negative. */
export function lowestUtok({ overdraftLimitTokens }: BillingSettings): number {
  return Math.max(WALLET_FLOOR_UTOK, -tokens(overdraftLimitTokens));
}

/** Wallets as they were found under their locks; `unmade` are those whose people never had one. */
export interface FoundWallets {
  readonly locked: readonly LockedRow[];
  readonly lots: readonly FoundLot[];
  readonly unmade: readonly number[];
}

interface Owner {
  readonly userId: number;
  readonly asOf: Date;
}

/** Locks the wallets of many people in one order and reads their lots; what has expired by `asOf` is booked first. */
export async function openWallets(
  tx: Transaction,
  people: readonly Owner[],
): Promise<ReadonlyMap<number, OpenWallet>> {
  if (people.length === 0) return new Map();
  const ids = people.map(({ userId }) => userId);
  const found = await findWallets(tx, ids);
  const isReady = await areReady(tx, found, people);
  return walletsOf(isReady ? found : await findWallets(tx, ids));
}

/**
 * Locks the wallets of many people in one order, and reads their lots once it has the locks. Both are asked for before
 * this returns, so whatever is asked of the transaction afterwards is answered under the locks, too, and all of it is
 * one journey to the database.
 */
export async function findWallets(
  tx: Transaction,
  userIds: readonly number[],
): Promise<FoundWallets> {
  const ids = [...new Set(userIds)];
  const codes = `{${ids.map((userId) => wallet(userId).code).join(',')}}`;
  const [locked, found] = await Promise.all([lockAll(tx, codes), readLots(tx, codes)]);
  const there = new Set(locked.map(({ userId }) => userId));
  return { locked, lots: found, unmade: ids.filter((userId) => !there.has(userId)) };
}

/** Makes the wallets that are missing, and books what has expired. False when it did: then they must be found again. */
export async function areReady(
  tx: Transaction,
  found: FoundWallets,
  people: readonly Owner[],
): Promise<boolean> {
  const unmade = found.unmade.filter((id) => people.some(({ userId }) => userId === id));
  // One that is made now is nobody else's yet, so locking it after the others makes no circle.
  for (const userId of unmade) await lockWallet(tx, userId);
  const hasExpired = await bookExpired(tx, found, people);
  return unmade.length === 0 && !hasExpired;
}

interface LockedRow {
  readonly id: string;
  readonly userId: number;
  readonly balance: number;
  readonly held: number;
}

async function lockAll(tx: Transaction, codes: string): Promise<LockedRow[]> {
  const rows = await tx
    .select({
      id: accounts.id,
      userId: accounts.userId,
      balance: accounts.balance,
      held: accounts.held,
    })
    .from(accounts)
    .where(sql`${accounts.code} = any(${codes}::text[])`)
    .orderBy(asc(accounts.id))
    .for('update')
    .execute();
  return rows.map((row) => ({ ...row, userId: row.userId ?? 0, balance: row.balance ?? 0 }));
}

interface FoundLot extends SpendableLot {
  readonly accountId: string;
  readonly expiresAt: Date | null;
}

async function bookExpired(
  tx: Transaction,
  { locked, lots: found }: FoundWallets,
  people: readonly Owner[],
): Promise<boolean> {
  const latestMs = Math.max(...people.map(({ asOf }) => asOf.getTime()));
  const expired = found.filter(
    ({ expiresAt }) => expiresAt !== null && expiresAt.getTime() <= latestMs,
  );
  for (const accountId of new Set(expired.map((lot) => lot.accountId))) {
    const owner = locked.find(({ id }) => id === accountId);
    const person = people.find(({ userId }) => userId === owner?.userId);
    if (person) await sweepExpired(tx, person);
  }
  return expired.length > 0;
}

async function readLots(tx: Transaction, codes: string): Promise<FoundLot[]> {
  return tx
    .select({
      accountId: lots.accountId,
      lotId: lots.id,
      freeUtok: sql<number>`${lots.remainingUtok} - ${lots.heldUtok}`.mapWith(Number),
      expiresAt: lots.expiresAt,
    })
    .from(lots)
    .where(
      and(
        sql`${lots.accountId} in (select id from ${accounts} where code = any(${codes}::text[]))`,
        // Says no more than the next line, but it is by these words that the index of spendable lots is found.
        sql`${lots.remainingUtok} > 0`,
        gt(lots.remainingUtok, lots.heldUtok),
      ),
    )
    .orderBy(...BURN_ORDER)
    .execute();
}

/** The wallets that were found, with their lots as they may be spent. */
export function walletsOf({ locked, lots: found }: FoundWallets): ReadonlyMap<number, OpenWallet> {
  const byAccount = new Map<string, SpendableLot[]>();
  for (const { accountId, lotId, freeUtok } of found) {
    const lotsOf = byAccount.get(accountId) ?? [];
    byAccount.set(accountId, lotsOf);
    lotsOf.push({ lotId, freeUtok });
  }
  return new Map(
    locked.map(({ id, userId, balance, held }) => [
      userId,
      {
        accountId: id,
        userId,
        balanceUtok: balance,
        heldUtok: held,
        lots: byAccount.get(id) ?? [],
      },
    ]),
  );
}
