import {
  PEGGED_CURRENCY,
  roundAmounts,
  topupLimits,
  type TopupLimits,
  type TopupRate,
} from '../../domain/billing/topup-limits';
import { money, type Money } from '../../domain/money';
import type { TariffCard } from '../../reads/billing';
import type { BotContext } from '../context';
import { providersFor, type BotParts } from '../parts';

/** Rubles offered beside the minimum; other currencies get the next round amounts. */
const OFFERED_MINOR = [50_000, 100_000] as const;

/** Tokens for money of one currency, and in which others they can be had. */
export interface TopupSale {
  readonly tariff: TariffCard;
  readonly rate: TopupRate;
  readonly limits: TopupLimits;
  readonly otherCurrencies: readonly string[];
}

/**
 * The top-up in a currency, or in the first one that can be paid when none is named. Undefined when nothing is on sale
 * in it: it needs a rate and somebody who takes it.
 */
export async function saleIn(
  ctx: BotContext,
  parts: BotParts,
  currency: string | undefined,
): Promise<TopupSale | undefined> {
  const { asOf } = ctx.visit;
  const tariff = await parts.reads.topupTariff(asOf);
  if (!tariff?.minAmount) return undefined;
  const rates = payable(parts, await parts.reads.topupRates(asOf));
  const rate = currency === undefined ? rates[0] : rates.find((one) => one.currency === currency);
  const minAmountMinor = tariff.minAmount.minor;
  const maxAmountMinor = tariff.maxAmount?.minor ?? null;
  const limits = rate && topupLimits({ minAmountMinor, maxAmountMinor }, rate);
  if (!rate || !limits) return undefined;
  const others = rates.filter((one) => one !== rate).map((one) => one.currency);
  return { tariff, rate, limits, otherCurrencies: others };
}

/** Without any provider the rubles stay, so that the order itself can say that nobody takes them now. */
function payable(parts: BotParts, rates: readonly TopupRate[]): readonly TopupRate[] {
  const taken = rates.filter(({ currency }) => providersFor(parts, currency).length > 0);
  return taken.length > 0 ? taken : rates.filter(({ currency }) => currency === PEGGED_CURRENCY);
}

/** The amounts that get a button. */
export function buttonAmounts({ limits }: TopupSale): readonly Money[] {
  const { minimum, maximum } = limits;
  if (minimum.currency !== PEGGED_CURRENCY) return roundAmounts(limits, 2);
  const rounder = OFFERED_MINOR.filter((minor) => minor > minimum.minor && minor <= maximum.minor);
  return [minimum, ...rounder.map((minor) => money(minor, PEGGED_CURRENCY))];
}
