import { Composer } from 'grammy';
import type { WishOutcome } from '../../commands/subscriptions-contract';
import type { TextKey } from '../../texts';
import { NEW_MESSAGE } from '../callback-data';
import { localeOf, show, type BotContext, type CallbackHandlers, type Press } from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { openButton, type Screen } from '../screen';
import { say } from '../wording';
import { cardScreen } from './card';
import { dunning, type Doors, type DunningRoute } from './dunning';
import { methods } from './methods';
import { moving } from './moving';
import { ownSubscription, withLive, wishOf, type Own } from './own';
import { pausing } from './pausing';
import { renewing } from './renewing';
import { upcomingScreen } from './upcoming';
import { answerWish } from './wishes';
import { planButton } from './words';

/** A person's subscription: how it stands, what comes next, and everything they may ask of it. */
export function subscriptionFeature(parts: BotParts, doors: Doors) {
  const composer = new Composer<BotContext>();
  composer.command(['subscription', 'sub'], (ctx) => showSubscription(ctx, parts));
  composer.command('upcoming', (ctx) => showUpcoming(ctx, parts));
  const pauses = pausing(parts);
  const live = (act: (ctx: BotContext, own: Own, press: Press) => Promise<void>) => {
    return (ctx: BotContext, press: Press) =>
      withLive(ctx, parts, { press, act: (own) => act(ctx, own, press) });
  };
  const own: CallbackHandlers<
    'nav:sub' | 'nav:next' | 'sub:cancel' | 'sub:stop' | 'sub:stay' | 'sub:mute'
  > = {
    'nav:sub': (ctx, press) => showSubscription(ctx, parts, press),
    'nav:next': (ctx, press) => showUpcoming(ctx, parts, press),
    'sub:cancel': live((ctx, plan, press) => askCancel(ctx, plan, press)),
    'sub:stop': live((ctx, plan) => cancel(ctx, parts, plan)),
    'sub:stay': live((ctx, plan) => stay(ctx, parts, plan)),
    'sub:mute': live((ctx, plan, press) => mute(ctx, parts, { own: plan, press })),
  };
  const callbacks = {
    ...own,
    ...renewing(parts),
    ...methods(parts),
    ...pauses.callbacks,
    ...moving(parts),
    ...dunning(parts, doors),
  } satisfies CallbackHandlers<DunningRoute>;
  return { composer, questions: pauses.questions, callbacks };
}

async function showSubscription(ctx: BotContext, parts: BotParts, press?: Press): Promise<void> {
  const own = await ownSubscription(ctx, parts);
  await show(ctx, cardScreen(ctx, own), { isNew: press?.arg === NEW_MESSAGE });
}

async function showUpcoming(ctx: BotContext, parts: BotParts, press?: Press): Promise<void> {
  const own = await ownSubscription(ctx, parts);
  const screen = await upcomingScreen(ctx, parts, own);
  await show(ctx, screen, { isNew: press?.arg === NEW_MESSAGE });
}

/** Says until when access lasts before anything ends. */
async function askCancel(ctx: BotContext, own: Own, press: Press): Promise<void> {
  const { place } = ctx.visit;
  const { state, periodEnd } = own.plan;
  const key: TextKey =
    state === 'paused'
      ? 'sub.cancel.ask_paused'
      : state === 'past_due'
        ? 'sub.cancel.ask_now'
        : 'sub.cancel.ask';
  const screen: Screen = {
    text: say(place.locale, key, { until: instantText(periodEnd, place) }),
    rows: [
      [planButton(ctx, own, { key: 'button.sub_stop', route: 'sub:stop' })],
      [openButton(localeOf(ctx), 'button.sub_keep_it', 'nav:sub')],
    ],
  };
  await show(ctx, screen, { isNew: press.arg === NEW_MESSAGE });
}

async function cancel(ctx: BotContext, parts: BotParts, own: Own): Promise<void> {
  const outcome = await parts.commands.cancelSubscription(wishOf(ctx, own));
  await answerWish(ctx, parts, { outcome, said: cancelledKey });
}

function cancelledKey({ effect }: Extract<WishOutcome, { kind: 'done' }>): TextKey {
  if (effect === 'waits_for_charge') return 'sub.done.waiting';
  return effect === 'expired' ? 'sub.done.expired' : 'sub.done.cancelled';
}

async function stay(ctx: BotContext, parts: BotParts, own: Own): Promise<void> {
  const outcome = await parts.commands.uncancelSubscription(wishOf(ctx, own));
  await answerWish(ctx, parts, { outcome, said: () => 'sub.done.kept' });
}

async function mute(
  ctx: BotContext,
  parts: BotParts,
  { own, press }: { own: Own; press: Press },
): Promise<void> {
  const isMuted = press.arg !== 'off';
  // Under a reminder, which stays as it is.
  const isNew = press.arg === NEW_MESSAGE;
  const outcome = await parts.commands.muteReminders({ ...wishOf(ctx, own), isMuted });
  await answerWish(ctx, parts, {
    outcome,
    said: () => (isMuted ? 'sub.done.muted' : 'sub.done.audible'),
    isNew,
  });
}
