import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { id, instant, recordedAt, updatedAt } from '../columns';
import { bytes } from './catalogue';
import { invoices } from './orders';
import { users } from './users';

export type MessageCategory = 'money' | 'service' | 'marketing' | 'ops';

/** A promise to tell somebody something, committed together with the fact it reports (NT-1). */
export const outboxMessages = pgTable(
  'outbox_messages',
  {
    id: id(),
    key: text('key').notNull().unique(),
    userId: bigint('user_id', { mode: 'number' }).references(() => users.id),
    chatId: bigint('chat_id', { mode: 'number' }).notNull(),
    template: text('template').notNull(),
    locale: text('locale').$type<'ru' | 'en'>().notNull(),
    params: jsonb('params').$type<Record<string, string | number>>().notNull(),
    category: text('category').$type<MessageCategory>().notNull(),
    /** The broadcast it is a part of. */
    broadcastId: uuid('broadcast_id'),
    /** Wall-clock instants: delivery happens in the real world, whatever day a test customer lives in. */
    notBefore: instant('not_before'),
    dropAfter: instant('drop_after'),
    state: text('state')
      .$type<'queued' | 'sent' | 'dropped' | 'unreachable' | 'failed'>()
      .notNull()
      .default('queued'),
    attempts: integer('attempts').notNull().default(0),
    /** Set just before Telegram is called, cleared on a clear refusal: a row left like this crashed in the gap of NT-3. */
    sendingSince: instant('sending_since'),
    sentAt: instant('sent_at'),
    telegramMessageId: bigint('telegram_message_id', { mode: 'number' }),
    late: boolean('late').notNull().default(false),
    error: text('error'),
    /** The place in a trace from which its delivery goes on, as W3C writes it. */
    traceParent: text('trace_parent'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check('outbox_category', sql`${table.category} in ('money', 'service', 'marketing', 'ops')`),
    check(
      'outbox_state',
      sql`${table.state} in ('queued', 'sent', 'dropped', 'unreachable', 'failed')`,
    ),
    index('outbox_queued')
      .on(table.chatId, table.id)
      .where(sql`${table.state} = 'queued'`),
    index('outbox_by_broadcast')
      .on(table.broadcastId, table.state)
      .where(sql`${table.broadcastId} is not null`),
  ],
);

/**
 * Which message of a chat shows which order, so that it can be changed when the order does. The edge writes it; a row
 * goes when the message shows something else.
 */
export const shownCards = pgTable(
  'shown_cards',
  {
    chatId: bigint('chat_id', { mode: 'number' }).notNull(),
    messageId: bigint('message_id', { mode: 'number' }).notNull(),
    invoiceId: uuid('invoice_id')
      .notNull()
      .references(() => invoices.id),
    shownAt: instant('shown_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.chatId, table.messageId] }),
    index('shown_cards_by_invoice').on(table.invoiceId, table.shownAt),
  ],
);

/** Who did what, when and why. Append-only by trigger. */
export const auditLog = pgTable('audit_log', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  actorKind: text('actor_kind').$type<'user' | 'operator' | 'system' | 'provider'>().notNull(),
  actorId: text('actor_id').notNull(),
  action: text('action').notNull(),
  entity: text('entity').notNull(),
  entityId: text('entity_id').notNull(),
  before: jsonb('before'),
  after: jsonb('after'),
  reason: text('reason'),
  requestId: text('request_id'),
  workflowId: text('workflow_id'),
  asOf: instant('as_of').notNull(),
  recordedAt: recordedAt(),
});

/** Chains batches of audit rows, so that a missing or altered one shows. */
export const auditSeals = pgTable('audit_seals', {
  id: id(),
  fromId: bigint('from_id', { mode: 'number' }).notNull(),
  toId: bigint('to_id', { mode: 'number' }).notNull(),
  prevHash: bytes('prev_hash'),
  hash: bytes('hash').notNull(),
  recordedAt: recordedAt(),
});

/** The stored answer of a request that moved something; written together with the effect. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    caller: text('caller').notNull(),
    key: text('key').notNull(),
    method: text('method').notNull(),
    path: text('path').notNull(),
    bodyHash: bytes('body_hash').notNull(),
    status: integer('status').notNull(),
    response: jsonb('response').notNull(),
    resourceId: uuid('resource_id'),
    expiresAt: instant('expires_at').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [primaryKey({ columns: [table.caller, table.key] })],
);

/** Run-time overrides of the settings that the specification calls live. */
export const settings = pgTable('settings', {
  key: text('key').primaryKey(),
  value: jsonb('value').notNull(),
  updatedBy: text('updated_by').notNull(),
  recordedAt: recordedAt(),
  updatedAt: updatedAt(),
});
