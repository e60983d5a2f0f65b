import type { PlanParams } from '../messages';
import type { PeriodUnit } from './pricing';

/** For how many days people can answer an offer of another price. */
export const OFFER_DAYS = 30;

/** `withdrawn` by an operator, `replaced` by the offer of a still newer version, `over` when its time has passed. */
export type PriceChangeState = 'running' | 'offered' | 'over' | 'withdrawn' | 'replaced';

export type PriceOfferState = 'open' | 'accepted' | 'kept' | 'lapsed' | 'withdrawn' | 'replaced';

/** What a subscription takes and gives for one period: tokens of the wallet, or money. */
export interface PeriodPrice {
  readonly price:
    | { readonly kind: 'tokens'; readonly feeUtok: number }
    | {
        readonly kind: 'money';
        readonly amountMinor: number;
        readonly currency: string;
        readonly exponent: number;
      };
  readonly periodUnit: PeriodUnit;
  readonly periodCount: number;
  /** Tokens that come with each period. */
  readonly tokensUtok: number;
}

/** Both prices as the person was shown them. */
export interface PricesShown {
  readonly was: PeriodPrice;
  readonly becomes: PeriodPrice;
}

/** Nothing that is taken or given differs. */
export function isSamePrice(a: PeriodPrice, b: PeriodPrice): boolean {
  return JSON.stringify(termsOf(a)) === JSON.stringify(termsOf(b));
}

function termsOf({ price, periodUnit, periodCount, tokensUtok }: PeriodPrice): unknown[] {
  const amount =
    price.kind === 'tokens' ? [price.feeUtok] : [price.amountMinor, price.currency, price.exponent];
  return [price.kind, ...amount, periodUnit, periodCount, tokensUtok];
}

type PriceParams<P extends string> = {
  readonly [K in `${P}FeeUtok` | `${P}AmountMinor` | `${P}Exponent`]?: number;
} & { readonly [K in `${P}Currency`]?: string } & {
  readonly [K in `${P}Unit`]: PeriodUnit;
} & { readonly [K in `${P}Count` | `${P}TokensUtok`]: number };

/** An offer as a message carries it: JSON primitives, instants as ISO 8601. */
export type PriceOfferParams = PlanParams &
  PriceParams<'old'> &
  PriceParams<'new'> & {
    readonly offerId: string;
    /** When the next period begins; absent where that depends on a payment or on the end of a pause. */
    readonly from?: string;
    readonly until: string;
  };

/** What an offer says, flattened for its message. */
export function offerParams(offer: {
  readonly offerId: string;
  readonly planName: { readonly ru: string; readonly en: string };
  readonly shown: PricesShown;
  readonly from: string | null;
  readonly until: string;
}): PriceOfferParams {
  const { offerId, planName, shown, from, until } = offer;
  const { was, becomes } = shown;
  return {
    ...{ offerId, planRu: planName.ru, planEn: planName.en, until },
    ...(from === null ? {} : { from }),
    ...{ oldUnit: was.periodUnit, oldCount: was.periodCount, oldTokensUtok: was.tokensUtok },
    ...{ newUnit: becomes.periodUnit, newCount: becomes.periodCount },
    newTokensUtok: becomes.tokensUtok,
    ...(was.price.kind === 'tokens'
      ? { oldFeeUtok: was.price.feeUtok }
      : {
          oldAmountMinor: was.price.amountMinor,
          oldCurrency: was.price.currency,
          oldExponent: was.price.exponent,
        }),
    ...(becomes.price.kind === 'tokens'
      ? { newFeeUtok: becomes.price.feeUtok }
      : {
          newAmountMinor: becomes.price.amountMinor,
          newCurrency: becomes.price.currency,
          newExponent: becomes.price.exponent,
        }),
  };
}
