import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';
import { apiClients } from './access';
import { lots, transfers } from './ledger';
import { users } from './users';

/**
 * Tokens reserved on named lots: for work in progress, which has a lease, or for a refund or a dispute, which end with
 * the word of a provider.
 */
export const holds = pgTable(
  'holds',
  {
    id: id(),
    /** Work: client id and the caller's key. Otherwise `<workflow id>:<step>`. */
    key: text('key').notNull().unique(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    purpose: text('purpose').$type<'work' | 'refund' | 'dispute'>().notNull(),
    amountUtok: amount('amount_utok').notNull(),
    capturedUtok: amount('captured_utok').notNull().default(0),
    reportedUtok: amount('reported_utok').notNull().default(0),
    state: text('state').$type<'active' | 'captured' | 'released' | 'expired'>().notNull(),
    leaseUntil: instant('lease_until'),
    onExpiry: text('on_expiry').$type<'release' | 'capture_reported' | 'capture_estimate'>(),
    meta: jsonb('meta').notNull().default({}),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'holds_amount',
      sql`${table.amountUtok} > 0 and ${table.capturedUtok} >= 0 and ${table.reportedUtok} >= 0`,
    ),
    check('holds_state', sql`${table.state} in ('active', 'captured', 'released', 'expired')`),
    check('holds_purpose', sql`${table.purpose} in ('work', 'refund', 'dispute')`),
    check(
      'holds_lease',
      sql`(${table.purpose} = 'work') = (${table.leaseUntil} is not null and ${table.onExpiry} is not null)`,
    ),
    check(
      'holds_on_expiry',
      sql`${table.onExpiry} is null or ${table.onExpiry} in ('release', 'capture_reported', 'capture_estimate')`,
    ),
    index('holds_active')
      .on(table.userId)
      .where(sql`${table.state} = 'active'`),
  ],
);

/** Which lots a hold lies on, so that a release gives back the very same tokens with their expiry. */
export const holdLots = pgTable(
  'hold_lots',
  {
    holdId: uuid('hold_id')
      .notNull()
      .references(() => holds.id),
    lotId: uuid('lot_id')
      .notNull()
      .references(() => lots.id),
    amountUtok: amount('amount_utok').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.holdId, table.lotId] }),
    check('hold_lots_amount', sql`${table.amountUtok} > 0`),
  ],
);

/** One request to pay for work with tokens; legal and remembered also when it cost nothing (LG-9). */
export const charges = pgTable(
  'charges',
  {
    id: id(),
    key: text('key').notNull().unique(),
    clientId: uuid('client_id').references(() => apiClients.id),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    kind: text('kind').$type<'spend' | 'track' | 'hold_capture'>().notNull(),
    requestedUtok: amount('requested_utok').notNull(),
    chargedUtok: amount('charged_utok').notNull(),
    uncollectedUtok: amount('uncollected_utok').notNull().default(0),
    transferId: uuid('transfer_id').references(() => transfers.id),
    track: text('track'),
    description: text('description').notNull(),
    meta: jsonb('meta').notNull().default({}),
    asOf: instant('as_of').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [
    check('charges_kind', sql`${table.kind} in ('spend', 'track', 'hold_capture')`),
    check(
      'charges_amounts',
      sql`${table.requestedUtok} >= 0 and ${table.chargedUtok} >= 0 and ${table.uncollectedUtok} >= 0 and (${table.chargedUtok} = 0) = (${table.transferId} is null)`,
    ),
    index('charges_by_user').on(table.userId, table.id),
    index('charges_by_transfer').on(table.transferId),
  ],
);

/** What a track reported to have cost; exact decimals, with the multiplier and rounding that were used (TC-1, TC-2). */
export const usageEvents = pgTable(
  'usage_events',
  {
    id: id(),
    source: text('source').notNull(),
    eventId: text('event_id').notNull(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    track: text('track').notNull(),
    taskRef: text('task_ref'),
    rawCost: numeric('raw_cost', { precision: 20, scale: 10 }).notNull(),
    currency: text('currency').notNull(),
    multiplier: numeric('multiplier', { precision: 10, scale: 4 }).notNull(),
    rounding: text('rounding').$type<'cent' | 'exact'>().notNull(),
    costUtok: amount('cost_utok').notNull(),
    chargeId: uuid('charge_id').references(() => charges.id),
    apiCalls: integer('api_calls').notNull().default(0),
    freeRequests: integer('free_requests').notNull().default(0),
    promptTokens: bigint('prompt_tokens', { mode: 'number' }).notNull().default(0),
    completionTokens: bigint('completion_tokens', { mode: 'number' }).notNull().default(0),
    totalTokens: bigint('total_tokens', { mode: 'number' }).notNull().default(0),
    occurredAt: instant('occurred_at').notNull(),
    final: boolean('final').notNull().default(true),
    recordedAt: recordedAt(),
  },
  (table) => [
    unique('usage_events_identity').on(table.source, table.eventId),
    check('usage_events_cost', sql`${table.rawCost} >= 0 and ${table.costUtok} >= 0`),
    check('usage_events_rounding', sql`${table.rounding} in ('cent', 'exact')`),
    index('usage_events_by_user').on(table.userId, table.occurredAt),
    index('usage_events_by_charge').on(table.chargeId),
  ],
);

/** Shares of a track's steps; together they are exactly the charge (TC-3). */
export const usageNodes = pgTable(
  'usage_nodes',
  {
    usageEventId: uuid('usage_event_id')
      .notNull()
      .references(() => usageEvents.id),
    node: text('node').notNull(),
    rawCost: numeric('raw_cost', { precision: 20, scale: 10 }).notNull(),
    costUtok: amount('cost_utok').notNull(),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.usageEventId, table.node] })],
);

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
