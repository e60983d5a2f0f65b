import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { WireFact } from '../../src/domain/billing/payment';
import type { BreakKind, BreakState, Side } from '../../src/domain/billing/reconciliation';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';
import { invoices, payments } from './orders';

/** One comparison of a provider's own list with our books; the newest one says up to when they were compared. */
export const reconRuns = pgTable(
  'recon_runs',
  {
    id: id(),
    /** `<workflow id>:<asOf>`: a repeat of the same run is the same run. */
    key: text('key').notNull().unique(),
    provider: text('provider').notNull(),
    /** Days that were compared: from inclusive, to exclusive. */
    fromAt: instant('from_at').notNull(),
    toAt: instant('to_at').notNull(),
    state: text('state').$type<'pulling' | 'matched'>().notNull().default('pulling'),
    /** Payments on the provider's list, and of ours in these days. */
    theirs: integer('theirs').notNull().default(0),
    ours: integer('ours').notNull().default(0),
    /** Differences that were new. */
    found: integer('found').notNull().default(0),
    asOf: instant('as_of').notNull(),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check('recon_runs_state', sql`${table.state} in ('pulling', 'matched')`),
    check('recon_runs_span', sql`${table.fromAt} < ${table.toAt}`),
    index('recon_runs_by_end').on(table.provider, table.toAt),
  ],
);

/** The provider's list while it is compared; empty between two runs. */
export const reconLines = pgTable(
  'recon_lines',
  {
    runId: uuid('run_id')
      .notNull()
      .references(() => reconRuns.id),
    providerPaymentId: text('provider_payment_id').notNull(),
    state: text('state').notNull(),
    rank: smallint('rank').notNull(),
    /** Without an amount where the provider's own cannot be read. */
    amountMinor: amount('amount_minor'),
    currency: text('currency'),
    refundedMinor: amount('refunded_minor'),
    fact: jsonb('fact').$type<WireFact>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.providerPaymentId] })],
);

/** A payment about which the provider and our books say different things. */
export const reconBreaks = pgTable(
  'recon_breaks',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    runId: uuid('run_id')
      .notNull()
      .references(() => reconRuns.id),
    provider: text('provider').notNull(),
    providerPaymentId: text('provider_payment_id').notNull(),
    kind: text('kind').$type<BreakKind>().notNull(),
    /** `found` heals by itself, `open` waits for its owner. */
    state: text('state').$type<BreakState>().notNull().default('found'),
    /** What the provider last said of it; null when it lists no such payment. */
    fact: jsonb('fact').$type<WireFact>(),
    theirs: jsonb('theirs').$type<Side>(),
    ours: jsonb('ours').$type<Side>(),
    /** Who is to see to it: a role, or the operator who took it. */
    owner: text('owner').notNull(),
    userId: bigint('user_id', { mode: 'number' }),
    invoiceId: uuid('invoice_id').references(() => invoices.id),
    paymentId: uuid('payment_id').references(() => payments.id),
    dueAt: instant('due_at').notNull(),
    resolution: text('resolution'),
    resolvedBy: text('resolved_by'),
    closedAt: instant('closed_at'),
    asOf: instant('as_of').notNull(),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'recon_breaks_kind',
      sql`${table.kind} in ('missing_here', 'missing_there', 'amount', 'state')`,
    ),
    check('recon_breaks_state', sql`${table.state} in ('found', 'open', 'healed', 'resolved')`),
    uniqueIndex('recon_breaks_live')
      .on(table.provider, table.providerPaymentId)
      .where(sql`${table.state} in ('found', 'open')`),
    index('recon_breaks_by_payment').on(table.provider, table.providerPaymentId),
    index('recon_breaks_by_run').on(table.runId),
  ],
);
