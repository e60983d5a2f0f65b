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
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';

/** An audited admin action that was done or proposed, with its answer: a repeat of the same id gets it again. */
export const operations = pgTable('operations', {
  /** The workflow that asked for it. */
  id: text('id').primaryKey(),
  action: text('action').notNull(),
  operator: bigint('operator', { mode: 'number' }).notNull(),
  /** Outcome and effects; empty only inside the transaction that makes them. */
  answer: jsonb('answer'),
  recordedAt: recordedAt(),
});

/** Something that one operator asks for and another allows (OPS-12). */
export const proposals = pgTable(
  'proposals',
  {
    id: id(),
    action: text('action').notNull(),
    params: jsonb('params').notNull(),
    /** Minor units or micro-tokens, by the action; what the quorum is judged by. */
    amount: amount('amount').notNull(),
    reason: text('reason').notNull(),
    proposedBy: bigint('proposed_by', { mode: 'number' }).notNull(),
    /** How many others must allow it. */
    quorum: smallint('quorum').notNull(),
    state: text('state')
      .$type<'open' | 'approved' | 'rejected' | 'expired' | 'executed'>()
      .notNull(),
    /** What executing it led to, or why it could not be done. */
    result: jsonb('result'),
    expiresAt: instant('expires_at').notNull(),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'proposals_state',
      sql`${table.state} in ('open', 'approved', 'rejected', 'expired', 'executed')`,
    ),
    check('proposals_quorum', sql`${table.quorum} > 0`),
    index('proposals_open').on(table.state, table.expiresAt),
  ],
);

export const votes = pgTable(
  'votes',
  {
    proposalId: uuid('proposal_id')
      .notNull()
      .references(() => proposals.id),
    voter: bigint('voter', { mode: 'number' }).notNull(),
    isApproval: boolean('is_approval').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [primaryKey({ columns: [table.proposalId, table.voter] })],
);

/** One message to many people, sent little by little behind everything that is more urgent (NT-8). */
export const broadcasts = pgTable(
  'broadcasts',
  {
    id: id(),
    createdBy: bigint('created_by', { mode: 'number' }).notNull(),
    audience: text('audience').$type<'all' | 'active' | 'lapsed'>().notNull(),
    textRu: text('text_ru').notNull(),
    textEn: text('text_en').notNull(),
    state: text('state').$type<'draft' | 'running' | 'paused' | 'done' | 'cancelled'>().notNull(),
    /** The last person it was queued for; people are walked in the order of their ids. */
    afterUserId: bigint('after_user_id', { mode: 'number' }).notNull().default(0),
    total: integer('total').notNull().default(0),
    queued: integer('queued').notNull().default(0),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'broadcasts_state',
      sql`${table.state} in ('draft', 'running', 'paused', 'done', 'cancelled')`,
    ),
    check('broadcasts_audience', sql`${table.audience} in ('all', 'active', 'lapsed')`),
  ],
);
