import { bonusDaysOf, bonusUtokOf, type PromoEffect } from '../../domain/billing/promo';
import type { Locale } from '../../domain/messages';
import { money } from '../../domain/money';
import { amountText, percentText, tokensText } from '../display';
import { say } from '../wording';

/** What a code does, one line for each of its effects. */
export function effectLines(promo: PromoEffect, locale: Locale): readonly string[] {
  const bonusUtok = bonusUtokOf(promo);
  const days = bonusDaysOf(promo);
  return [
    ...discountLine(promo, locale),
    ...(bonusUtok > 0
      ? [say(locale, 'promo.effect.bonus', { tokens: tokensText(bonusUtok, locale) })]
      : []),
    ...(days > 0 ? [say(locale, 'promo.effect.days', { days })] : []),
  ];
}

function discountLine({ kind, value, currency }: PromoEffect, locale: Locale): readonly string[] {
  if (kind === 'percent') {
    return [say(locale, 'promo.effect.percent', { percent: percentText(value, locale) })];
  }
  if (kind !== 'fixed' || currency === null) return [];
  const amount = amountText(money(value, currency), locale);
  return [say(locale, 'promo.effect.fixed', { amount })];
}
