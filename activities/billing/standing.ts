import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { oneOf } from '../../drizzle/rows';
import { consents, erasures, users } from '../../drizzle/schema';
import type { MoneyRefusal } from '../../src/domain/billing/standing';

export type Person = typeof users.$inferSelect;

/** People whose rows are locked, and why some of them may start nothing that moves money. */
export interface Judged {
  readonly people: ReadonlyMap<number, Person>;
  readonly refusalOf: (userId: number) => MoneyRefusal | undefined;
}

/**
 * Why the person may start nothing that moves money, or undefined when they may. Locks the person's row until the
 * transaction ends, so that a block, a dispute or an erasure that comes now waits its turn.
 */
export async function moneyRefusal(
  tx: Transaction,
  userId: number,
): Promise<MoneyRefusal | undefined> {
  return (await judgePeople(tx, [userId])).refusalOf(userId);
}

/**
 * The same for several, who are locked in one order. All of it is asked for before this returns, so whatever is asked of
 * the transaction afterwards is answered under these locks.
 */
export async function judgePeople(tx: Transaction, userIds: readonly number[]): Promise<Judged> {
  const [rows, erased, accepted] = await Promise.all([
    tx
      .select()
      .from(users)
      .where(oneOf(users.id, userIds))
      .orderBy(asc(users.id))
      // Whoever only refers to the person, such as a charge, need not wait.
      .for('no key update')
      .execute(),
    beingErased(tx, userIds),
    withTerms(tx, userIds),
  ]);
  const people = new Map(rows.map((person) => [person.id, person]));
  return {
    people,
    refusalOf: (userId) => {
      const person = people.get(userId);
      if (!person || person.isBlocked) return 'user_blocked';
      if (erased.has(userId)) return 'erasing';
      if (person.moneyFrozenBy !== null) return 'money_frozen';
      return accepted.has(userId) ? undefined : 'terms_not_accepted';
    },
  };
}

/** From the wish to be forgotten on no charge happens, unless it is withdrawn (AU-4). */
export async function isBeingErased(tx: Transaction, userId: number): Promise<boolean> {
  return (await beingErased(tx, [userId])).has(userId);
}

async function beingErased(
  tx: Transaction,
  userIds: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await tx
    .select({ userId: erasures.userId })
    .from(erasures)
    .where(
      and(
        oneOf(erasures.userId, userIds),
        inArray(erasures.state, ['requested', 'settling', 'waiting']),
      ),
    )
    .execute();
  return new Set(rows.map(({ userId }) => userId));
}

/** Any version counts here: the bot asks for the newest, and an order under way is not stopped by a new one. */
async function withTerms(
  tx: Transaction,
  userIds: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await tx
    .selectDistinct({ userId: consents.userId })
    .from(consents)
    .where(
      and(
        oneOf(consents.userId, userIds),
        eq(consents.kind, 'terms'),
        isNull(consents.withdrawnAt),
      ),
    )
    .execute();
  return new Set(rows.map(({ userId }) => userId));
}
