import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  isNull,
  lte,
  or,
  sql,
  type SQL,
} from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { tariffPrices, tariffs, tariffVersions, topupRates } from '../../drizzle/schema';
import { PEGGED_CURRENCY, type TopupRate } from '../domain/billing/topup-limits';
import { money, type Money } from '../domain/money';
import type { TariffCard } from './billing';

export function catalogue(db: Database, asOf: Date): Promise<readonly TariffCard[]> {
  return loadCards(db, {
    asOf,
    where: and(
      eq(tariffs.isHidden, false),
      sql`${tariffs.kind} in ('pack', 'subscription', 'mixed')`,
    ),
  });
}

/** One tariff by its id, hidden ones included: a link to a hidden tariff is a way to sell it. */
export async function tariff(
  db: Database,
  tariffId: string,
  asOf: Date,
): Promise<TariffCard | undefined> {
  const where = and(eq(tariffs.id, tariffId), sql`${tariffs.kind} <> 'trial'`);
  const [card] = await loadCards(db, { asOf, where });
  return card;
}

export async function tariffBySlug(
  db: Database,
  slug: string,
  asOf: Date,
): Promise<TariffCard | undefined> {
  const where = and(eq(tariffs.slug, slug), sql`${tariffs.kind} <> 'trial'`);
  const [card] = await loadCards(db, { asOf, where });
  return card;
}

export async function topupTariff(db: Database, asOf: Date): Promise<TariffCard | undefined> {
  const where = and(eq(tariffs.isHidden, false), eq(tariffs.kind, 'topup'));
  const [card] = await loadCards(db, { asOf, where, limit: 1 });
  return card;
}

/** The rates in force, each currency once, that of the tokens' own first. */
export async function ratesAt(db: Database, asOf: Date): Promise<readonly TopupRate[]> {
  return db
    .selectDistinctOn([isForeign, topupRates.currency], {
      currency: topupRates.currency,
      utokPerMinor: topupRates.utokPerMinor,
    })
    .from(topupRates)
    .where(lte(topupRates.validFrom, asOf))
    .orderBy(isForeign, asc(topupRates.currency), desc(topupRates.validFrom));
}

const isForeign = sql`(${topupRates.currency} <> ${sql.raw(`'${PEGGED_CURRENCY}'`)})`;

interface CardQuestion {
  readonly asOf: Date;
  readonly where: SQL | undefined;
  readonly limit?: number;
}

type PriceRow = { readonly currency: string; readonly minor: number; readonly exponent: number };

/** Active tariffs, each in its newest version that is valid at `asOf`, with all prices, in one query. */
async function loadCards(db: Database, question: CardQuestion): Promise<readonly TariffCard[]> {
  const newest = newestVersions(db, question.asOf);
  const prices = sql<PriceRow[]>`coalesce((
    select json_agg(json_build_object(
      'currency', p.currency, 'minor', p.amount_minor, 'exponent', p.exponent) order by p.currency)
    from ${tariffPrices} p where p.tariff_version_id = newest.id), '[]')`;
  const rows: readonly CardRow[] = await db
    .select({ tariff: tariffs, version: newest._.selectedFields, prices })
    .from(tariffs)
    .innerJoin(newest, eq(newest.tariffId, tariffs.id))
    .where(and(eq(tariffs.isActive, true), question.where))
    .orderBy(asc(tariffs.sortOrder), asc(tariffs.slug))
    .limit(question.limit ?? 50);
  return rows.map(toCard);
}

function newestVersions(db: Database, asOf: Date) {
  return db
    .selectDistinctOn([tariffVersions.tariffId], getTableColumns(tariffVersions))
    .from(tariffVersions)
    .where(
      and(
        lte(tariffVersions.validFrom, asOf),
        or(isNull(tariffVersions.validUntil), gt(tariffVersions.validUntil, asOf)),
      ),
    )
    .orderBy(asc(tariffVersions.tariffId), desc(tariffVersions.version))
    .as('newest');
}

interface CardRow {
  readonly tariff: typeof tariffs.$inferSelect;
  readonly version: typeof tariffVersions.$inferSelect;
  readonly prices: readonly PriceRow[];
}

function toCard({ tariff, version, prices }: CardRow): TariffCard {
  return {
    tariffId: tariff.id,
    slug: tariff.slug,
    kind: tariff.kind,
    tariffVersionId: version.id,
    name: version.nameI18n,
    description: version.descriptionI18n,
    tokensUtok: version.tokensUtok,
    feeUtok: version.feeUtok,
    periodUnit: version.periodUnit,
    periodCount: version.periodCount,
    isRenewable: version.renewable,
    prices: prices.map(({ minor, currency, exponent }) => ({ minor, currency, exponent })),
    minAmount: limitOf(version.minAmountMinor),
    maxAmount: limitOf(version.maxAmountMinor),
  };
}

function limitOf(minor: number | null): Money | undefined {
  return minor === null ? undefined : money(minor, PEGGED_CURRENCY);
}
