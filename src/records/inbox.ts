import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { sealFor } from '../../drizzle/person-keys';
import { inboxEvents, invoices } from '../../drizzle/schema';
import { assert } from '../domain/assert';
import type { InboxEvent } from './contract';

/**
 * Stores a notification as it came, or counts its repeat; the first bytes stand (PC-1, PC-3). They are sealed with the
 * key of the person they are about, so that erasing the person erases them everywhere (AU-4).
 */
export async function storeInboxEvent(
  db: Database,
  dataKey: string,
  { about, ...event }: InboxEvent,
): Promise<{ readonly id: string; readonly deliveries: number }> {
  const userId = await ownerOf(db, about);
  const raw = await sealFor(db, dataKey, { userId, bytes: event.raw });
  const [row] = await db
    .insert(inboxEvents)
    .values({ ...event, raw, paymentRef: event.paymentRef ?? null })
    .onConflictDoUpdate({
      target: [inboxEvents.provider, inboxEvents.dedupeKey],
      set: { deliveries: sql`${inboxEvents.deliveries} + 1` },
    })
    .returning({ id: inboxEvents.id, deliveries: inboxEvents.deliveries });
  assert(row, 'an upsert returns the row it wrote');
  return row;
}

/** The owner of the order it names, else the person it names. */
async function ownerOf(db: Database, about: InboxEvent['about']): Promise<number | undefined> {
  const order = orderOf(about);
  if (!order) return about?.userId;
  const [invoice] = await db.select({ userId: invoices.userId }).from(invoices).where(order);
  return invoice?.userId ?? about?.userId;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function orderOf(about: InboxEvent['about']) {
  if (about?.invoiceId !== undefined && UUID.test(about.invoiceId)) {
    return eq(invoices.id, about.invoiceId);
  }
  return about?.invoiceNo === undefined ? undefined : eq(invoices.no, about.invoiceNo);
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
