import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { PostOutcome } from '../../src/domain/billing/payment';
import type { RefundPlan } from '../../src/domain/billing/refund';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';
import { bytes } from './catalogue';
import { quotes } from './quotes';
import { consents, users } from './users';

/** The only source of invoice numbers (DM-6); providers take them up to 2^31 - 1. */
export const invoiceNumbers = pgSequence('invoice_no_seq', {
  startWith: 1,
  minValue: 1,
  maxValue: 2147483647,
});

export type InvoiceState =
  'draft' | 'pending' | 'paid' | 'expired' | 'cancelled' | 'refunded' | 'partially_refunded';

/** An order to pay. It carries the id of the quote it consumed; its terms never change. */
export const invoices = pgTable(
  'invoices',
  {
    id: uuid('id').primaryKey(),
    no: bigint('no', { mode: 'number' })
      .notNull()
      .unique()
      .default(sql`nextval('invoice_no_seq')`),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    quoteId: uuid('quote_id')
      .notNull()
      .unique()
      .references(() => quotes.id),
    provider: text('provider').notNull(),
    payAmountMinor: amount('pay_amount_minor').notNull(),
    currency: text('currency').notNull(),
    exponent: smallint('exponent').notNull(),
    state: text('state').$type<InvoiceState>().notNull(),
    paymentUrl: text('payment_url'),
    /** The provider's own name of the payment object behind the link, where it gave one. */
    providerRef: text('provider_ref'),
    createdAsOf: instant('created_as_of').notNull(),
    expiresAt: instant('expires_at').notNull(),
    paidAt: instant('paid_at'),
    closedAt: instant('closed_at'),
    fulfilledAs: text('fulfilled_as').$type<'order' | 'wallet_credit'>(),
    termsHash: bytes('terms_hash').notNull(),
    /** The person agreed that we keep the way they pay. */
    savesMethod: boolean('saves_method').notNull().default(false),
    /** Ordered by the person's standing order and charged without them: no checkout, no pay link. */
    isAutomatic: boolean('is_automatic').notNull().default(false),
    /** Who renews the plan that is bought, where its buyer wanted that (SB-8). */
    renewsBy: text('renews_by')
      .$type<'none' | 'saved_method' | 'stars'>()
      .notNull()
      .default('none'),
    /** What its buyer agreed to for that; see `consents`. */
    consentId: uuid('consent_id').references(() => consents.id),
    /** The place in a trace from which its payment goes on, as W3C writes it. */
    traceParent: text('trace_parent'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check('invoices_renews_by', sql`${table.renewsBy} in ('none', 'saved_method', 'stars')`),
    check('invoices_no', sql`${table.no} between 1 and 2147483647`),
    check('invoices_amount', sql`${table.payAmountMinor} > 0`),
    check(
      'invoices_state',
      sql`${table.state} in ('draft', 'pending', 'paid', 'expired', 'cancelled', 'refunded', 'partially_refunded')`,
    ),
    check(
      'invoices_fulfilled_as',
      sql`${table.fulfilledAs} is null or ${table.fulfilledAs} in ('order', 'wallet_credit')`,
    ),
    uniqueIndex('invoices_one_open_order')
      .on(table.userId, table.termsHash, table.provider, table.savesMethod, table.renewsBy)
      .where(sql`${table.state} in ('draft', 'pending') and not ${table.isAutomatic}`),
    index('invoices_by_user').on(table.userId, table.no),
  ],
);

export type StoredPaymentState =
  | 'unknown'
  | 'pending'
  | 'authorised'
  | 'paid'
  | 'failed'
  | 'refunded'
  | 'partially_refunded'
  | 'disputed'
  | 'quarantined';

/** Money a provider reports, identified by the provider's own payment id. */
export const payments = pgTable(
  'payments',
  {
    id: id(),
    provider: text('provider').notNull(),
    providerPaymentId: text('provider_payment_id').notNull(),
    invoiceId: uuid('invoice_id').references(() => invoices.id),
    payerUserId: bigint('payer_user_id', { mode: 'number' }),
    amountMinor: amount('amount_minor').notNull(),
    currency: text('currency').notNull(),
    exponent: smallint('exponent').notNull(),
    state: text('state').$type<StoredPaymentState>().notNull(),
    rank: smallint('rank').notNull(),
    evidence: text('evidence').$type<'asked' | 'signed' | 'operator'>(),
    feeMinor: amount('fee_minor'),
    methodId: uuid('method_id'),
    rawRef: text('raw_ref'),
    /** What posting it led to, returned to every repeat. */
    outcome: jsonb('outcome').$type<PostOutcome>(),
    paidAt: instant('paid_at'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique('payments_identity').on(table.provider, table.providerPaymentId),
    check(
      'payments_state',
      sql`${table.state} in ('unknown', 'pending', 'authorised', 'paid', 'failed', 'refunded', 'partially_refunded', 'disputed', 'quarantined')`,
    ),
    check(
      'payments_evidence',
      sql`${table.evidence} is null or ${table.evidence} in ('asked', 'signed', 'operator')`,
    ),
    index('payments_by_invoice').on(table.invoiceId),
    index('payments_by_time').on(table.recordedAt),
    index('payments_unknown')
      .on(table.recordedAt)
      .where(sql`${table.state} = 'unknown'`),
    index('payments_by_day').on(table.provider, table.paidAt),
  ],
);

/** Every notification as it came, before anything is believed. */
export const inboxEvents = pgTable(
  'inbox_events',
  {
    id: id(),
    provider: text('provider').notNull(),
    dedupeKey: text('dedupe_key').notNull(),
    headers: jsonb('headers').notNull(),
    raw: bytes('raw').notNull(),
    verified: text('verified').$type<'yes' | 'no' | 'not_possible'>().notNull(),
    paymentRef: text('payment_ref'),
    deliveries: integer('deliveries').notNull().default(1),
    signalledAt: instant('signalled_at'),
    error: text('error'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique('inbox_events_identity').on(table.provider, table.dedupeKey),
    check('inbox_events_verified', sql`${table.verified} in ('yes', 'no', 'not_possible')`),
    index('inbox_events_waiting')
      .on(table.recordedAt)
      .where(sql`${table.signalledAt} is null and ${table.verified} <> 'no'`),
    index('inbox_events_unverified')
      .on(table.updatedAt)
      .where(sql`${table.verified} = 'no'`),
  ],
);

export type OpenItemKind =
  | 'underpaid'
  | 'overpaid'
  | 'wrong_currency'
  | 'wrong_owner'
  | 'unmatched'
  | 'duplicate_paid'
  | 'late_credit'
  | 'unknown_outcome'
  | 'missing_cost'
  | 'uncollected'
  | 'missed_delivery'
  | 'break'
  | 'refund_stuck';

/** What a human must see: money in quarantine, an unknown outcome, a late credit. */
export const openItems = pgTable(
  'open_items',
  {
    id: id(),
    key: text('key').notNull().unique(),
    kind: text('kind').$type<OpenItemKind>().notNull(),
    userId: bigint('user_id', { mode: 'number' }),
    invoiceId: uuid('invoice_id').references(() => invoices.id),
    paymentId: uuid('payment_id').references(() => payments.id),
    amountMinor: amount('amount_minor'),
    currency: text('currency'),
    state: text('state').$type<'open' | 'resolved' | 'written_off'>().notNull().default('open'),
    reason: text('reason').notNull(),
    resolution: text('resolution'),
    resolvedBy: text('resolved_by'),
    dueAt: instant('due_at').notNull(),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'open_items_kind',
      sql`${table.kind} in ('underpaid', 'overpaid', 'wrong_currency', 'wrong_owner', 'unmatched', 'duplicate_paid', 'late_credit', 'unknown_outcome', 'missing_cost', 'uncollected', 'missed_delivery', 'break', 'refund_stuck')`,
    ),
    check('open_items_state', sql`${table.state} in ('open', 'resolved', 'written_off')`),
    index('open_items_by_state').on(table.state, table.dueAt),
  ],
);

/** Money on its way back to a payer. */
export const refunds = pgTable(
  'refunds',
  {
    id: id(),
    key: text('key').notNull().unique(),
    paymentId: uuid('payment_id')
      .notNull()
      .references(() => payments.id),
    amountMinor: amount('amount_minor').notNull(),
    state: text('state')
      .$type<'proposed' | 'frozen' | 'sent' | 'unknown' | 'done' | 'refused'>()
      .notNull(),
    policy: text('policy').notNull(),
    providerRef: text('provider_ref'),
    reason: text('reason').notNull(),
    /** Frozen tokens of the order, while the provider has not proved the refund (RF-2). */
    holdId: uuid('hold_id'),
    /** Every figure that was shown before the approval (RF-4). */
    plan: jsonb('plan').$type<RefundPlan>(),
    requestedBy: text('requested_by'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('refunds_by_payment').on(table.paymentId),
    check('refunds_amount', sql`${table.amountMinor} > 0`),
    check(
      'refunds_state',
      sql`${table.state} in ('proposed', 'frozen', 'sent', 'unknown', 'done', 'refused')`,
    ),
  ],
);
