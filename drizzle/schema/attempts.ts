import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgTable,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';
import { invoices } from './orders';
import { paymentMethods } from './returns';
import { subscriptions } from './subscriptions';
import { consents, users } from './users';

export type AttemptState =
  'created' | 'sent' | 'unknown' | 'succeeded' | 'failed_soft' | 'failed_hard' | 'void';

/** One try by us to charge a saved method, a wallet or a Stars subscription. */
export const attempts = pgTable(
  'attempts',
  {
    id: id(),
    /** `<workflow id>:<step>`: the provider gets it too, so that a repeat is the same charge. */
    key: text('key').notNull().unique(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    purpose: text('purpose').$type<'renewal' | 'auto_topup'>().notNull(),
    invoiceId: uuid('invoice_id').references(() => invoices.id),
    subscriptionId: uuid('subscription_id').references(() => subscriptions.id),
    periodN: integer('period_n'),
    driver: text('driver').$type<'wallet' | 'saved_method' | 'stars'>().notNull(),
    provider: text('provider'),
    methodId: uuid('method_id').references(() => paymentMethods.id),
    amountMinor: amount('amount_minor'),
    currency: text('currency'),
    amountUtok: amount('amount_utok'),
    state: text('state').$type<AttemptState>().notNull(),
    declineCode: text('decline_code'),
    providerRef: text('provider_ref'),
    /** How often the provider was asked what became of it, and when it was sent or asked about last. */
    questions: smallint('questions').notNull().default(0),
    touchedAt: instant('touched_at'),
    asOf: instant('as_of').notNull(),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'attempts_state',
      sql`${table.state} in ('created', 'sent', 'unknown', 'succeeded', 'failed_soft', 'failed_hard', 'void')`,
    ),
    check('attempts_driver', sql`${table.driver} in ('wallet', 'saved_method', 'stars')`),
    check('attempts_purpose', sql`${table.purpose} in ('renewal', 'auto_topup')`),
    uniqueIndex('attempts_one_live_a_period')
      .on(table.subscriptionId, table.periodN)
      .where(sql`${table.state} in ('created', 'sent', 'unknown')`),
    uniqueIndex('attempts_one_live_topup')
      .on(table.userId)
      .where(
        sql`${table.purpose} = 'auto_topup' and ${table.state} in ('created', 'sent', 'unknown')`,
      ),
    index('attempts_by_user').on(table.userId, table.asOf),
    index('attempts_by_invoice').on(table.invoiceId),
    index('attempts_failed')
      .on(table.updatedAt)
      .where(sql`${table.state} in ('failed_soft', 'failed_hard')`),
  ],
);

/** A person's standing order to top up by themselves: how much, below what, and at most how much a day. */
export const autoTopups = pgTable(
  'auto_topups',
  {
    userId: bigint('user_id', { mode: 'number' })
      .primaryKey()
      .references(() => users.id),
    methodId: uuid('method_id')
      .notNull()
      .references(() => paymentMethods.id),
    consentId: uuid('consent_id')
      .notNull()
      .references(() => consents.id),
    thresholdUtok: amount('threshold_utok').notNull(),
    /** Balance to reach with one top-up. */
    targetUtok: amount('target_utok').notNull(),
    currency: text('currency').notNull(),
    dailyCapMinor: amount('daily_cap_minor').notNull(),
    weeklyCapMinor: amount('weekly_cap_minor'),
    isActive: boolean('is_active').notNull().default(true),
    /** Set while a cap or a declined charge holds the next top-up back. */
    deferredUntil: instant('deferred_until'),
    /** Since when the balance is too low and nobody has looked; written by the debit itself, so no crash loses it. */
    requestedAt: instant('requested_at'),
    /** Soft declines in a row. */
    declines: smallint('declines').notNull().default(0),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'auto_topups_amounts',
      sql`${table.thresholdUtok} >= 0 and ${table.targetUtok} > ${table.thresholdUtok} and ${table.dailyCapMinor} > 0`,
    ),
    index('auto_topups_requested')
      .on(table.requestedAt)
      .where(sql`${table.requestedAt} is not null`),
  ],
);
