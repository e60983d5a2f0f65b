import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  check,
  date,
  index,
  jsonb,
  pgTable,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ReceiptContent } from '../../src/domain/billing/fiscal';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';
import { bytes } from './catalogue';
import { payments, refunds } from './orders';
import { subscriptions } from './subscriptions';
import { users } from './users';

/** A payer asks their bank for the money back; our money is frozen until it is decided (DP-1). */
export const disputes = pgTable(
  'disputes',
  {
    id: id(),
    provider: text('provider').notNull(),
    providerRef: text('provider_ref').notNull(),
    paymentId: uuid('payment_id')
      .notNull()
      .references(() => payments.id),
    userId: bigint('user_id', { mode: 'number' }),
    state: text('state').$type<'opened' | 'evidence_sent' | 'won' | 'lost'>().notNull(),
    amountMinor: amount('amount_minor').notNull(),
    currency: text('currency').notNull(),
    exponent: smallint('exponent').notNull(),
    holdId: uuid('hold_id'),
    /** Tokens of the order that a lost dispute took back. */
    takenUtok: amount('taken_utok').notNull().default(0),
    /** What was collected for the bank: order, consent, usage, messages. */
    evidence: jsonb('evidence'),
    dueAt: instant('due_at').notNull(),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique('disputes_identity').on(table.provider, table.providerRef),
    check('disputes_state', sql`${table.state} in ('opened', 'evidence_sent', 'won', 'lost')`),
    check('disputes_amount', sql`${table.amountMinor} > 0`),
    index('disputes_by_payment').on(table.paymentId),
  ],
);

/** The human receipt of a payment or a refund and the data its fiscal twin needs (54-FZ). */
export const receipts = pgTable(
  'receipts',
  {
    id: id(),
    no: bigserial('no', { mode: 'number' }).notNull().unique(),
    paymentId: uuid('payment_id')
      .notNull()
      .references(() => payments.id),
    /** The refund this receipt is about; null for the receipt of the payment itself. */
    refundId: uuid('refund_id')
      .unique()
      .references(() => refunds.id),
    userId: bigint('user_id', { mode: 'number' }).notNull(),
    /** Lines, totals and fiscal marks exactly as they were when the money moved. */
    content: jsonb('content').$type<ReceiptContent>().notNull(),
    issuedAt: instant('issued_at').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [
    uniqueIndex('receipts_one_payment')
      .on(table.paymentId)
      .where(sql`${table.refundId} is null`),
    index('receipts_by_payment').on(table.paymentId),
    index('receipts_by_user').on(table.userId, table.no),
  ],
);

/** A way to pay that a person allowed us to charge again. */
export const paymentMethods = pgTable(
  'payment_methods',
  {
    id: id(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    provider: text('provider').notNull(),
    /** The provider's token, encrypted; empty once it is revoked. */
    tokenEnc: bytes('token_enc').notNull(),
    /** Masked, for people: `Visa •• 4242`. */
    label: text('label').notNull(),
    expiresOn: date('expires_on'),
    /** `removing`: its owner took it back, so nothing is charged by it; its provider may not have confirmed that yet. */
    state: text('state').$type<'active' | 'expired' | 'removing' | 'revoked'>().notNull(),
    /** The first charge, which some providers want named for ever (PC-15). */
    firstChargeId: text('first_charge_id'),
    /** Stars only: the subscription that Telegram renews while this is active. */
    subscriptionId: uuid('subscription_id').references(() => subscriptions.id),
    /** When its provider was last told something in vain. */
    touchedAt: instant('touched_at'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'payment_methods_state',
      sql`${table.state} in ('active', 'expired', 'removing', 'revoked')`,
    ),
    index('payment_methods_by_user').on(table.userId),
    index('payment_methods_by_subscription').on(table.subscriptionId),
  ],
);
