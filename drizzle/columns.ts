import { bigint, timestamp, uuid } from 'drizzle-orm/pg-core';
import { v7 } from 'uuid';

/** A time-ordered UUID primary key, made by the application so that a row's id is known before it is written. */
export const id = () =>
  uuid('id')
    .primaryKey()
    .$defaultFn(() => v7());

/** An integer amount: minor units or micro-tokens by the column's suffix; the driver refuses what is not exact. */
export const amount = (name: string) => bigint(name, { mode: 'number' });

/** An instant in UTC, read and written as a Date; workflows carry the same instant as ISO 8601 text. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** When the row was physically written. Technical only: no business rule may read it. */
export const recordedAt = () => instant('recorded_at').notNull().defaultNow();

/** When a mutable row was last physically changed. Technical only. */
export const updatedAt = () =>
  instant('updated_at')
    .notNull()
    .defaultNow()
    .$onUpdateFn(() => new Date());
