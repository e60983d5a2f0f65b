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
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';
import { tariffVersions } from './catalogue';
import { transfers } from './ledger';
import { consents, users } from './users';

export type SubscriptionState =
  'trialing' | 'active' | 'past_due' | 'paused' | 'cancelling' | 'expired' | 'ended';

/** A person's right to a product over time; its workflow is `sub:{id}`. */
export const subscriptions = pgTable(
  'subscriptions',
  {
    id: id(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    productCode: text('product_code').notNull(),
    tariffVersionId: uuid('tariff_version_id')
      .notNull()
      .references(() => tariffVersions.id),
    state: text('state').$type<SubscriptionState>().notNull(),
    driver: text('driver').$type<'wallet' | 'saved_method' | 'stars' | 'none'>().notNull(),
    methodId: uuid('method_id'),
    /** The first day and time in the billing zone: every boundary is computed from it, never from the last one. */
    anchorLocal: timestamp('anchor_local', { mode: 'string' }).notNull(),
    /** The number of the period that begins at the anchor. */
    anchorN: integer('anchor_n').notNull().default(0),
    anchorDay: smallint('anchor_day').notNull(),
    billingZone: text('billing_zone').notNull(),
    periodN: integer('period_n').notNull(),
    periodStart: instant('period_start').notNull(),
    periodEnd: instant('period_end').notNull(),
    shiftDays: integer('shift_days').notNull().default(0),
    autoRenew: boolean('auto_renew').notNull().default(false),
    cancelAtEnd: boolean('cancel_at_end').notNull().default(false),
    nextTariffVersionId: uuid('next_tariff_version_id'),
    access: text('access').$type<'full' | 'restricted' | 'none'>().notNull(),
    pausedUntil: instant('paused_until'),
    /** What lets us charge the saved method without its owner; see `consents`. */
    consentId: uuid('consent_id').references(() => consents.id),
    /** The instant its owner chose for the next try of an unpaid renewal (SB-16). */
    retryAt: instant('retry_at'),
    /** Days of pause agreed for the end of the period. */
    pauseDays: integer('pause_days'),
    /** Its owner wants no reminders before the end. */
    isMuted: boolean('is_muted').notNull().default(false),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'subscriptions_state',
      sql`${table.state} in ('trialing', 'active', 'past_due', 'paused', 'cancelling', 'expired', 'ended')`,
    ),
    check(
      'subscriptions_driver',
      sql`${table.driver} in ('wallet', 'saved_method', 'stars', 'none')`,
    ),
    check('subscriptions_access', sql`${table.access} in ('full', 'restricted', 'none')`),
    check('subscriptions_period', sql`${table.periodStart} < ${table.periodEnd}`),
    uniqueIndex('subscriptions_one_live')
      .on(table.userId, table.productCode)
      .where(sql`${table.state} <> 'expired' and ${table.state} <> 'ended'`),
  ],
);

/** Each period a person has had. A gist exclusion refuses two that overlap (written by hand in the migration). */
export const subscriptionPeriods = pgTable(
  'subscription_periods',
  {
    subscriptionId: uuid('subscription_id')
      .notNull()
      .references(() => subscriptions.id),
    n: integer('n').notNull(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    feeTransferId: uuid('fee_transfer_id').references(() => transfers.id),
    paidBy: text('paid_by')
      .$type<'invoice' | 'wallet' | 'saved_method' | 'stars' | 'trial' | 'gift' | 'operator'>()
      .notNull(),
    /** What pays for the time from `valued_from` to the end; null where no money did (SB-18). */
    valueMinor: amount('value_minor'),
    valueCurrency: text('value_currency'),
    valuedFrom: instant('valued_from'),
    /** Tokens the plan in force gives for the whole period. */
    planTokensUtok: amount('plan_tokens_utok').notNull().default(0),
    recordedAt: recordedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.subscriptionId, table.n] }),
    check('subscription_periods_order', sql`${table.startsAt} < ${table.endsAt}`),
    check(
      'subscription_periods_paid_by',
      sql`${table.paidBy} in ('invoice', 'wallet', 'saved_method', 'stars', 'trial', 'gift', 'operator')`,
    ),
  ],
);

/** What a subscription did by itself in a period: a reminder, a try, a notice. Each name stands once (P-5). */
export const subscriptionSteps = pgTable(
  'subscription_steps',
  {
    subscriptionId: uuid('subscription_id')
      .notNull()
      .references(() => subscriptions.id),
    /** The period that runs or ran out, not the one a renewal would begin. */
    periodN: integer('period_n').notNull(),
    name: text('name').notNull(),
    outcome: text('outcome').notNull(),
    asOf: instant('as_of').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [primaryKey({ columns: [table.subscriptionId, table.periodN, table.name] })],
);

/** Each time somebody let their subscription rest; an open one has no end (SB-20). */
export const subscriptionPauses = pgTable(
  'subscription_pauses',
  {
    id: id(),
    /** `<workflow id>:<step>` of the wish. */
    key: text('key').notNull().unique(),
    subscriptionId: uuid('subscription_id')
      .notNull()
      .references(() => subscriptions.id),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    beginsAt: instant('begins_at').notNull(),
    until: instant('until').notNull(),
    endedAt: instant('ended_at'),
    recordedAt: recordedAt(),
  },
  (table) => [
    check('subscription_pauses_order', sql`${table.beginsAt} < ${table.until}`),
    uniqueIndex('subscription_pauses_one_open')
      .on(table.subscriptionId)
      .where(sql`${table.endedAt} is null`),
    index('subscription_pauses_by_user').on(table.userId, table.beginsAt),
  ],
);

/** Every change of a subscription's timeline with what it was and became; append-only by trigger (SB-4). */
export const timelineEdits = pgTable(
  'timeline_edits',
  {
    id: id(),
    /** `<workflow id>:<step>`: one edit, however often it is asked for. */
    key: text('key').notNull().unique(),
    subscriptionId: uuid('subscription_id')
      .notNull()
      .references(() => subscriptions.id),
    kind: text('kind').notNull(),
    before: jsonb('before').notNull(),
    after: jsonb('after').notNull(),
    actor: text('actor').notNull(),
    reason: text('reason').notNull(),
    asOf: instant('as_of').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [index('timeline_edits_by_subscription').on(table.subscriptionId)],
);
