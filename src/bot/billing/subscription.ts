import { Composer } from 'grammy';
import type { SubscriptionView } from '../../reads/billing';
import { TEXTS, type TextKey } from '../../texts';
import { localeOf, show, type BotContext, type CallbackHandlers } from '../context';
import { instantText, tokensText } from '../display';
import type { BotParts } from '../parts';
import { lines, openButton, type Screen } from '../screen';
import { say } from '../wording';

const DAY = 86_400_000;

export function subscriptionFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command(['subscription', 'sub'], (ctx) => showSubscription(ctx, parts));
  const callbacks: CallbackHandlers<'nav:sub'> = {
    'nav:sub': (ctx) => showSubscription(ctx, parts),
  };
  return { composer, callbacks };
}

async function showSubscription(ctx: BotContext, parts: BotParts): Promise<void> {
  const subscription = await parts.reads.subscription(ctx.visit.userId);
  await show(ctx, subscriptionScreen(ctx, subscription));
}

function subscriptionScreen(ctx: BotContext, subscription: SubscriptionView | undefined): Screen {
  const locale = localeOf(ctx);
  const text = lines(
    say(locale, 'subscription.title'),
    ...(subscription ? stateLines(ctx, subscription) : [say(locale, 'subscription.none')]),
  );
  return {
    text,
    rows: [
      ...(subscription && isChangeable(subscription)
        ? [[openButton(locale, 'button.change_plan', 'sub:plans')]]
        : []),
      [
        openButton(locale, 'button.topup', 'nav:top'),
        openButton(locale, 'button.balance', 'nav:bal'),
      ],
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}

/** A plan that money bought can be changed for another; that of the simple storefront is the only one there is. */
function isChangeable({ state, paidIn }: SubscriptionView): boolean {
  return (state === 'active' || state === 'cancelling') && paidIn !== null;
}

function stateLines(ctx: BotContext, subscription: SubscriptionView): readonly (string | false)[] {
  const { place, asOf } = ctx.visit;
  const { locale } = place;
  const { planName, state, periodEnd, feeUtok, nextPlanName } = subscription;
  const until = instantText(periodEnd, place);
  const isOver = state === 'expired' || state === 'ended';
  const days = Math.max(0, Math.floor((Date.parse(periodEnd) - asOf.getTime()) / DAY));
  const stateKey = `subscription.state.${state}`;
  return [
    say(locale, 'subscription.plan', { name: planName[locale] }),
    stateKey in TEXTS[locale] && say(locale, stateKey as TextKey),
    isOver
      ? say(locale, 'subscription.ended_at', { until })
      : say(locale, 'subscription.until', { until }),
    !isOver && say(locale, 'subscription.left', { days }),
    !isOver &&
      nextPlanName !== null &&
      say(locale, 'plans.next', { name: nextPlanName[locale], from: until }),
    feeUtok > 0 && say(locale, 'subscription.fee', { fee: tokensText(feeUtok, locale) }),
    isOver && say(locale, 'subscription.restart'),
  ];
}
