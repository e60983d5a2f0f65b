import type {
  Wished,
  WishKind,
  WishOutcome,
} from '../../../workflows/billing/subscription/contract';
import type { ActivityDeps } from '../../deps';
import { inTransaction } from '../../transactions';
import { lockStanding } from '../subscription-course/steps';
import { cancel, uncancel } from './cancelling';
import { mute } from './muting';
import { refused, type GrantedWish, type Wish } from './wish';

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

const GRANTS: { readonly [K in WishKind]?: GrantedWish<K> } = { cancel, uncancel, mute };

async function grantWish(
  { db, settings: defaults }: ActivityDeps,
  order: WishOrder,
): Promise<WishOutcome> {
  return inTransaction(db, async (tx) => {
    const { subscriptionId, kind, wished } = order;
    const asOf = new Date(order.asOf);
    const standing = await lockStanding(tx, { subscriptionId, asOf, defaults });
    if (!standing) return refused('not_live');
    const { actor } = wished;
    if (actor.kind === 'user' && actor.id !== String(standing.row.userId))
      return refused('not_owner');
    const grant = GRANTS[kind] as GrantedWish<WishKind> | undefined;
    if (!grant) return refused('wrong_state');
    const key = `sub:${subscriptionId}:${kind}:${order.updateId}`;
    return grant(tx, { ...standing, wished, key } as Wish<WishKind>);
  });
}
