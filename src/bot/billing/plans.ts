import type { PeriodUnit } from '../../domain/billing/pricing';
import type { Locale } from '../../domain/messages';
import type { Money } from '../../domain/money';
import { TEXTS, type TextKey } from '../../texts';
import { amountText, periodText } from '../display';
import { sayPlainly } from '../wording';

/** A provider by the name people know; one without a text of its own is named by its word. */
export function providerText(name: string, locale: Locale): string {
  const key = `provider.${name}`;
  return key in TEXTS[locale]
    ? sayPlainly(locale, key as TextKey)
    : sayPlainly(locale, 'provider.unknown', { name });
}

/** Only who it is, where the way to pay is named beside it. */
export function brandText(name: string, locale: Locale): string {
  const key = `brand.${name}`;
  return key in TEXTS[locale] ? sayPlainly(locale, key as TextKey) : name;
}

export function pricesText(prices: readonly Money[], locale: Locale): string {
  return prices.map((price) => amountText(price, locale)).join(' · ');
}

/** The period of anything that may have one. */
export function periodOf(
  terms: { readonly periodUnit: PeriodUnit | null; readonly periodCount: number | null },
  locale: Locale,
): string | undefined {
  if (terms.periodUnit === null || terms.periodCount === null) return undefined;
  return periodText({ unit: terms.periodUnit, count: terms.periodCount }, locale);
}
