import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';
import { tariffs } from './catalogue';

/** A budget shared by any number of codes; its row is the lock under which slots are taken (PR-4). */
export const promoCampaigns = pgTable(
  'promo_campaigns',
  {
    id: id(),
    name: text('name').notNull(),
    /** Slots in all; null means without limit. */
    budget: integer('budget'),
    reserved: integer('reserved').notNull().default(0),
    used: integer('used').notNull().default(0),
    perUser: integer('per_user').notNull().default(1),
    validFrom: instant('valid_from').notNull(),
    validUntil: instant('valid_until'),
    isActive: boolean('is_active').notNull().default(true),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'promo_campaigns_budget',
      sql`${table.reserved} >= 0 and ${table.used} >= 0 and (${table.budget} is null or ${table.reserved} + ${table.used} <= ${table.budget})`,
    ),
    check('promo_campaigns_per_user', sql`${table.perUser} > 0`),
    check(
      'promo_campaigns_span',
      sql`${table.validUntil} is null or ${table.validFrom} < ${table.validUntil}`,
    ),
  ],
);

export type PromoKind = 'percent' | 'fixed' | 'bonus_tokens' | 'bonus_days' | 'trial';

/** A word that changes an order. Looked up by equality on a unique column only (PR-1). */
export const promoCodes = pgTable(
  'promo_codes',
  {
    id: id(),
    code: text('code').notNull().unique(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => promoCampaigns.id),
    kind: text('kind').$type<PromoKind>().notNull(),
    /** By kind: hundredths of a percent, minor units, micro-tokens, days; 1 for a trial. */
    value: amount('value').notNull(),
    /** Currency of a fixed discount. */
    currency: text('currency'),
    /** What a combined code gives besides its kind's own effect. */
    alsoBonusUtok: amount('also_bonus_utok').notNull().default(0),
    alsoBonusDays: integer('also_bonus_days').notNull().default(0),
    /** The only tariff it works for; the trial it opens. */
    tariffId: uuid('tariff_id').references(() => tariffs.id, { onDelete: 'restrict' }),
    maxUses: integer('max_uses'),
    reserved: integer('reserved').notNull().default(0),
    used: integer('used').notNull().default(0),
    isActive: boolean('is_active').notNull().default(true),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check('promo_codes_code', sql`${table.code} ~ '^[A-Z0-9_-]{3,50}$'`),
    check(
      'promo_codes_value',
      sql`case ${table.kind}
        when 'percent' then ${table.value} > 0 and ${table.value} < 10000
        when 'fixed' then ${table.value} > 0 and ${table.currency} is not null
        when 'bonus_tokens' then ${table.value} > 0
        when 'bonus_days' then ${table.value} between 1 and 366
        when 'trial' then ${table.value} = 1 and ${table.tariffId} is not null
          and ${table.alsoBonusUtok} = 0 and ${table.alsoBonusDays} = 0
        else false end`,
    ),
    check('promo_codes_currency', sql`(${table.kind} = 'fixed') = (${table.currency} is not null)`),
    check(
      'promo_codes_also',
      sql`${table.alsoBonusUtok} >= 0 and ${table.alsoBonusDays} between 0 and 366`,
    ),
    check(
      'promo_codes_uses',
      sql`${table.reserved} >= 0 and ${table.used} >= 0 and (${table.maxUses} is null or (${table.maxUses} > 0 and ${table.reserved} + ${table.used} <= ${table.maxUses}))`,
    ),
    index('promo_codes_by_campaign').on(table.campaignId),
  ],
);
