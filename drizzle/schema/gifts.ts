import { sql } from 'drizzle-orm';
import { bigint, check, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';
import { bytes } from './catalogue';
import { transfers } from './ledger';
import { invoices, payments } from './orders';
import { quotes } from './quotes';
import { users } from './users';

/** A tariff bought for somebody who is named only when they claim it (SB-21). */
export const gifts = pgTable(
  'gifts',
  {
    id: id(),
    /** SHA-256 of the code in the link; the code itself is told to the buyer only. */
    codeHash: bytes('code_hash').notNull().unique(),
    buyerId: bigint('buyer_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    invoiceId: uuid('invoice_id')
      .notNull()
      .unique()
      .references(() => invoices.id),
    /** The frozen terms the recipient gets. */
    quoteId: uuid('quote_id')
      .notNull()
      .references(() => quotes.id),
    recipientId: bigint('recipient_id', { mode: 'number' }).references(() => users.id),
    state: text('state').$type<'paid' | 'claimed' | 'returned'>().notNull(),
    expiresAt: instant('expires_at').notNull(),
    claimedAt: instant('claimed_at'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check('gifts_state', sql`${table.state} in ('paid', 'claimed', 'returned')`),
    check(
      'gifts_recipient',
      sql`(${table.state} = 'claimed') = (${table.recipientId} is not null)`,
    ),
    check(
      'gifts_not_to_self',
      sql`${table.recipientId} is null or ${table.recipientId} <> ${table.buyerId}`,
    ),
    index('gifts_by_buyer').on(table.buyerId),
  ],
);

/** Who brought whom, and what that earns once the first payment has proved itself (hold-back). */
export const referrals = pgTable(
  'referrals',
  {
    /** A person is brought once. */
    refereeId: bigint('referee_id', { mode: 'number' })
      .primaryKey()
      .references(() => users.id),
    referrerId: bigint('referrer_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    state: text('state').$type<'joined' | 'held' | 'paid' | 'void'>().notNull(),
    /** The referee's first payment, which the reward waits for. */
    paymentId: uuid('payment_id').references(() => payments.id),
    rewardUtok: amount('reward_utok'),
    payAt: instant('pay_at'),
    transferId: uuid('transfer_id').references(() => transfers.id),
    reason: text('reason'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check('referrals_state', sql`${table.state} in ('joined', 'held', 'paid', 'void')`),
    check('referrals_not_self', sql`${table.refereeId} <> ${table.referrerId}`),
    index('referrals_by_referrer').on(table.referrerId),
  ],
);
