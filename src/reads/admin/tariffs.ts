import { asc, desc, eq, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { tariffPrices, tariffs, tariffVersions } from '../../../drizzle/schema';
import type { PeriodUnit, TariffKind } from '../../domain/billing/pricing';
import { money, type Money } from '../../domain/money';

/** A tariff with its newest version, on sale or not. */
export interface ManagedTariff {
  readonly tariffId: string;
  readonly slug: string;
  readonly kind: TariffKind;
  readonly isActive: boolean;
  readonly isHidden: boolean;
  readonly version: number;
  readonly name: { readonly ru: string; readonly en: string };
  readonly tokensUtok: number;
  readonly feeUtok: number;
  readonly periodUnit: PeriodUnit | null;
  readonly periodCount: number | null;
  readonly prices: readonly Money[];
  readonly minAmount: Money | undefined;
  readonly maxAmount: Money | undefined;
}

/** What operators see of the catalogue. */
export interface TariffReads {
  /** All of them, in the order of the catalogue; fifty at most. */
  managedTariffs(): Promise<readonly ManagedTariff[]>;
  managedTariff(tariffId: string): Promise<ManagedTariff | undefined>;
  managedTariffBySlug(slug: string): Promise<ManagedTariff | undefined>;
}

export function createTariffReads(db: Database): TariffReads {
  return {
    managedTariffs: () => load(db, undefined),
    managedTariff: async (tariffId) => (await load(db, eq(tariffs.id, tariffId)))[0],
    managedTariffBySlug: async (slug) => (await load(db, eq(tariffs.slug, slug)))[0],
  };
}

type PriceRow = { readonly currency: string; readonly minor: number };

async function load(db: Database, where: SQL | undefined): Promise<readonly ManagedTariff[]> {
  const newest = db
    .selectDistinctOn([tariffVersions.tariffId])
    .from(tariffVersions)
    .orderBy(asc(tariffVersions.tariffId), desc(tariffVersions.version))
    .as('newest');
  const prices = sql<PriceRow[]>`coalesce((
    select json_agg(json_build_object('currency', p.currency, 'minor', p.amount_minor) order by p.currency)
    from ${tariffPrices} p where p.tariff_version_id = newest.id), '[]')`;
  const rows = await db
    .select({ tariff: tariffs, version: newest._.selectedFields, prices })
    .from(tariffs)
    .innerJoin(newest, eq(newest.tariffId, tariffs.id))
    .where(where)
    .orderBy(asc(tariffs.sortOrder), asc(tariffs.slug))
    .limit(50);
  return rows.map(toTariff);
}

function toTariff(row: {
  tariff: typeof tariffs.$inferSelect;
  version: typeof tariffVersions.$inferSelect;
  prices: readonly PriceRow[];
}): ManagedTariff {
  const { tariff, version, prices } = row;
  const { slug, kind, isActive, isHidden } = tariff;
  const { tokensUtok, feeUtok, periodUnit, periodCount } = version;
  return {
    ...{ slug, kind, isActive, isHidden, tokensUtok, feeUtok, periodUnit, periodCount },
    tariffId: tariff.id,
    version: version.version,
    name: version.nameI18n,
    prices: prices.map(({ minor, currency }) => money(minor, currency)),
    minAmount: limitOf(version.minAmountMinor),
    maxAmount: limitOf(version.maxAmountMinor),
  };
}

/** Limits of a top-up are written in the currency the token is pegged to (P-4). */
function limitOf(minor: number | null): Money | undefined {
  return minor === null ? undefined : money(minor, 'RUB');
}
