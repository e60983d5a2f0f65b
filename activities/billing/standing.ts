import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { consents, erasures, users } from '../../drizzle/schema';
import type { MoneyRefusal } from '../../src/domain/billing/standing';

/**
 * Why the person may start nothing that moves money, or undefined when they may. Locks the person's row until the
 * transaction ends, so that a block, a dispute or an erasure that comes now waits its turn.
 */
export async function moneyRefusal(
  tx: Transaction,
  userId: number,
): Promise<MoneyRefusal | undefined> {
  const [person] = await tx.select().from(users).where(eq(users.id, userId)).for('update');
  if (!person || person.isBlocked) return 'user_blocked';
  if (await isBeingErased(tx, userId)) return 'erasing';
  if (person.moneyFrozenBy !== null) return 'money_frozen';
  return (await hasAcceptedTerms(tx, userId)) ? undefined : 'terms_not_accepted';
}

/** From the wish to be forgotten on no charge happens, unless it is withdrawn (AU-4). */
export async function isBeingErased(tx: Transaction, userId: number): Promise<boolean> {
  const [row] = await tx
    .select({ id: erasures.id })
    .from(erasures)
    .where(
      and(
        eq(erasures.userId, userId),
        inArray(erasures.state, ['requested', 'settling', 'waiting']),
      ),
    );
  return row !== undefined;
}

/** Any version counts here: the bot asks for the newest, and an order under way is not stopped by a new one. */
async function hasAcceptedTerms(tx: Transaction, userId: number): Promise<boolean> {
  const [row] = await tx
    .select({ id: consents.id })
    .from(consents)
    .where(
      and(eq(consents.userId, userId), eq(consents.kind, 'terms'), isNull(consents.withdrawnAt)),
    )
    .limit(1);
  return row !== undefined;
}
