import { and, asc, desc, eq, isNotNull, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { oneOf } from '../../../drizzle/rows';
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

type Reader = Pick<Transaction, 'select' | 'selectDistinctOn' | 'execute'>;

/** Of what the next period will be, for a subscription at an instant. */
export interface TermsQuestion {
  readonly row: Subscription;
  readonly asOf: Date;
}

/** The plan that begins with the next period: the one chosen for it, else the one that runs. */
export async function renewalTerms(
  tx: Reader,
  row: Subscription,
  asOf: Date,
): Promise<RenewalTerms> {
  const terms = (await renewalTermsOf(tx, [{ row, asOf }])).get(row.id);
  assert(terms, `subscription ${row.id} has a plan`);
  return terms;
}

/** The same for many, by the ids of their subscriptions. */
export async function renewalTermsOf(
  tx: Reader,
  asked: readonly TermsQuestion[],
): Promise<ReadonlyMap<string, RenewalTerms>> {
  const plans = asked.map(({ row, asOf }) => ({ versionId: nextVersionOf(row), asOf }));
  const [termsOf, paidIn] = await Promise.all([
    readVersions(tx, plans),
    currenciesOf(
      tx,
      asked.map(({ row }) => row.id),
    ),
  ]);
  return new Map(
    asked.map(({ row, asOf }) => [
      row.id,
      { ...termsOf({ versionId: nextVersionOf(row), asOf }), paidIn: paidIn.get(row.id) },
    ]),
  );
}

function nextVersionOf({ nextTariffVersionId, tariffVersionId }: Subscription): string {
  return nextTariffVersionId ?? tariffVersionId;
}

/** What a version of a plan is and costs, whoever has it. */
export type VersionedTerms = Omit<RenewalTerms, 'paidIn'>;

export async function versionTerms(
  tx: Reader,
  versionId: string,
  asOf: Date,
): Promise<VersionedTerms> {
  const question = { versionId, asOf };
  return (await readVersions(tx, [question]))(question);
}

interface VersionQuestion {
  readonly versionId: string;
  readonly asOf: Date;
}

async function readVersions(
  tx: Reader,
  asked: readonly VersionQuestion[],
): Promise<(question: VersionQuestion) => VersionedTerms> {
  const ids = [...new Set(asked.map(({ versionId }) => versionId))];
  const [plans, prices, rates] = await Promise.all([
    tx
      .select({ version: tariffVersions, tariff: tariffs })
      .from(tariffVersions)
      .innerJoin(tariffs, eq(tariffs.id, tariffVersions.tariffId))
      .where(oneOf(tariffVersions.id, ids))
      .execute(),
    tx.select().from(tariffPrices).where(oneOf(tariffPrices.tariffVersionId, ids)).execute(),
    ratesAt(
      tx,
      asked.map(({ asOf }) => asOf),
    ),
  ]);
  const byId = new Map(plans.map((plan) => [plan.version.id, plan]));
  return ({ versionId, asOf }) => {
    const found = byId.get(versionId);
    assert(found, `version ${versionId} exists`);
    const { periodUnit: unit, periodCount: count } = found.version;
    return {
      ...found,
      period: unit === null || count === null ? undefined : { unit, count },
      prices: prices.filter(({ tariffVersionId }) => tariffVersionId === versionId),
      utokPerKopeck: rates.get(asOf.getTime()),
    };
  };
}

/** Micro-tokens for a kopeck at some instants, by their milliseconds. */
async function ratesAt(
  tx: Reader,
  instants: readonly Date[],
): Promise<ReadonlyMap<number, number | undefined>> {
  const distinct = [...new Set(instants.map((asOf) => asOf.getTime()))];
  const texts = distinct.map((ms) => new Date(ms).toISOString());
  const rows = await tx.execute<{ rate: string | null }>(sql`
    select (select utok_per_minor from ${topupRates}
      where currency = 'RUB' and valid_from <= at::timestamptz order by valid_from desc limit 1) as rate
    from json_array_elements_text(${JSON.stringify(texts)}::json) with ordinality as asked (at, place)
    order by place`);
  return new Map(
    distinct.map((ms, index) => {
      const rate = rows[index]?.rate ?? null;
      return [ms, rate === null ? undefined : Number(rate)];
    }),
  );
}

/** In which money the newest paid period of each was paid. */
export async function currenciesOf(
  tx: Reader,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { subscriptionId, valueCurrency, n } = subscriptionPeriods;
  const paid = await tx
    .selectDistinctOn([subscriptionId], { subscriptionId, currency: valueCurrency })
    .from(subscriptionPeriods)
    .where(and(oneOf(subscriptionId, ids), isNotNull(valueCurrency)))
    .orderBy(asc(subscriptionId), desc(n))
    .execute();
  return new Map(
    paid.flatMap(({ subscriptionId: id, currency }) => (currency ? [[id, currency]] : [])),
  );
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
