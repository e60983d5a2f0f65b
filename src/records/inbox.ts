import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { inboxEvents } from '../../drizzle/schema';
import { assert } from '../domain/assert';
import type { InboxEvent } from './contract';

/** Stores a notification as it came, or counts its repeat; the first bytes stand (PC-1, PC-3). */
export async function storeInboxEvent(
  db: Database,
  event: InboxEvent,
): Promise<{ readonly id: string; readonly deliveries: number }> {
  const [row] = await db
    .insert(inboxEvents)
    .values({ ...event, paymentRef: event.paymentRef ?? null })
    .onConflictDoUpdate({
      target: [inboxEvents.provider, inboxEvents.dedupeKey],
      set: { deliveries: sql`${inboxEvents.deliveries} + 1` },
    })
    .returning({ id: inboxEvents.id, deliveries: inboxEvents.deliveries });
  assert(row, 'an upsert returns the row it wrote');
  return row;
}

/** Temporal has the signal: the notification will not be lost any more. */
export async function markInboxSignalled(db: Database, id: string): Promise<void> {
  await db
    .update(inboxEvents)
    .set({ signalledAt: sql`now()`, error: null })
    .where(eq(inboxEvents.id, id));
}

export async function markInboxError(db: Database, id: string, error: string): Promise<void> {
  await db.update(inboxEvents).set({ error }).where(eq(inboxEvents.id, id));
}
