import { applyWish, done, type GrantedWish } from './wish';

/** No reminders before the end any more, or again; what fails is told all the same. */
export const mute: GrantedWish<'mute'> = async (tx, wish) => {
  const { isMuted } = wish.wished;
  if (wish.row.isMuted !== isMuted) {
    await applyWish(tx, wish, { action: 'subscription.edited', after: { isMuted } });
  }
  return done(isMuted ? 'muted' : 'audible');
};
