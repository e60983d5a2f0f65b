import type { SubscriptionCourse } from '../../commands/subscriptions-contract';
import type { Locale } from '../../domain/messages';
import type { SubscriptionView } from '../../reads/billing';
import type { TextKey } from '../../texts';
import type { CallbackData, Route } from '../callback-data';
import { localeOf, type BotContext } from '../context';
import { amountText, instantText, tokensText } from '../display';
import { button, type Button } from '../screen';
import { say, type TextParams } from '../wording';
import type { Own } from './own';

export type Step = SubscriptionCourse['steps'][number];
export type Price = NonNullable<Step['price']>;

/** The next thing of a kind that a subscription does by itself. */
export function nextStep(own: Pick<Own, 'course'>, kind: Step['kind']): Step | undefined {
  return own.course?.steps.find((step) => step.kind === kind);
}

/** What the next period costs: as its workflow says, else as far as the row knows (SB-22). */
export function priceOf({ plan, course }: Own): Price | undefined {
  const price = nextStep({ course }, 'renew')?.price;
  if (price) return price;
  if (plan.driver === 'wallet' && plan.feeUtok > 0 && plan.nextPlanName === null) {
    return { kind: 'tokens', feeUtok: plan.feeUtok };
  }
  return plan.driver === 'saved_method' && plan.roublePrice
    ? moneyPrice(plan.roublePrice)
    : undefined;
}

export function moneyPrice(price: NonNullable<SubscriptionView['roublePrice']>): Price {
  const { minor: amountMinor, currency, exponent } = price;
  return { kind: 'money', amountMinor, currency, exponent };
}

export function priceText(ctx: BotContext, price: Price): string {
  const locale = localeOf(ctx);
  if (price.kind === 'tokens') {
    return say(locale, 'auto.tokens', { tokens: tokensText(price.feeUtok, locale) });
  }
  const { amountMinor: minor, currency, exponent } = price;
  return amountText({ minor, currency, exponent }, locale);
}

/** Micro-tokens that the balance lacks for what it is to pay; zero where it suffices or does not pay. */
export function missingUtok(own: Own): number {
  const price = priceOf(own);
  if (own.plan.driver !== 'wallet' || price?.kind !== 'tokens') return 0;
  return Math.max(0, price.feeUtok - own.availableUtok);
}

/** What the balance lacks for a renewal, and the way out. */
export function missingText(locale: Locale, missing: number): string {
  const short = say(locale, 'err.insufficient', { missing: tokensText(missing, locale) });
  return `${short} ${say(locale, 'sub.topup')}`;
}

/** One sentence about a charge: when, how much, from what. */
export function chargeText(
  ctx: BotContext,
  own: Own,
  { verb, step }: { verb: 'sub.card.charge' | 'next.charge' | 'next.try'; step: ChargeStep },
): string {
  const { place } = ctx.visit;
  const { locale } = place;
  const price = step.price ?? priceOf(own);
  const driver = step.driver ?? own.plan.driver;
  const at = instantText(step.at, place);
  if (!price) return say(locale, `${verb}_unknown`, { at });
  const amount = priceText(ctx, price);
  if (price.kind === 'tokens') {
    const balance = tokensText(own.availableUtok, locale);
    return say(locale, `${verb}_tokens`, { at, fee: tokensText(price.feeUtok, locale), balance });
  }
  if (driver === 'stars' && verb !== 'next.try')
    return say(locale, `${verb}_stars`, { at, amount });
  return say(locale, `${verb}_card`, { at, amount, card: own.plan.cardLabel ?? '' });
}

export interface ChargeStep {
  readonly at: string;
  readonly price?: Price;
  readonly driver?: SubscriptionView['driver'];
}

/** A button about this subscription. */
export function planButton(
  ctx: BotContext,
  own: Pick<Own, 'plan'>,
  press: { key: TextKey; route: Route; arg?: string; params?: TextParams },
): Button {
  const { key, params, route, arg } = press;
  const words = { locale: localeOf(ctx), key, ...(params ? { params } : {}) };
  const data: CallbackData = { route, id: own.plan.subscriptionId, arg };
  return button(words, data);
}
