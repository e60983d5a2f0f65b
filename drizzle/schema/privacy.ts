import { sql } from 'drizzle-orm';
import { bigint, check, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { id, instant, recordedAt, updatedAt } from '../columns';
import { bytes } from './catalogue';
import { users } from './users';

/** A person's copy of their data; the link holds a secret of which only the hash is here (AU-3). */
export const dataExports = pgTable(
  'data_exports',
  {
    id: id(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    state: text('state').$type<'making' | 'ready' | 'gone'>().notNull(),
    tokenHash: bytes('token_hash').unique(),
    /** The ZIP; emptied when its link ends. */
    archive: bytes('archive'),
    requestedAt: instant('requested_at').notNull(),
    linkUntil: instant('link_until'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check('data_exports_state', sql`${table.state} in ('making', 'ready', 'gone')`),
    index('data_exports_by_user').on(table.userId, table.requestedAt),
  ],
);

/** A person's wish to be forgotten and how far it is (AU-4). */
export const erasures = pgTable(
  'erasures',
  {
    id: id(),
    userId: bigint('user_id', { mode: 'number' })
      .notNull()
      .references(() => users.id),
    state: text('state')
      .$type<'requested' | 'settling' | 'waiting' | 'withdrawn' | 'done'>()
      .notNull(),
    requestedAt: instant('requested_at').notNull(),
    dueAt: instant('due_at').notNull(),
    exportId: uuid('export_id').references(() => dataExports.id),
    finishedAt: instant('finished_at'),
    recordedAt: recordedAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    check(
      'erasures_state',
      sql`${table.state} in ('requested', 'settling', 'waiting', 'withdrawn', 'done')`,
    ),
    index('erasures_by_user').on(table.userId),
  ],
);

/** The key that a person's raw payloads are encrypted with, itself encrypted; destroying it erases them all (AU-4). */
export const personKeys = pgTable('person_keys', {
  userId: bigint('user_id', { mode: 'number' })
    .primaryKey()
    .references(() => users.id),
  keyEnc: bytes('key_enc'),
  destroyedAt: instant('destroyed_at'),
  recordedAt: recordedAt(),
  updatedAt: updatedAt(),
});
