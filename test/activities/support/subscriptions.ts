import type {
  SubscriptionCourseActivities,
  SubscriptionWishActivities,
} from '../../../activities/billing';
import type {
  Wished,
  WishKind,
  Wishes,
  WishOutcome,
} from '../../../workflows/billing/subscription/contract';
import { asWorkflow, type Books } from './books';
import { pending } from './orders';
import { paidFact, post, rub } from './payments';

/** A person with a subscription. */
export interface Owner {
  readonly userId: number;
  readonly subscriptionId: string;
}

/** The activities that a subscription's workflow runs. */
export function lifeOf({ act }: Books): SubscriptionCourseActivities & SubscriptionWishActivities {
  return act;
}

/** Somebody of the simple storefront: the top-up pays the first month of 100 tokens, the wallet goes on. */
export function subscribedByTopup(books: Books, amountMinor = 20_000): Promise<Owner> {
  return buy(books, { slug: 'topup-main', amountMinor });
}

/** Thirty days of access that nothing renews, at 199 RUB. */
export function subscribedByPlan(books: Books): Promise<Owner> {
  return buy(books, { slug: 'access-30', amountMinor: 19_900 });
}

async function buy(books: Books, wish: { slug: string; amountMinor: number }): Promise<Owner> {
  const { slug, amountMinor } = wish;
  const asked = slug.startsWith('topup') ? { amountMinor } : {};
  const order = await pending(books, { slug, ...asked });
  const outcome = await post(books, paidFact(order, { amount: rub(amountMinor) }));
  if (outcome.kind !== 'fulfilled' || !outcome.subscription) throw new Error('no period began');
  return { userId: order.userId, subscriptionId: outcome.subscription.subscriptionId };
}

/** Something asked of a subscription at an instant, by its owner unless another actor is named. */
export function ask<K extends WishKind>(
  books: Books,
  owner: Owner,
  asked: { kind: K; asOf: string; updateId?: string } & Wishes[K] & Partial<Wished<K>>,
): Promise<WishOutcome> {
  const { kind, asOf, updateId = crypto.randomUUID(), ...members } = asked;
  const { subscriptionId } = owner;
  const own = { actor: { kind: 'user', id: String(owner.userId) }, ...members };
  const wished = own as unknown as Wished<WishKind>;
  return asWorkflow(`sub:${subscriptionId}`, () =>
    lifeOf(books).grantWish({ subscriptionId, updateId, kind, wished, asOf }),
  );
}

/** Lives through everything that is due until an instant, each step at its time; returns the names of the steps. */
export async function live(books: Books, owner: Owner, until: string): Promise<string[]> {
  const { subscriptionId } = owner;
  const names: string[] = [];
  let asOf = until;
  for (;;) {
    const course = await lifeOf(books).loadCourse({
      subscriptionId,
      asOf: names.length ? asOf : until,
    });
    const [next] = course?.steps ?? [];
    if (!next || next.at > until) return names;
    asOf = next.at;
    const step = { subscriptionId, name: next.name, asOf };
    await asWorkflow(`sub:${subscriptionId}`, () => lifeOf(books).takeSubscriptionStep(step));
    names.push(next.name);
    if (names.length > 100) throw new Error(`${names.slice(-3).join()} never ends`);
  }
}

/** Where a subscription stands, as its row says. */
export async function standing(books: Books, { subscriptionId }: Owner) {
  const [row] = await books.sql`
    select state, access, driver, auto_renew as "autoRenew", period_n as "periodN",
      period_start as "periodStart", period_end as "periodEnd", shift_days as "shiftDays",
      pause_days as "pauseDays", paused_until as "pausedUntil", retry_at as "retryAt",
      method_id as "methodId", consent_id as "consentId",
      next_tariff_version_id as "nextVersionId"
    from subscriptions where id = ${subscriptionId}`;
  if (!row) throw new Error(`subscription ${subscriptionId} is missing`);
  return Object.fromEntries(
    Object.entries(row).map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Date ? value.toISOString() : value,
    ]),
  );
}
