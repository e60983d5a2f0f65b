import type { PeriodUnit, QuotePurpose, TariffKind } from './pricing';

/** An order, as far as it decides who could renew what it buys. */
export interface RenewableOrder {
  readonly purpose: QuotePurpose;
  readonly tariffKind: TariffKind;
  readonly isRenewable: boolean;
  readonly periodUnit: PeriodUnit | null;
  readonly periodCount: number | null;
  readonly currency: string;
  readonly listAmountMinor: number;
  readonly payAmountMinor: number;
}

/** Telegram renews nothing dearer, in whole Stars, and nothing of another length, in days. */
const DEAREST_STARS = 10_000;
const STARS_DAYS = 30;

/** True when Telegram itself could charge for each next period: it takes the first price for ever, so no discount. */
export function canRenewByStars(order: RenewableOrder): boolean {
  const { currency, periodUnit, periodCount, payAmountMinor, listAmountMinor } = order;
  const isMonth = periodUnit === 'day' && periodCount === STARS_DAYS;
  const isPlain = payAmountMinor === listAmountMinor && payAmountMinor <= DEAREST_STARS;
  return sellsRenewable(order) && currency === 'XTR' && isMonth && isPlain;
}

/** True when the way it is paid could be charged for each next period. */
export function canRenewByMethod(order: RenewableOrder): boolean {
  return sellsRenewable(order) && order.currency !== 'XTR';
}

/** A gift is somebody else's, an upgrade keeps the driver it has, and a top-up renews from the balance. */
function sellsRenewable({ purpose, tariffKind, isRenewable, periodUnit }: RenewableOrder): boolean {
  const isPlan = tariffKind === 'subscription' || tariffKind === 'mixed';
  return purpose === 'purchase' && isPlan && isRenewable && periodUnit !== null;
}
