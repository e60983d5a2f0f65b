import type { SubscriptionView } from '../../reads/billing';
import { TEXTS, type TextKey } from '../../texts';
import { localeOf, type BotContext } from '../context';
import { instantText } from '../display';
import { lines, openButton, type Button, type Screen } from '../screen';
import { say } from '../wording';
import { isOver, type Own } from './own';
import { chargeText, missingText, missingUtok, nextStep, planButton } from './words';

const DAY = 86_400_000;

type Lines = readonly (string | false)[];

/** Where the subscription stands, what will be taken when, and what can be done about it. */
export function cardScreen(ctx: BotContext, own: Own | undefined): Screen {
  const locale = localeOf(ctx);
  const text = lines(
    say(locale, 'subscription.title'),
    ...(own ? planLines(ctx, own) : [say(locale, 'subscription.none')]),
  );
  const home = [
    openButton(locale, 'button.topup', 'nav:top'),
    openButton(locale, 'button.balance', 'nav:bal'),
  ];
  return {
    text,
    rows: [
      ...(own ? actions(ctx, own) : []),
      home,
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}

function planLines(ctx: BotContext, own: Own): Lines {
  const { place, asOf } = ctx.visit;
  const { locale } = place;
  const { planName, state, periodEnd } = own.plan;
  const until = instantText(periodEnd, place);
  const stateKey = `subscription.state.${state}`;
  const head = [
    say(locale, 'subscription.plan', { name: planName[locale] }),
    stateKey in TEXTS[locale] && say(locale, stateKey as TextKey),
  ];
  if (isOver(own.plan)) {
    const ended = say(locale, 'subscription.ended_at', { until });
    return [...head, ended, say(locale, 'subscription.restart')];
  }
  const days = Math.max(0, Math.floor((Date.parse(periodEnd) - asOf.getTime()) / DAY));
  const isCovered = state !== 'past_due' && state !== 'paused';
  return [
    ...head,
    isCovered && say(locale, 'subscription.until', { until }),
    isCovered && say(locale, 'subscription.left', { days }),
    ...nextPlanLines(ctx, own.plan),
    '',
    ...courseLines(ctx, own),
    own.plan.isRenewing && driverText(ctx, own.plan),
    own.plan.isMuted && say(locale, 'sub.card.muted'),
  ];
}

function nextPlanLines(ctx: BotContext, plan: SubscriptionView): Lines {
  const { nextPlanName, periodEnd } = plan;
  if (nextPlanName === null) return [];
  const { place } = ctx.visit;
  const from = instantText(periodEnd, place);
  if (plan.isNewPrice) return [say(place.locale, 'price.next', { from })];
  return [say(place.locale, 'plans.next', { name: nextPlanName[place.locale], from })];
}

function driverText(ctx: BotContext, { driver, cardLabel }: SubscriptionView): string {
  return say(localeOf(ctx), `sub.driver.${driver}`, { card: cardLabel ?? '' });
}

/** What comes next, in the words of the state. */
function courseLines(ctx: BotContext, own: Own): Lines {
  const { place } = ctx.visit;
  const { locale } = place;
  const { plan } = own;
  const until = instantText(plan.periodEnd, place);
  if (plan.isConfirming) return [say(locale, 'sub.card.confirming')];
  if (plan.state === 'paused') {
    const end = instantText(plan.pausedUntil ?? plan.periodEnd, place);
    return [say(locale, 'sub.card.paused', { until: end })];
  }
  if (plan.state === 'past_due') return unpaidLines(ctx, own);
  if (plan.pauseDays !== null) {
    return [say(locale, 'sub.card.pause_planned', { from: until, days: plan.pauseDays })];
  }
  if (plan.isRenewing) return renewalLines(ctx, own);
  return [
    say(locale, plan.isCancelled ? 'sub.card.cancelled' : 'sub.card.not_renewing', { until }),
  ];
}

function renewalLines(ctx: BotContext, own: Own): Lines {
  const step = nextStep(own, 'renew') ?? { at: own.plan.periodEnd };
  return [chargeText(ctx, own, { verb: 'sub.card.charge', step }), missingLine(ctx, own)];
}

function missingLine(ctx: BotContext, own: Own): string | false {
  const locale = localeOf(ctx);
  const missing = missingUtok(own);
  return missing > 0 && missingText(locale, missing);
}

function unpaidLines(ctx: BotContext, own: Own): Lines {
  const { place } = ctx.visit;
  const { locale } = place;
  const { plan, course } = own;
  const next = nextStep(own, 'renew');
  const end = nextStep(own, 'expire');
  return [
    say(locale, 'sub.card.unpaid', { since: instantText(plan.periodEnd, place) }),
    next !== undefined && chargeText(ctx, own, { verb: 'sub.card.charge', step: next }),
    course !== undefined && next === undefined && say(locale, 'sub.card.no_try'),
    missingLine(ctx, own),
    say(locale, 'sub.access', { access: say(locale, `sub.access.${plan.access}`) }),
    end !== undefined && say(locale, 'sub.card.unpaid_end', { at: instantText(end.at, place) }),
  ];
}

/** The buttons that make sense in the state (SB-22). */
function actions(ctx: BotContext, own: Own): Screen['rows'] {
  const { plan } = own;
  const pick = (...names: readonly Action[]): Button[] => names.map((name) => act(ctx, own, name));
  const next = [openButton(localeOf(ctx), 'button.sub_next', 'nav:next')];
  if (isOver(plan)) return [pick('begin')];
  if (plan.state === 'paused') return [pick('resume', 'cancel'), next];
  if (plan.isCancelled) return [pick('stay'), next];
  const plans = isChangeable(plan)
    ? [openButton(localeOf(ctx), 'button.change_plan', 'sub:plans')]
    : [];
  if (plan.state === 'past_due') {
    const wayOut = pick('pause', 'cancel');
    return [pick('pay', 'move'), [...pick('how'), ...plans], wayOut, next];
  }
  const renewal = pick(plan.isRenewing ? 'auto_off' : 'auto_on', 'how');
  const quiet = pick(plan.isMuted ? 'unmute' : 'mute');
  const rest = plan.state === 'active' && plan.pauseDays === null ? pick('pause') : [];
  const resting = plan.pauseDays === null ? [] : pick('resume');
  return [plans, renewal, [...rest, ...resting, ...pick('cancel')], [...quiet, ...next]];
}

const ACTIONS = {
  begin: { key: 'button.sub_pay', route: 'sub:renew' },
  pay: { key: 'button.sub_pay_unpaid', route: 'sub:renew' },
  auto_off: { key: 'button.sub_auto_off', route: 'sub:auto', arg: 'off' },
  auto_on: { key: 'button.sub_auto_on', route: 'sub:auto', arg: 'on' },
  how: { key: 'button.sub_how', route: 'sub:how' },
  pause: { key: 'button.sub_pause', route: 'sub:pause' },
  resume: { key: 'button.sub_resume', route: 'sub:resume' },
  cancel: { key: 'button.sub_cancel', route: 'sub:cancel' },
  stay: { key: 'button.sub_stay', route: 'sub:stay' },
  mute: { key: 'button.sub_mute', route: 'sub:mute', arg: 'on' },
  unmute: { key: 'button.sub_unmute', route: 'sub:mute', arg: 'off' },
  move: { key: 'button.sub_move', route: 'sub:move' },
} as const;

type Action = keyof typeof ACTIONS;

function act(ctx: BotContext, own: Own, name: Action): Button {
  return planButton(ctx, own, ACTIONS[name]);
}

/** A plan that money bought can be changed for another; that of the simple storefront is the only one there is. */
export function isChangeable({ state, paidIn }: SubscriptionView): boolean {
  const isRunning = state === 'active' || state === 'cancelling' || state === 'past_due';
  return isRunning && paidIn !== null;
}
