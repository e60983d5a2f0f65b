import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  customType,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';

/** Raw bytes; the driver hands them over as a Buffer. */
export const bytes = customType<{ data: Buffer; driverData: Buffer }>({
  dataType: () => 'bytea',
});

export type TariffKind = 'pack' | 'subscription' | 'mixed' | 'topup' | 'trial';
export type PeriodUnit = 'hour' | 'day' | 'week' | 'month' | 'year';
export type LocalisedText = { ru: string; en: string };

export const tariffs = pgTable(
  'tariffs',
  {
    id: id(),
    slug: text('slug').notNull().unique(),
    kind: text('kind').$type<TariffKind>().notNull(),
    productCode: text('product_code').notNull().default('main'),
    isActive: boolean('is_active').notNull().default(true),
    isHidden: boolean('is_hidden').notNull().default(false),
    sortOrder: integer('sort_order').notNull().default(0),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'tariffs_kind',
      sql`${table.kind} in ('pack', 'subscription', 'mixed', 'topup', 'trial')`,
    ),
  ],
);

/** Numbered terms of a tariff. A trigger refuses changes once an order has used them (TP-1). */
export const tariffVersions = pgTable(
  'tariff_versions',
  {
    id: id(),
    tariffId: uuid('tariff_id')
      .notNull()
      .references(() => tariffs.id),
    version: integer('version').notNull(),
    nameI18n: jsonb('name_i18n').$type<LocalisedText>().notNull(),
    descriptionI18n: jsonb('description_i18n').$type<LocalisedText>().notNull(),
    tokensUtok: amount('tokens_utok').notNull().default(0),
    periodUnit: text('period_unit').$type<PeriodUnit>(),
    periodCount: integer('period_count'),
    feeUtok: amount('fee_utok').notNull().default(0),
    minAmountMinor: amount('min_amount_minor'),
    maxAmountMinor: amount('max_amount_minor'),
    tokenTtlDays: integer('token_ttl_days'),
    renewable: boolean('renewable').notNull().default(false),
    grantsPerPeriodUtok: amount('grants_per_period_utok').notNull().default(0),
    validFrom: instant('valid_from').notNull(),
    validUntil: instant('valid_until'),
    recordedAt: recordedAt(),
  },
  (table) => [
    unique('tariff_versions_number').on(table.tariffId, table.version),
    check(
      'tariff_versions_amounts',
      sql`${table.tokensUtok} >= 0 and ${table.feeUtok} >= 0 and ${table.grantsPerPeriodUtok} >= 0`,
    ),
    check(
      'tariff_versions_period',
      sql`(${table.periodUnit} is null) = (${table.periodCount} is null) and (${table.periodCount} is null or ${table.periodCount} > 0) and (${table.periodUnit} is null or ${table.periodUnit} in ('hour', 'day', 'week', 'month', 'year'))`,
    ),
    check(
      'tariff_versions_limits',
      sql`${table.minAmountMinor} is null or ${table.maxAmountMinor} is null or ${table.minAmountMinor} <= ${table.maxAmountMinor}`,
    ),
  ],
);

export const tariffPrices = pgTable(
  'tariff_prices',
  {
    tariffVersionId: uuid('tariff_version_id')
      .notNull()
      .references(() => tariffVersions.id),
    currency: text('currency').notNull(),
    exponent: smallint('exponent').notNull(),
    amountMinor: amount('amount_minor').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tariffVersionId, table.currency] }),
    check('tariff_prices_currency', sql`${table.currency} ~ '^[A-Z]{3,5}$'`),
    check('tariff_prices_amount', sql`${table.amountMinor} >= 0`),
  ],
);

/** How many micro-tokens one minor unit of a currency buys, from an instant on. */
export const topupRates = pgTable(
  'topup_rates',
  {
    currency: text('currency').notNull(),
    utokPerMinor: amount('utok_per_minor').notNull(),
    validFrom: instant('valid_from').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.currency, table.validFrom] }),
    check('topup_rates_positive', sql`${table.utokPerMinor} > 0`),
  ],
);
