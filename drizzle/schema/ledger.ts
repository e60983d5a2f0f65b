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
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';
import { invoices, payments } from './orders';
import { users } from './users';

/**
 * One place of one asset. A wallet keeps its running balance in its single row, which is also its lock; system
 * accounts keep none (they are summed from entries), so that they are never a hot lock.
 */
export const accounts = pgTable(
  'accounts',
  {
    id: id(),
    code: text('code').notNull().unique(),
    asset: text('asset').notNull(),
    userId: bigint('user_id', { mode: 'number' }).references(() => users.id),
    balance: amount('balance'),
    held: amount('held').notNull().default(0),
    floor: amount('floor'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check('accounts_held', sql`${table.held} >= 0`),
    check('accounts_floor', sql`${table.floor} is null or ${table.balance} >= ${table.floor}`),
    check('accounts_wallet', sql`(${table.userId} is null) = (${table.balance} is null)`),
    index('accounts_by_user').on(table.userId),
  ],
);

export type TransferKind =
  | 'topup'
  | 'pack'
  | 'sale'
  | 'grant'
  | 'trial'
  | 'promo_bonus'
  | 'subscription_fee'
  | 'spend'
  | 'hold_capture'
  | 'gift_out'
  | 'gift_in'
  | 'refund'
  | 'reversal'
  | 'adjustment'
  | 'breakage'
  | 'writeoff'
  | 'quarantine'
  | 'quarantine_release'
  | 'dispute';

/** An atomic, balanced, immutable movement; its key is what makes every retry harmless. */
export const transfers = pgTable(
  'transfers',
  {
    id: id(),
    key: text('key').notNull().unique(),
    kind: text('kind').$type<TransferKind>().notNull(),
    userId: bigint('user_id', { mode: 'number' }),
    invoiceId: uuid('invoice_id').references(() => invoices.id),
    paymentId: uuid('payment_id').references(() => payments.id),
    subscriptionId: uuid('subscription_id'),
    periodN: integer('period_n'),
    chargeId: uuid('charge_id'),
    reversesTransferId: uuid('reverses_transfer_id'),
    asOf: instant('as_of').notNull(),
    meta: jsonb('meta').notNull().default({}),
    recordedAt: recordedAt(),
  },
  (table) => [
    check(
      'transfers_kind',
      sql`${table.kind} in ('topup', 'pack', 'sale', 'grant', 'trial', 'promo_bonus', 'subscription_fee', 'spend', 'hold_capture', 'gift_out', 'gift_in', 'refund', 'reversal', 'adjustment', 'breakage', 'writeoff', 'quarantine', 'quarantine_release', 'dispute')`,
    ),
    uniqueIndex('transfers_one_money_in')
      .on(table.paymentId)
      .where(sql`${table.kind} in ('topup', 'pack', 'sale', 'quarantine')`),
    uniqueIndex('transfers_one_fee')
      .on(table.subscriptionId, table.periodN)
      .where(sql`${table.kind} = 'subscription_fee'`),
    index('transfers_by_user').on(table.userId, table.id),
    index('transfers_by_time').on(table.asOf),
    // Analytics look for the few spends that no charge stands behind.
    index('transfers_uncharged')
      .on(table.asOf)
      .where(sql`${table.chargeId} is null and ${table.kind} in ('spend', 'hold_capture')`),
    index('transfers_by_invoice').on(table.invoiceId),
    index('transfers_by_reversal')
      .on(table.reversesTransferId)
      .where(sql`${table.reversesTransferId} is not null`),
  ],
);

/** One signed line of a transfer. A deferred trigger proves that the lines of each asset sum to zero. */
export const entries = pgTable(
  'entries',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    transferId: uuid('transfer_id')
      .notNull()
      .references(() => transfers.id),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    amount: amount('amount').notNull(),
    balanceAfter: amount('balance_after'),
    recordedAt: recordedAt(),
  },
  (table) => [
    check('entries_amount', sql`${table.amount} <> 0`),
    index('entries_by_transfer').on(table.transferId),
    index('entries_by_account').on(table.accountId, table.id),
  ],
);

export type LotOrigin =
  'topup' | 'pack' | 'grant' | 'trial' | 'promo' | 'gift' | 'refund' | 'adjustment';

/** One credit of tokens with its origin, priority and expiry; spending consumes lots (LG-4). */
export const lots = pgTable(
  'lots',
  {
    id: id(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id),
    origin: text('origin').$type<LotOrigin>().notNull(),
    transferId: uuid('transfer_id')
      .notNull()
      .references(() => transfers.id),
    invoiceId: uuid('invoice_id').references(() => invoices.id),
    paid: boolean('paid').notNull(),
    /** What one token of a paid lot cost, as a fraction: minor units paid / micro-tokens received. */
    unitPriceMinorNum: amount('unit_price_minor_num'),
    unitPriceMinorDen: amount('unit_price_minor_den'),
    originalUtok: amount('original_utok').notNull(),
    remainingUtok: amount('remaining_utok').notNull(),
    heldUtok: amount('held_utok').notNull().default(0),
    priority: smallint('priority').notNull(),
    expiresAt: instant('expires_at'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'lots_amounts',
      sql`${table.originalUtok} > 0 and ${table.remainingUtok} >= 0 and ${table.heldUtok} >= 0 and ${table.heldUtok} <= ${table.remainingUtok} and ${table.remainingUtok} <= ${table.originalUtok}`,
    ),
    check(
      'lots_origin',
      sql`${table.origin} in ('topup', 'pack', 'grant', 'trial', 'promo', 'gift', 'refund', 'adjustment')`,
    ),
    index('lots_spendable')
      .on(table.accountId, table.priority, table.expiresAt)
      .where(sql`${table.remainingUtok} > 0`),
  ],
);

/** Which lots an entry filled or drained. */
export const lotMoves = pgTable(
  'lot_moves',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    entryId: bigint('entry_id', { mode: 'number' })
      .notNull()
      .references(() => entries.id),
    lotId: uuid('lot_id')
      .notNull()
      .references(() => lots.id),
    amountUtok: amount('amount_utok').notNull(),
    recordedAt: recordedAt(),
  },
  (table) => [
    check('lot_moves_amount', sql`${table.amountUtok} <> 0`),
    index('lot_moves_by_entry').on(table.entryId),
    index('lot_moves_by_lot').on(table.lotId),
  ],
);
