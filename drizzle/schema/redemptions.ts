import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { id, instant, recordedAt, updatedAt } from '../columns';
import { tariffs } from './catalogue';
import { transfers } from './ledger';
import { invoices } from './orders';
import { promoCodes } from './promo';
import { quotes } from './quotes';
import { subscriptions } from './subscriptions';
import { users } from './users';

/** One person's slot of a code: reserved with the order, confirmed with the money, returned when there is none (PR-4…6). */
export const promoUses = pgTable(
  'promo_uses',
  {
    id: id(),
    codeId: uuid('code_id')
      .notNull()
      .references(() => promoCodes.id),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    /** Which of the person's allowed uses it is, from 1. */
    slot: integer('slot').notNull(),
    /** The order it belongs to; null where a trial has none. */
    invoiceId: uuid('invoice_id').references(() => invoices.id),
    /** The quote that named the code, of which there is one for every use. */
    quoteId: uuid('quote_id')
      .notNull()
      .references(() => quotes.id),
    state: text('state').$type<'reserved' | 'confirmed' | 'returned'>().notNull(),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check('promo_uses_state', sql`${table.state} in ('reserved', 'confirmed', 'returned')`),
    uniqueIndex('promo_uses_one_slot')
      .on(table.codeId, table.userId, table.slot)
      .where(sql`${table.state} <> 'returned'`),
    index('promo_uses_by_user').on(table.userId),
    index('promo_uses_by_quote').on(table.quoteId),
  ],
);

/** A trial is given once to a person, whatever they tap: the primary key decides (TR-2). */
export const trialGrants = pgTable(
  'trial_grants',
  {
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    tariffId: uuid('tariff_id')
      .notNull()
      .references(() => tariffs.id),
    promoUseId: uuid('promo_use_id').references(() => promoUses.id),
    /** Null for a trial of a period without tokens. */
    transferId: uuid('transfer_id').references(() => transfers.id),
    subscriptionId: uuid('subscription_id')
      .notNull()
      .references(() => subscriptions.id),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.tariffId] }),
    check('trial_grants_span', sql`${table.startsAt} < ${table.endsAt}`),
  ],
);
