import { sql } from 'drizzle-orm';
import { check, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { amount, instant, recordedAt, updatedAt } from '../columns';

export type LimitScope = 'user' | 'key' | 'client';
export type LimitWindow = 'day' | 'month';

/** How much somebody may spend within a day or a month of the calendar (SP-7). */
export const spendLimits = pgTable(
  'spend_limits',
  {
    scope: text('scope').$type<LimitScope>().notNull(),
    scopeId: text('scope_id').notNull(),
    window: text('window').$type<LimitWindow>().notNull(),
    limitUtok: amount('limit_utok').notNull(),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.scope, table.scopeId, table.window] }),
    check('spend_limits_scope', sql`${table.scope} in ('user', 'key', 'client')`),
    check('spend_limits_window', sql`${table.window} in ('day', 'month')`),
    check('spend_limits_amount', sql`${table.limitUtok} >= 0`),
  ],
);

/** What has been spent of a limit in one of its windows; written by the transaction of the debit itself. */
export const limitCounters = pgTable(
  'limit_counters',
  {
    scope: text('scope').$type<LimitScope>().notNull(),
    scopeId: text('scope_id').notNull(),
    window: text('window').$type<LimitWindow>().notNull(),
    windowStart: instant('window_start').notNull(),
    usedUtok: amount('used_utok').notNull(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.scope, table.scopeId, table.window, table.windowStart] }),
    check('limit_counters_used', sql`${table.usedUtok} >= 0`),
  ],
);
