import { and, desc, eq, isNotNull, lte } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import {
  subscriptionPeriods,
  tariffPrices,
  tariffs,
  tariffVersions,
  topupRates,
} from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { cardCurrency } from '../../../src/domain/billing/plan-payers';
import { walletFeeUtok } from '../../../src/domain/billing/pricing';
import type { PeriodTerms } from '../../../src/domain/billing/subscription';
import type { RenewalPrice } from '../../../workflows/billing/subscription/contract';
import type { Tariff, TariffVersion } from '../orders';
import type { Subscription } from '../timelines';

/** What the next period is and costs, from the frozen version of the plan: never from today's catalogue (TP-1). */
export interface RenewalTerms {
  readonly version: TariffVersion;
  readonly tariff: Tariff;
  /** Undefined for a plan without a period of its own. */
  readonly period: PeriodTerms | undefined;
  /** Money prices by currency. */
  readonly prices: readonly { currency: string; exponent: number; amountMinor: number }[];
  /** Micro-tokens for a kopeck: what the wallet pays for a plan that is priced in roubles. */
  readonly utokPerKopeck: number | undefined;
  /** The currency in which the newest period was paid with money, where one was. */
  readonly paidIn: string | undefined;
}

/** The plan that begins with the next period: the one chosen for it, else the one that runs. */
export async function renewalTerms(
  tx: Pick<Transaction, 'select'>,
  row: Subscription,
  asOf: Date,
): Promise<RenewalTerms> {
  const terms = await versionTerms(tx, row.nextTariffVersionId ?? row.tariffVersionId, asOf);
  return { ...terms, paidIn: await currencyOf(tx, row) };
}

/** What a version of a plan is and costs, whoever has it. */
export type VersionedTerms = Omit<RenewalTerms, 'paidIn'>;

export async function versionTerms(
  tx: Pick<Transaction, 'select'>,
  versionId: string,
  asOf: Date,
): Promise<VersionedTerms> {
  const [found] = await tx
    .select({ version: tariffVersions, tariff: tariffs })
    .from(tariffVersions)
    .innerJoin(tariffs, eq(tariffs.id, tariffVersions.tariffId))
    .where(eq(tariffVersions.id, versionId));
  assert(found, `version ${versionId} exists`);
  const { periodUnit: unit, periodCount: count } = found.version;
  const prices = await tx
    .select()
    .from(tariffPrices)
    .where(eq(tariffPrices.tariffVersionId, versionId));
  const [rate] = await tx
    .select({ utokPerMinor: topupRates.utokPerMinor })
    .from(topupRates)
    .where(and(eq(topupRates.currency, 'RUB'), lte(topupRates.validFrom, asOf)))
    .orderBy(desc(topupRates.validFrom))
    .limit(1);
  return {
    ...found,
    period: unit === null || count === null ? undefined : { unit, count },
    prices,
    utokPerKopeck: rate?.utokPerMinor,
  };
}

async function currencyOf(
  tx: Pick<Transaction, 'select'>,
  { id }: Subscription,
): Promise<string | undefined> {
  const [paid] = await tx
    .select({ currency: subscriptionPeriods.valueCurrency })
    .from(subscriptionPeriods)
    .where(
      and(eq(subscriptionPeriods.subscriptionId, id), isNotNull(subscriptionPeriods.valueCurrency)),
    )
    .orderBy(desc(subscriptionPeriods.n))
    .limit(1);
  return paid?.currency ?? undefined;
}

/** What the wallet pays for the next period, in micro-tokens; undefined for a plan the wallet cannot pay. */
export function feeOf({
  version,
  tariff,
  prices,
  utokPerKopeck,
}: RenewalTerms): number | undefined {
  const price = prices.find(({ currency }) => currency === 'RUB');
  return walletFeeUtok({
    ...{ kind: tariff.kind, feeUtok: version.feeUtok, renewable: version.renewable },
    ...{ periodUnit: version.periodUnit, priceMinor: price?.amountMinor },
    utokPerMinor: utokPerKopeck,
  });
}

/** What a renewal will take from its driver, for reminders and screens; undefined where nothing can. */
export function priceOf(
  terms: RenewalTerms,
  { driver }: Pick<Subscription, 'driver'>,
  currency = currencyFor(terms, driver),
): RenewalPrice | undefined {
  if (driver === 'none') return undefined;
  if (driver === 'wallet') {
    const feeUtok = feeOf(terms);
    return feeUtok === undefined ? undefined : { kind: 'tokens', feeUtok };
  }
  const price = terms.prices.find((one) => one.currency === currency);
  if (!price) return undefined;
  const { amountMinor, exponent } = price;
  return { kind: 'money', amountMinor, currency, exponent };
}

function currencyFor({ prices, paidIn }: RenewalTerms, driver: Subscription['driver']): string {
  return driver === 'stars' ? 'XTR' : cardCurrency(prices, paidIn);
}
