import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptions } from '../../../drizzle/schema';
import type {
  Wished,
  WishKind,
  WishOutcome,
  WishRefusal,
} from '../../../workflows/billing/subscription/contract';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import type { StepTask } from '../subscription-course/steps';

/** A wish with the locked rows it is about. */
export interface Wish<K extends WishKind> extends Omit<StepTask, 'step'> {
  readonly wished: Wished<K>;
  /** `sub:{id}:<kind>:<update id>`: repeating it changes nothing. */
  readonly key: string;
  readonly providers: ActivityDeps['providers'];
}

/** Grants one kind of wish in the caller's transaction, or says why not. */
export type GrantedWish<K extends WishKind> = (
  tx: Transaction,
  wish: Wish<K>,
) => Promise<WishOutcome>;

export function refused(reason: WishRefusal, allowedIn?: readonly string[]): WishOutcome {
  return { kind: 'refused', reason, ...(allowedIn ? { allowedIn } : {}) };
}

export function done(effect: string, at?: Date): WishOutcome {
  return { kind: 'done', effect, ...(at ? { at: at.toISOString() } : {}) };
}

/** Writes what a wish changes in the row, and who wanted it. */
export async function applyWish(
  tx: Transaction,
  { row, wished, asOf }: Wish<WishKind>,
  change: { action: string; after: Partial<typeof subscriptions.$inferInsert> },
): Promise<void> {
  const { action, after } = change;
  await tx.update(subscriptions).set(after).where(eq(subscriptions.id, row.id));
  const before = Object.fromEntries(
    Object.keys(after).map((name) => [name, row[name as keyof typeof row]]),
  );
  await writeAudit(tx, {
    ...{ action, entity: 'subscription', entityId: row.id, asOf },
    actor: wished.actor,
    before,
    after,
    ...(wished.reason === undefined ? {} : { reason: wished.reason }),
  });
}
