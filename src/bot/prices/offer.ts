import type { PriceOfferParams } from '../../domain/billing/price-change';
import { periodOf } from '../billing/plans';
import { amountText, instantText, tokensText, type Place } from '../display';
import { button, lines, type Screen } from '../screen';
import { say } from '../wording';

/** Version of the words by which people agree to another price; a new one when they change. */
export const PRICE_OFFER_VERSION = 'price-offer-1';

/** Both prices, from when the new one would hold, and what silence means, above the two answers. */
export function offerScreen(offer: PriceOfferParams, place: Place): Screen {
  const { locale } = place;
  const { offerId: id, from, until } = offer;
  const becomes = newPriceText(offer, place);
  const when =
    from === undefined
      ? say(locale, 'price.offer.next', { new: becomes })
      : say(locale, 'price.offer.from', { new: becomes, from: instantText(from, place) });
  return {
    text: lines(
      say(locale, 'price.offer.title', { plan: planText(offer, place) }),
      '',
      say(locale, 'price.offer.now', { old: oldPriceText(offer, place) }),
      when,
      '',
      say(locale, 'price.offer.silence', { until: instantText(until, place) }),
    ),
    rows: [
      [button({ locale, key: 'button.price_yes' }, { route: 'price:yes', id })],
      [button({ locale, key: 'button.price_no' }, { route: 'price:no', id })],
    ],
  };
}

export function planText(
  { planRu, planEn }: Pick<PriceOfferParams, 'planRu' | 'planEn'>,
  { locale }: Place,
): string {
  return locale === 'ru' ? planRu : planEn;
}

export function oldPriceText(offer: PriceOfferParams, place: Place): string {
  return termsText(place, {
    ...{ feeUtok: offer.oldFeeUtok, amountMinor: offer.oldAmountMinor },
    ...{ currency: offer.oldCurrency, exponent: offer.oldExponent },
    ...{ periodUnit: offer.oldUnit, periodCount: offer.oldCount },
    tokensUtok: offer.oldTokensUtok,
  });
}

export function newPriceText(offer: PriceOfferParams, place: Place): string {
  return termsText(place, {
    ...{ feeUtok: offer.newFeeUtok, amountMinor: offer.newAmountMinor },
    ...{ currency: offer.newCurrency, exponent: offer.newExponent },
    ...{ periodUnit: offer.newUnit, periodCount: offer.newCount },
    tokensUtok: offer.newTokensUtok,
  });
}

type Terms = Parameters<typeof periodOf>[0] & {
  readonly feeUtok: number | undefined;
  readonly amountMinor: number | undefined;
  readonly currency: string | undefined;
  readonly exponent: number | undefined;
  readonly tokensUtok: number;
};

function termsText({ locale }: Place, terms: Terms): string {
  const { feeUtok = 0, amountMinor: minor, currency, exponent, tokensUtok } = terms;
  const isMoney = minor !== undefined && currency !== undefined && exponent !== undefined;
  const amount = isMoney
    ? amountText({ minor, currency, exponent }, locale)
    : say(locale, 'auto.tokens', { tokens: tokensText(feeUtok, locale) });
  const period = periodOf(terms, locale) ?? '';
  if (tokensUtok === 0) return say(locale, 'price.terms', { amount, period });
  const tokens = tokensText(tokensUtok, locale);
  return say(locale, 'price.terms_tokens', { amount, period, tokens });
}
