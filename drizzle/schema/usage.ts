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
  type AnyPgColumn,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';
import { apiClients, apiKeys } from './access';
import { bytes } from './catalogue';
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
    /** Work only: who asked for it, with which key, and when; the key's and the client's limits count it in that window. */
    clientId: uuid('client_id').references(() => apiClients.id),
    keyId: uuid('key_id').references(() => apiKeys.id),
    track: text('track'),
    asOf: instant('as_of'),
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
    /** Part of what was not collected that is not asked for any more, because the work was given back. */
    waivedUtok: amount('waived_utok').notNull().default(0),
    transferId: uuid('transfer_id').references(() => transfers.id),
    keyId: uuid('key_id').references(() => apiKeys.id),
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
    check(
      'charges_waived',
      sql`${table.waivedUtok} >= 0 and ${table.waivedUtok} <= ${table.uncollectedUtok}`,
    ),
    index('charges_by_user').on(table.userId, table.id),
    index('charges_by_time').on(table.asOf),
    index('charges_by_transfer').on(table.transferId),
  ],
);

/**
 * One job of a client service that reports its costs: what was reported last, and what became of it. Its workflow ends
 * it when the final report comes, or by policy when it never does (TC-7).
 */
export const trackJobs = pgTable(
  'track_jobs',
  {
    id: id(),
    /** Client, source and the reporter's own name of the job. */
    key: text('key').notNull().unique(),
    clientId: uuid('client_id')
      .notNull()
      .references(() => apiClients.id),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    source: text('source').notNull(),
    track: text('track').notNull(),
    taskRef: text('task_ref').notNull(),
    holdId: uuid('hold_id').references(() => holds.id),
    state: text('state').$type<'open' | 'settled' | 'missing'>().notNull(),
    /** Highest total reported so far: a report that starts again from zero lowers nothing. */
    reportedCost: numeric('reported_cost', { precision: 20, scale: 10 }).notNull().default('0'),
    currency: text('currency').notNull(),
    /** All that was charged for it, corrections included. */
    chargedUtok: amount('charged_utok').notNull().default(0),
    /** The charge that settled it; corrections have their own. */
    chargeId: uuid('charge_id').references(() => charges.id),
    lastSeenAt: instant('last_seen_at').notNull(),
    settledAt: instant('settled_at'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check('track_jobs_state', sql`${table.state} in ('open', 'settled', 'missing')`),
    check('track_jobs_amounts', sql`${table.reportedCost} >= 0 and ${table.chargedUtok} >= 0`),
    index('track_jobs_open')
      .on(table.lastSeenAt)
      .where(sql`${table.state} = 'open'`),
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
    /** Who reported it; null for what was imported. */
    clientId: uuid('client_id').references(() => apiClients.id),
    track: text('track').notNull(),
    taskRef: text('task_ref'),
    /** The language model that did the work, where the reporter says so. */
    model: text('model'),
    jobId: uuid('job_id').references((): AnyPgColumn => trackJobs.id),
    /** SHA-256 of the event's canonical body: the same identity with another body is refused (TC-4). */
    bodyHash: bytes('body_hash'),
    /** True when the steps said more than the total, which won (TC-3). */
    isOverstated: boolean('is_overstated').notNull().default(false),
    rawCost: numeric('raw_cost', { precision: 20, scale: 10 }).notNull(),
    currency: text('currency').notNull(),
    multiplier: numeric('multiplier', { precision: 10, scale: 4 }).notNull(),
    /** What one unit of the currency was worth in rubles. */
    rubPerUnit: numeric('rub_per_unit', { precision: 20, scale: 10 }).notNull().default('1'),
    rounding: text('rounding').$type<'cent' | 'exact'>().notNull(),
    costUtok: amount('cost_utok').notNull(),
    /** The charge this report decided; reports that others superseded have none. */
    chargeId: uuid('charge_id').references(() => charges.id),
    /**
     * Whether sums take it: reports of a job are totals so far, so only the one that decided its cost counts. Everything
     * added up over many jobs (costs, steps, tokens of models, calls) leaves the others out.
     */
    isCounted: boolean('is_counted').notNull().default(true),
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
    index('usage_events_by_job').on(table.jobId),
    // Analytics look for the few reports that count without a charge of their own.
    index('usage_events_given_back')
      .on(table.jobId)
      .where(sql`${table.chargeId} is null and ${table.isCounted}`),
    index('usage_events_by_time').on(table.occurredAt),
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
