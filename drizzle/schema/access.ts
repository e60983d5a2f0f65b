import { sql } from 'drizzle-orm';
import { boolean, char, check, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { amount, id, instant, recordedAt, updatedAt } from '../columns';
import { bytes } from './catalogue';

/** A service that may call the API. */
export const apiClients = pgTable('api_clients', {
  id: id(),
  name: text('name').notNull().unique(),
  isActive: boolean('is_active').notNull().default(true),
  recordedAt: recordedAt(),
  updatedAt: updatedAt(),
});

/** Proof of a client. The key itself is shown once and never stored: only its keyed hash is (API-2). */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: id(),
    clientId: uuid('client_id')
      .notNull()
      .references(() => apiClients.id),
    /** The readable beginning of the key, by which its row is found. */
    prefix: char('prefix', { length: 8 }).notNull().unique(),
    hash: bytes('hash').notNull().unique(),
    scopes: text('scopes').array().notNull(),
    rateLimit: integer('rate_limit'),
    spendLimitDayUtok: amount('spend_limit_day_utok'),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    lastUsedAt: instant('last_used_at'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('api_keys_by_client').on(table.clientId),
    check('api_keys_rate', sql`${table.rateLimit} is null or ${table.rateLimit} > 0`),
  ],
);
