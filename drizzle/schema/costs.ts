import { sql } from 'drizzle-orm';
import { check, index, numeric, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { id, instant, recordedAt } from '../columns';
import { apiClients } from './access';
import { tariffs } from './catalogue';

/** Multipliers of raw costs; the most particular row in force wins over the setting (TC-1). */
export const costMultipliers = pgTable(
  'cost_multipliers',
  {
    id: id(),
    track: text('track'),
    clientId: uuid('client_id').references(() => apiClients.id),
    tariffId: uuid('tariff_id').references(() => tariffs.id),
    multiplier: numeric('multiplier', { precision: 10, scale: 4 }).notNull(),
    validFrom: instant('valid_from').notNull(),
    validUntil: instant('valid_until'),
    recordedAt: recordedAt(),
  },
  (table) => [
    check('cost_multipliers_value', sql`${table.multiplier} >= 0`),
    check(
      'cost_multipliers_term',
      sql`${table.validUntil} is null or ${table.validUntil} > ${table.validFrom}`,
    ),
    index('cost_multipliers_by_track').on(table.track, table.validFrom),
  ],
);

/** What one unit of a currency of costs is worth in rubles, of which one is one token. */
export const costRates = pgTable(
  'cost_rates',
  {
    currency: text('currency').notNull(),
    rubPerUnit: numeric('rub_per_unit', { precision: 20, scale: 10 }).notNull(),
    validFrom: instant('valid_from').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.currency, table.validFrom] }),
    check('cost_rates_value', sql`${table.rubPerUnit} > 0`),
  ],
);
