import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type {
  PriceChangeState,
  PriceOfferState,
  PricesShown,
} from '../../src/domain/billing/price-change';
import { id, instant, recordedAt, updatedAt } from '../columns';
import { tariffs, tariffVersions } from './catalogue';
import { subscriptions } from './subscriptions';
import { consents, users } from './users';

/** The newest version of a tariff, offered to those who have an older one; its workflow is `priceChange:{id}`. */
export const priceChanges = pgTable(
  'price_changes',
  {
    id: id(),
    tariffId: uuid('tariff_id')
      .notNull()
      .references(() => tariffs.id),
    tariffVersionId: uuid('tariff_version_id')
      .notNull()
      .references(() => tariffVersions.id),
    createdBy: bigint('created_by', { mode: 'number' }).notNull(),
    state: text('state').$type<PriceChangeState>().notNull().default('running'),
    /** Subscriptions it was meant for when it began, and to how many it has been offered so far. */
    total: integer('total').notNull(),
    offered: integer('offered').notNull().default(0),
    /** The last one it was offered to; they are walked in the order of their ids. */
    afterSubscriptionId: uuid('after_subscription_id'),
    closesAt: instant('closes_at').notNull(),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'price_changes_state',
      sql`${table.state} in ('running', 'offered', 'over', 'withdrawn', 'replaced')`,
    ),
    uniqueIndex('price_changes_one_running')
      .on(table.tariffId)
      .where(sql`${table.state} = 'running'`),
  ],
);

/** What one subscriber was offered and answered; a version is offered to a subscription once (SB-23). */
export const priceOffers = pgTable(
  'price_offers',
  {
    id: id(),
    priceChangeId: uuid('price_change_id')
      .notNull()
      .references(() => priceChanges.id),
    subscriptionId: uuid('subscription_id')
      .notNull()
      .references(() => subscriptions.id),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    fromVersionId: uuid('from_version_id')
      .notNull()
      .references(() => tariffVersions.id),
    tariffVersionId: uuid('tariff_version_id')
      .notNull()
      .references(() => tariffVersions.id),
    shown: jsonb('shown').$type<PricesShown>().notNull(),
    /** The end of the period that ran; null where none did. */
    holdsFrom: instant('holds_from'),
    /** Instants of the subscriber's own clock. */
    offeredAt: instant('offered_at').notNull(),
    closesAt: instant('closes_at').notNull(),
    state: text('state').$type<PriceOfferState>().notNull().default('open'),
    answeredAt: instant('answered_at'),
    /** The agreement, with both prices, while the answer is yes. */
    consentId: uuid('consent_id').references(() => consents.id),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'price_offers_state',
      sql`${table.state} in ('open', 'accepted', 'kept', 'lapsed', 'withdrawn', 'replaced')`,
    ),
    uniqueIndex('price_offers_once').on(table.subscriptionId, table.tariffVersionId),
    index('price_offers_by_change').on(table.priceChangeId, table.state),
    index('price_offers_by_user').on(table.userId),
  ],
);
