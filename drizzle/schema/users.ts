import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  time,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';

/** People, keyed by their Telegram id. */
export const users = pgTable(
  'users',
  {
    id: bigint('id', { mode: 'number' }).primaryKey(),
    username: text('username'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    locale: text('locale').$type<'ru' | 'en'>().notNull().default('ru'),
    timeZone: text('time_zone').notNull(),
    quietFrom: time('quiet_from'),
    quietTo: time('quiet_to'),
    isBlocked: boolean('is_blocked').notNull().default(false),
    moneyFrozenBy: uuid('money_frozen_by'),
    unreachableSince: instant('unreachable_since'),
    marketingOk: boolean('marketing_ok').notNull().default(false),
    /** A code given for the next order, as it is looked up. */
    promoCode: text('promo_code'),
    referredBy: bigint('referred_by', { mode: 'number' }),
    /** The update with which they came: when it is repeated they are as new as before. */
    arrivedBy: bigint('arrived_by', { mode: 'number' }),
    pseudonymisedAt: instant('pseudonymised_at'),
    /** Set when an erased person comes back: what lies before is not theirs to see any more (AU-4). */
    visibleFrom: instant('visible_from'),
    /** Test customers only: how far this person's business clock runs ahead of the wall clock (OPS-20). */
    clockOffsetMs: amount('clock_offset_ms').notNull().default(0),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check('users_locale', sql`${table.locale} in ('ru', 'en')`),
    check('users_clock_offset', sql`${table.clockOffsetMs} >= 0`),
    // Telegram names differ by more than their letters' size; operators type them in any.
    index('users_by_name').on(sql`lower(${table.username})`),
  ],
);

export const roles = pgTable(
  'roles',
  {
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    role: text('role').$type<'support' | 'finance' | 'admin'>().notNull(),
    grantedBy: text('granted_by').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.role] }),
    check('roles_role', sql`${table.role} in ('support', 'finance', 'admin')`),
  ],
);

export type ConsentKind = 'terms' | 'autopay' | 'auto_topup' | 'marketing' | 'price_change';

export const consents = pgTable(
  'consents',
  {
    id: id(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    kind: text('kind').$type<ConsentKind>().notNull(),
    textVersion: text('text_version').notNull(),
    textHash: text('text_hash').notNull(),
    /** Figures that stood in the words, where they differ from person to person. */
    shown: jsonb('shown').$type<Readonly<Record<string, unknown>>>(),
    givenAt: instant('given_at').notNull(),
    withdrawnAt: instant('withdrawn_at'),
    recordedAt: recordedAt(),
  },
  (table) => [
    check(
      'consents_kind',
      sql`${table.kind} in ('terms', 'autopay', 'auto_topup', 'marketing', 'price_change')`,
    ),
  ],
);

/** The open question of a person's chat, so that a restart of the bot forgets nothing. */
export const dialogues = pgTable('dialogues', {
  userId: bigint('user_id', { mode: 'number' })
    .primaryKey()
    .references(() => users.id),
  state: jsonb('state').notNull(),
  expiresAt: instant('expires_at').notNull(),
  recordedAt: recordedAt(),
  updatedAt: updatedAt(),
});

/** Telegram updates handled to the end lately; one that comes again is answered by silence. */
export const handledUpdates = pgTable(
  'handled_updates',
  {
    updateId: bigint('update_id', { mode: 'number' }).primaryKey(),
    recordedAt: recordedAt(),
  },
  (table) => [index('handled_updates_by_age').on(table.recordedAt)],
);

/** Counters of the rate limiter; the first three columns are those its library asks for. */
export const rateCounters = pgTable('rate_counters', {
  key: text('key').primaryKey(),
  /** What the period held after the last claim, with what of it was refused. */
  points: integer('points').notNull().default(0),
  /** When everything that was granted has left the period. */
  expire: instant('expire'),
  most: integer('most').notNull().default(0),
  /** When something was granted within the last period, the oldest first, and how much at each instant. */
  instants: instant('instants').array().notNull().default([]),
  granted: integer('granted').array().notNull().default([]),
});
