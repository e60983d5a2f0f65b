import { walletFeeUtok, type PeriodUnit, type TariffKind } from './pricing';
import type { Driver } from './subscription-course';

/** A plan, as far as it decides who can pay a period of it. */
export interface PayablePlan {
  readonly kind: TariffKind;
  readonly feeUtok: number;
  readonly isRenewable: boolean;
  readonly periodUnit: PeriodUnit | null;
  readonly periodCount: number | null;
  readonly prices: readonly { readonly currency: string; readonly minor: number }[];
}

/** Who renews a subscription and with what; whatever the asker does not know is left out and restricts nothing. */
export interface Payer {
  readonly driver: Driver;
  /** Micro-tokens for a kopeck. */
  readonly utokPerMinor?: number;
  /** The currency in which the newest period was paid with money. */
  readonly paidIn?: string | undefined;
  /** Currencies in which the method's provider charges. */
  readonly currencies?: readonly string[];
  /** Whole Stars that Telegram charges for each period. */
  readonly stars?: number;
}

/** Telegram counts its periods in days. */
const STARS_DAYS = 30;
const ANY_RATE = 1;

/**
 * True when who renews a subscription could pay a period of a plan. Telegram charges the first price of its subscription
 * for ever, so it can pay nothing dearer, cheaper or of another length. Where nobody renews, nobody has to pay.
 */
export function canPay(payer: Payer, plan: PayablePlan): boolean {
  switch (payer.driver) {
    case 'none':
      return true;
    case 'wallet':
      return walletFee(payer, plan) !== undefined;
    case 'saved_method':
      return canCardPay(payer, plan);
    case 'stars':
      return canStarsPay(payer, plan);
  }
}

function walletFee({ utokPerMinor = ANY_RATE }: Payer, plan: PayablePlan): number | undefined {
  const { kind, feeUtok, isRenewable: renewable, periodUnit, prices } = plan;
  const priceMinor = prices.find(({ currency }) => currency === 'RUB')?.minor;
  return walletFeeUtok({ kind, feeUtok, renewable, periodUnit, priceMinor, utokPerMinor });
}

function canCardPay({ paidIn, currencies }: Payer, plan: PayablePlan): boolean {
  const { isRenewable, periodUnit, prices } = plan;
  if (!isRenewable || periodUnit === null) return false;
  const charged = cardCurrency(prices, paidIn);
  const isPriced = prices.some(({ currency }) => currency === charged);
  return isPriced && (currencies?.includes(charged) ?? true);
}

function canStarsPay({ stars }: Payer, plan: PayablePlan): boolean {
  const { isRenewable, periodUnit, periodCount, prices } = plan;
  const price = prices.find(({ currency }) => currency === 'XTR');
  const isMonth = periodUnit === 'day' && periodCount === STARS_DAYS;
  return isRenewable && isMonth && price !== undefined && (stars ?? price.minor) === price.minor;
}

/** A card goes on paying in the money it has paid in, where the plan has a price in it; else in roubles. */
export function cardCurrency(
  prices: readonly { readonly currency: string }[],
  paidIn: string | undefined,
): string {
  const isPriced = prices.some(({ currency }) => currency === paidIn);
  return paidIn !== undefined && paidIn !== 'XTR' && isPriced ? paidIn : 'RUB';
}
