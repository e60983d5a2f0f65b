import type { SubscriptionView } from '../../reads/billing';
import type { RenewalTry } from '../../reads/subscriptions';
import { localeOf, type BotContext } from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { courseOf, isOver } from '../subscription/own';
import { button, type Button } from '../screen';
import { say } from '../wording';
import { hasRole, type Role } from './gate';
import { wordOf } from './words';

/** Support looks; who may settle open items may also settle a subscription. */
export const REPAIRERS: readonly Role[] = ['finance', 'admin'];

/** The way to the repairs of a live subscription, for those who may send them. */
export function repairsButtons(
  ctx: BotContext,
  userId: number,
  plan: SubscriptionView | undefined,
): readonly Button[] {
  if (!plan || isOver(plan) || !hasRole(ctx, REPAIRERS)) return [];
  const words = { locale: localeOf(ctx), key: 'admin.button.sub' } as const;
  return [button(words, { route: 'adm:sub', arg: String(userId) })];
}

/** A person's subscription as an operator needs it: where it stands, who renews it, what comes next, what was tried. */
export async function subscriptionLines(
  ctx: BotContext,
  parts: BotParts,
  plan: SubscriptionView | undefined,
): Promise<readonly string[]> {
  if (!plan) return [say(localeOf(ctx), 'admin.person.no_subscription')];
  const head = standingLine(ctx, plan);
  if (isOver(plan)) return [head];
  const [next, tries] = await Promise.all([
    nextLine(ctx, parts, plan),
    parts.reads.renewalTries(plan.subscriptionId),
  ]);
  return [head, driverLine(ctx, plan), next, ...tries.map((one) => tryLine(ctx, one))];
}

function standingLine(ctx: BotContext, plan: SubscriptionView): string {
  const { place } = ctx.visit;
  const { locale } = place;
  const { planName, state, access, periodEnd, periodN } = plan;
  return say(locale, 'admin.person.subscription', {
    plan: planName[locale],
    state: wordOf(locale, 'subscription.state', state),
    access: wordOf(locale, 'admin.access', access),
    until: instantText(periodEnd, place),
    n: periodN,
  });
}

function driverLine(ctx: BotContext, plan: SubscriptionView): string {
  const locale = localeOf(ctx);
  const driver = say(locale, `sub.driver.${plan.driver}`, { card: plan.cardLabel ?? '' });
  const marks = [
    plan.isRenewing ? '🔁' : '⏹',
    plan.isCancelled && '🚫',
    plan.isMuted && '🔕',
    plan.isConfirming && '⏳',
  ].filter((mark) => mark !== false);
  return `${marks.join(' ')} ${driver}`;
}

async function nextLine(ctx: BotContext, parts: BotParts, plan: SubscriptionView): Promise<string> {
  const { place } = ctx.visit;
  const course = await courseOf(parts, plan);
  if (!course) return say(place.locale, 'admin.sub.silent');
  const [next] = course.steps;
  if (!next) return say(place.locale, 'admin.sub.nothing');
  const at = instantText(next.at, place);
  return say(place.locale, 'admin.sub.next', { step: next.name, at });
}

function tryLine(
  ctx: BotContext,
  { periodN, driver, state, declineCode, asOf }: RenewalTry,
): string {
  const { place } = ctx.visit;
  const outcome = declineCode === null ? state : `${state}: ${declineCode}`;
  const at = instantText(asOf, place);
  return say(place.locale, 'admin.sub.try', { n: periodN, at, driver, outcome });
}
