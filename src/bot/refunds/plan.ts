import type { RefundPlan } from '../../domain/billing/refund';
import { amountText, tokensText, type Place } from '../display';
import { lines } from '../screen';
import { say } from '../wording';

/** Every figure of a plan, as a person and an operator see it before anything is decided (RF-4). */
export function planText(plan: RefundPlan, order: { no: number }, { locale }: Place): string {
  const { currency, exponent } = plan;
  const money = (minor: number) => amountText({ minor, currency, exponent }, locale);
  const tokens = (utok: number) => tokensText(utok, locale);
  const taken = plan.paidUtok + plan.debtUtok;
  return lines(
    say(locale, 'refund.plan.title', { no: order.no }),
    '',
    say(locale, 'refund.plan.paid', { amount: money(plan.paidMinor) }),
    plan.refundedMinor > 0 &&
      say(locale, 'refund.plan.refunded', { amount: money(plan.refundedMinor) }),
    plan.boughtUtok > 0 &&
      say(locale, 'refund.plan.tokens', {
        bought: tokens(plan.boughtUtok),
        spent: tokens(plan.spentUtok),
      }),
    taken > 0 && say(locale, 'refund.plan.taken', { tokens: tokens(taken) }),
    plan.debtUtok > 0 && say(locale, 'refund.plan.debt', { tokens: tokens(plan.debtUtok) }),
    plan.bonusUtok > 0 && say(locale, 'refund.plan.bonus', { tokens: tokens(plan.bonusUtok) }),
    plan.providerFeeMinor > 0 &&
      say(locale, 'refund.plan.fee', { amount: money(plan.providerFeeMinor) }),
    plan.isFull && plan.policy !== 'goodwill' && say(locale, 'refund.plan.ends'),
    '',
    say(locale, 'refund.plan.back', { amount: money(plan.refundMinor) }),
  );
}
