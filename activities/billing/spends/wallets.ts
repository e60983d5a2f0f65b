import { and, asc, gt, inArray, lte, sql } from 'drizzle-orm';
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
  if (await bookExpired(tx, locked, people)) return readLots(tx, await lockAll(tx, ids));
  return readLots(tx, locked);
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
    .where(
      inArray(
        accounts.code,
        userIds.map((userId) => wallet(userId).code),
      ),
    )
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

async function bookExpired(
  tx: Transaction,
  locked: readonly LockedRow[],
  people: readonly { userId: number; asOf: Date }[],
): Promise<boolean> {
  const latest = new Date(Math.max(...people.map(({ asOf }) => asOf.getTime())));
  const rows = await tx
    .selectDistinct({ accountId: lots.accountId })
    .from(lots)
    .where(
      and(
        inArray(
          lots.accountId,
          locked.map(({ id }) => id),
        ),
        gt(lots.remainingUtok, lots.heldUtok),
        lte(lots.expiresAt, latest),
      ),
    );
  for (const { accountId } of rows) {
    const owner = locked.find(({ id }) => id === accountId);
    const person = people.find(({ userId }) => userId === owner?.userId);
    if (person) await sweepExpired(tx, person);
  }
  return rows.length > 0;
}

async function readLots(
  tx: Transaction,
  locked: readonly LockedRow[],
): Promise<ReadonlyMap<number, OpenWallet>> {
  const rows = await tx
    .select({
      accountId: lots.accountId,
      lotId: lots.id,
      freeUtok: sql<number>`${lots.remainingUtok} - ${lots.heldUtok}`.mapWith(Number),
    })
    .from(lots)
    .where(
      and(
        inArray(
          lots.accountId,
          locked.map(({ id }) => id),
        ),
        gt(lots.remainingUtok, lots.heldUtok),
      ),
    )
    .orderBy(...BURN_ORDER);
  const byAccount = new Map<string, SpendableLot[]>();
  for (const { accountId, ...lot } of rows) {
    byAccount.set(accountId, [...(byAccount.get(accountId) ?? []), lot]);
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
