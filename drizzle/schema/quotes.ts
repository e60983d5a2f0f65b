import { sql } from 'drizzle-orm';
import { bigint, check, integer, pgTable, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { amount, id, instant, recordedAt } from '../columns';
import { bytes, tariffVersions, type PeriodUnit } from './catalogue';
import { promoCodes } from './promo';
import { users } from './users';

import type { QuotePurpose } from '../../src/domain/billing/pricing';
export type { QuotePurpose };

/** The frozen answer to "what would this cost this person"; consumed at most once (TP-7). */
export const quotes = pgTable(
  'quotes',
  {
    id: id(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    purpose: text('purpose').$type<QuotePurpose>().notNull(),
    tariffVersionId: uuid('tariff_version_id')
      .notNull()
      .references(() => tariffVersions.id),
    listAmountMinor: amount('list_amount_minor').notNull(),
    discountMinor: amount('discount_minor').notNull().default(0),
    payAmountMinor: amount('pay_amount_minor').notNull(),
    currency: text('currency').notNull(),
    exponent: smallint('exponent').notNull(),
    tokensUtok: amount('tokens_utok').notNull(),
    bonusUtok: amount('bonus_utok').notNull().default(0),
    feeUtok: amount('fee_utok').notNull().default(0),
    /** The conversion used for a top-up and for a late credit to the wallet; null where the currency has no rate. */
    utokPerMinor: amount('utok_per_minor'),
    periodUnit: text('period_unit').$type<PeriodUnit>(),
    periodCount: integer('period_count'),
    termsHash: bytes('terms_hash').notNull(),
    holdsUntil: instant('holds_until').notNull(),
    buttonUntil: instant('button_until').notNull(),
    /** The code whose slot the order reserves when it opens (PR-4). */
    promoCodeId: uuid('promo_code_id').references(() => promoCodes.id),
    /** Days by which a promo code makes the period longer. */
    bonusDays: integer('bonus_days').notNull().default(0),
    /** Unused value of the running period, already taken off the price of an upgrade (SB-18). */
    creditMinor: amount('credit_minor').notNull().default(0),
    /** The running subscription that an upgrade or a renewal is about. */
    subscriptionId: uuid('subscription_id'),
    consumedBy: text('consumed_by').unique(),
    asOf: instant('as_of').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [
    check(
      'quotes_purpose',
      sql`${table.purpose} in ('purchase', 'topup', 'renewal', 'upgrade', 'gift', 'trial')`,
    ),
    check(
      'quotes_amounts',
      sql`${table.payAmountMinor} >= 0 and ${table.discountMinor} >= 0 and ${table.listAmountMinor} >= 0 and ${table.tokensUtok} >= 0 and ${table.bonusUtok} >= 0 and ${table.feeUtok} >= 0 and ${table.bonusDays} >= 0 and ${table.creditMinor} >= 0`,
    ),
  ],
);
