import { Composer } from 'grammy';
import type { BotContext } from '../context';
import type { BotParts } from '../parts';
import { giftsFeature } from './gifts';
import { inviteFeature } from './invite';
import { trialFeature } from './trial';

/** What brings people in: trials, gifts, invitations. */
export function growthFeature(parts: BotParts) {
  const trial = trialFeature(parts);
  const gifts = giftsFeature(parts);
  const invite = inviteFeature(parts);
  const composer = new Composer<BotContext>();
  composer.use(trial.composer, gifts.composer, invite.composer);
  return {
    composer,
    questions: trial.questions,
    callbacks: { ...gifts.callbacks, ...invite.callbacks },
  };
}
