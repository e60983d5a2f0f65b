import { closePause } from '../subscription-course/pausing';
import { done, refused, applyWish, type GrantedWish } from './wish';

/** Ends a paid subscription with its period, an unpaid or resting one at once; a charge in flight is waited for (SB-14). */
export const cancel: GrantedWish<'cancel'> = async (tx, wish) => {
  const { row, facts } = wish;
  if (row.cancelAtEnd) return done('cancelling', row.periodEnd);
  const stopped = { cancelAtEnd: true, autoRenew: false, retryAt: null, pauseDays: null } as const;
  if (facts.attempt) {
    await applyWish(tx, wish, { action: 'subscription.cancelled', after: stopped });
    return done('waits_for_charge');
  }
  if (row.state === 'past_due' || row.state === 'paused') {
    const over = { ...stopped, state: 'expired', access: 'none', pausedUntil: null } as const;
    await applyWish(tx, wish, { action: 'subscription.cancelled', after: over });
    await closePause(tx, row, wish.asOf);
    return done('expired');
  }
  const after = { ...stopped, state: row.state === 'trialing' ? row.state : 'cancelling' } as const;
  await applyWish(tx, wish, { action: 'subscription.cancelled', after });
  return done('cancelling', row.periodEnd);
};

/** Takes a cancel back while the paid period lasts; it renews again where somebody renews it. */
export const uncancel: GrantedWish<'uncancel'> = async (tx, wish) => {
  const { row, asOf } = wish;
  if (!row.cancelAtEnd) return refused('wrong_state', ['cancelling']);
  if (row.periodEnd <= asOf) return refused('too_late');
  const state = row.state === 'cancelling' ? 'active' : row.state;
  const after = { cancelAtEnd: false, autoRenew: row.driver !== 'none', state } as const;
  await applyWish(tx, wish, { action: 'subscription.uncancelled', after });
  return done('active', row.periodEnd);
};
