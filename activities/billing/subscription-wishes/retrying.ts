import { courseRules, lastTryMs, mostTries } from '../../../src/domain/billing/subscription-course';
import type { WishKind, WishOutcome } from '../../../workflows/billing/subscription/contract';
import { applyWish, done, refused, type GrantedWish, type Wish } from './wish';

/** Tries an unpaid renewal at once. */
export const renewNow: GrantedWish<'renewNow'> = async (tx, wish) => {
  const refusal = tryRefusal(wish);
  if (refusal) return refusal;
  await applyWish(tx, wish, { action: 'subscription.edited', after: { retryAt: wish.asOf } });
  return done('trying', wish.asOf);
};

/** Tries it at an instant of the owner's choice, which the last day of dunning bounds: the end does not move (SB-16). */
export const negotiate: GrantedWish<'negotiate'> = async (tx, wish) => {
  const refusal = tryRefusal(wish);
  if (refusal) return refusal;
  const { facts, settings, asOf, wished } = wish;
  const at = new Date(wished.at);
  if (at <= asOf || at.getTime() > lastTryMs(facts, courseRules(settings))) {
    return refused('too_late');
  }
  await applyWish(tx, wish, { action: 'subscription.edited', after: { retryAt: at } });
  return done('moved', at);
};

function tryRefusal(wish: Wish<WishKind>): WishOutcome | undefined {
  const { row, facts, refusal } = wish;
  if (row.state !== 'past_due') return refused('wrong_state', ['past_due']);
  if (facts.attempt) return refused('confirming');
  if (refusal !== undefined) return refused('money_frozen');
  if (!facts.isRenewing || facts.isBarred) return refused('no_method');
  if (row.driver === 'stars') return refused('not_renewable');
  return hasTriesLeft(wish) ? undefined : refused('tries_used_up');
}

export function hasTriesLeft({ tries, settings }: Wish<WishKind>): boolean {
  return tries.length < mostTries(courseRules(settings));
}
