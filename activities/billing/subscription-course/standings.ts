import { asc } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { oneOf } from '../../../drizzle/rows';
import { subscriptions } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { readSettings } from '../../transactions';
import { lockWallet } from '../ledger';
import { findWallets, type FoundWallets } from '../spends/wallets';
import { judgePeople, type Person } from '../standing';
import type { Subscription } from '../timelines';
import { isOver } from './course';
import { readEvidence } from './evidence';
import { judgeFacts, type Standing } from './facts';

/** A live subscription under its lock with everything a step may need. */
export interface LockedStanding extends Standing {
  readonly asOf: Date;
  readonly settings: BillingSettings;
  /** Why nothing may be charged now. */
  readonly refusal: string | undefined;
}

/** Of which subscription a standing is asked for, and at which instant. */
export interface StandingQuestion {
  readonly subscriptionId: string;
  readonly asOf: Date;
}

/** Locks a live subscription after its owner and their wallet, so that payments and steps take turns without deadlock. */
export async function lockStanding(
  tx: Transaction,
  asked: StandingQuestion & { readonly defaults: BillingSettings },
): Promise<LockedStanding | undefined> {
  const { standings } = await lockStandings(tx, [asked], asked);
  return standings.get(asked.subscriptionId);
}

/** Several live subscriptions under their locks, with what was found on the way to them. */
export interface LockedStandings {
  readonly rows: ReadonlyMap<string, Subscription>;
  /** Of those that are not over, and are wanted, by their ids. */
  readonly standings: ReadonlyMap<string, LockedStanding>;
  readonly people: ReadonlyMap<number, Person>;
  readonly wallets: FoundWallets;
}

/**
 * The same for several, each asked for once: all owners are locked in one order, then all wallets, then all
 * subscriptions, in two journeys to the database; what decides their courses is a third.
 */
export async function lockStandings(
  tx: Transaction,
  asked: readonly StandingQuestion[],
  {
    defaults,
    isWanted = () => true,
  }: { readonly defaults: BillingSettings; readonly isWanted?: (row: Subscription) => boolean },
): Promise<LockedStandings> {
  const ids = asked.map(({ subscriptionId }) => subscriptionId);
  const owners = await tx
    .select({ userId: subscriptions.userId })
    .from(subscriptions)
    .where(oneOf(subscriptions.id, ids));
  const userIds = [...new Set(owners.map(({ userId }) => userId))];
  if (userIds.length === 0) return NOBODY;
  const [{ people, refusalOf }, wallets, rows, settings] = await Promise.all([
    judgePeople(tx, userIds),
    findWallets(tx, userIds),
    lockRows(tx, ids),
    readSettings(tx, defaults),
  ]);
  // One that is made now is nobody else's yet, so locking it after the others makes no circle.
  for (const userId of wallets.unmade) await lockWallet(tx, userId);
  const live = asked.flatMap(({ subscriptionId, asOf }) => {
    const row = rows.get(subscriptionId);
    return row && !isOver(row) && isWanted(row) ? [{ row, asOf }] : [];
  });
  const evidence = await readEvidence(tx, live, people);
  const standings = live.map(({ row, asOf }): [string, LockedStanding] => {
    const read = evidence.get(row.id);
    assert(read, `subscription ${row.id} was asked about`);
    const standing = judgeFacts(row, read, { settings, asOf });
    return [row.id, { ...standing, asOf, settings, refusal: refusalOf(row.userId) }];
  });
  return { rows, standings: new Map(standings), people, wallets };
}

const NOBODY: LockedStandings = {
  rows: new Map(),
  standings: new Map(),
  people: new Map(),
  wallets: { locked: [], lots: [], unmade: [] },
};

async function lockRows(
  tx: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Subscription>> {
  const rows = await tx
    .select()
    .from(subscriptions)
    .where(oneOf(subscriptions.id, ids))
    .orderBy(asc(subscriptions.id))
    .for('update')
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}
