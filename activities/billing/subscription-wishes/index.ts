import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptionSteps } from '../../../drizzle/schema';
import type {
  Wished,
  WishKind,
  WishOutcome,
} from '../../../workflows/billing/subscription/contract';
import type { ActivityDeps } from '../../deps';
import { inTransaction } from '../../transactions';
import { lockStanding } from '../subscription-course/standings';
import type { Subscription } from '../timelines';
import { cancel, uncancel } from './cancelling';
import { setDriver } from './driving';
import { mute } from './muting';
import { pause, resume } from './pausing';
import { editTimeline, forceExpire, skipPeriod } from './repairing';
import { negotiate, renewNow } from './retrying';
import { refused, type GrantedWish } from './wish';

/** Something asked of a subscription, with the id of its update as the key of what it does. */
export interface WishOrder {
  readonly subscriptionId: string;
  readonly updateId: string;
  readonly kind: WishKind;
  readonly wished: Wished<WishKind>;
  readonly asOf: string;
}

/** What the owner or an operator may ask of a subscription. Each is one transaction; repeating it changes nothing. */
export function subscriptionWishActivities(deps: ActivityDeps) {
  return { grantWish: (order: WishOrder) => grantWish(deps, order) };
}

const GRANTS: { readonly [K in WishKind]: GrantedWish<K> } = {
  ...{ cancel, uncancel, mute, pause, resume },
  ...{ setDriver, renewNow, negotiate },
  ...{ editTimeline, skipPeriod, forceExpire },
};

function grantWish(deps: ActivityDeps, order: WishOrder): Promise<WishOutcome> {
  return inTransaction(deps.db, (tx) => grantIn(tx, deps, order));
}

/** Grants a wish in the caller's transaction, which holds no lock that comes after the person's row. */
export async function grantIn(
  tx: Transaction,
  { settings: defaults, providers }: Pick<ActivityDeps, 'settings' | 'providers'>,
  order: WishOrder,
): Promise<WishOutcome> {
  const { subscriptionId, kind, wished } = order;
  const asOf = new Date(order.asOf);
  const standing = await lockStanding(tx, { subscriptionId, asOf, defaults });
  const earlier = await answerBefore(tx, order);
  if (earlier) return earlier;
  if (!standing) return refused('not_live');
  const { actor } = wished;
  if (actor.kind === 'user' && actor.id !== String(standing.row.userId))
    return refused('not_owner');
  const grant = GRANTS[kind] as GrantedWish<WishKind>;
  const key = `sub:${subscriptionId}:${kind}:${order.updateId}`;
  const outcome = await grant(tx, { ...standing, wished, key, providers });
  if (outcome.kind === 'done') await keepAnswer(tx, order, { outcome, row: standing.row });
  return outcome;
}

/** What this very wish led to when it was granted: the answer was lost on its way, or it is asked for again. */
async function answerBefore(tx: Transaction, order: WishOrder): Promise<WishOutcome | undefined> {
  const [kept] = await tx
    .select({ outcome: subscriptionSteps.outcome })
    .from(subscriptionSteps)
    .where(
      and(
        eq(subscriptionSteps.subscriptionId, order.subscriptionId),
        eq(subscriptionSteps.name, nameOf(order)),
      ),
    );
  return kept && (JSON.parse(kept.outcome) as WishOutcome);
}

async function keepAnswer(
  tx: Transaction,
  order: WishOrder,
  { outcome, row }: { outcome: WishOutcome; row: Subscription },
): Promise<void> {
  const { subscriptionId } = order;
  await tx.insert(subscriptionSteps).values({
    ...{ subscriptionId, periodN: row.periodN, name: nameOf(order), asOf: new Date(order.asOf) },
    outcome: JSON.stringify(outcome),
  });
}

function nameOf({ kind, updateId }: WishOrder): string {
  return `wish:${kind}:${updateId}`;
}
