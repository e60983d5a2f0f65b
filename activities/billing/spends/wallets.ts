import { and, asc, gt, sql, type SQL } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
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

/** Locks the wallets of many people in one order and reads their lots; what has expired by `asOf` is booked first. */
export async function openWallets(
  tx: Transaction,
  people: readonly { userId: number; asOf: Date }[],
): Promise<ReadonlyMap<number, OpenWallet>> {
  if (people.length === 0) return new Map();
  const ids = [...new Set(people.map(({ userId }) => userId))];
  const locked = await lockAllMade(tx, ids);
  const found = await readLots(tx, locked);
  if (!(await bookExpired(tx, { locked, found, people }))) return walletsOf(locked, found);
  const again = await lockAll(tx, ids);
  return walletsOf(again, await readLots(tx, again));
}

interface LockedRow {
  readonly id: string;
  readonly userId: number;
  readonly balance: number;
  readonly held: number;
}

async function lockAll(tx: Transaction, userIds: readonly number[]): Promise<LockedRow[]> {
  const rows = await tx
    .select({
      id: accounts.id,
      userId: accounts.userId,
      balance: accounts.balance,
      held: accounts.held,
    })
    .from(accounts)
    .where(isAny(accounts.code, { of: userIds.map((userId) => wallet(userId).code), as: 'text' }))
    .orderBy(asc(accounts.id))
    .for('update');
  return rows.map((row) => ({ ...row, userId: row.userId ?? 0, balance: row.balance ?? 0 }));
}

/**
 * A wallet begins with its first use; nearly always all of them are there. One that is made now is nobody else's yet,
 * so locking it after the others makes no circle.
 */
async function lockAllMade(tx: Transaction, userIds: readonly number[]): Promise<LockedRow[]> {
  const locked = await lockAll(tx, userIds);
  const there = new Set(locked.map(({ userId }) => userId));
  const missing = userIds.filter((userId) => !there.has(userId));
  if (missing.length === 0) return locked;
  for (const userId of missing) await lockWallet(tx, userId);
  return lockAll(tx, userIds);
}

interface FoundLot extends SpendableLot {
  readonly accountId: string;
  readonly expiresAt: Date | null;
}

async function bookExpired(
  tx: Transaction,
  world: {
    readonly locked: readonly LockedRow[];
    readonly found: readonly FoundLot[];
    readonly people: readonly { userId: number; asOf: Date }[];
  },
): Promise<boolean> {
  const latestMs = Math.max(...world.people.map(({ asOf }) => asOf.getTime()));
  const expired = world.found.filter(
    ({ expiresAt }) => expiresAt !== null && expiresAt.getTime() <= latestMs,
  );
  for (const accountId of new Set(expired.map((lot) => lot.accountId))) {
    const owner = world.locked.find(({ id }) => id === accountId);
    const person = world.people.find(({ userId }) => userId === owner?.userId);
    if (person) await sweepExpired(tx, person);
  }
  return expired.length > 0;
}

async function readLots(tx: Transaction, locked: readonly LockedRow[]): Promise<FoundLot[]> {
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
        isAny(lots.accountId, { of: locked.map(({ id }) => id), as: 'uuid' }),
        // Says no more than the next line, but it is by these words that the index of spendable lots is found.
        sql`${lots.remainingUtok} > 0`,
        gt(lots.remainingUtok, lots.heldUtok),
      ),
    )
    .orderBy(...BURN_ORDER);
}

function walletsOf(
  locked: readonly LockedRow[],
  found: readonly FoundLot[],
): ReadonlyMap<number, OpenWallet> {
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

/** One parameter however many values: the text of the statement stays the same, so it is planned once. */
function isAny(
  column: AnyPgColumn,
  { of, as }: { of: readonly string[]; as: 'text' | 'uuid' },
): SQL {
  return sql`${column} = any(${`{${of.join(',')}}`}::${sql.raw(as)}[])`;
}
