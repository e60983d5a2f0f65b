import { sql } from 'drizzle-orm';
import {
  dataExports,
  idempotencyKeys,
  inboxEvents,
  outboxMessages,
  rateCounters,
  shownCards,
} from '../../../drizzle/schema';
import type { ActivityDeps } from '../../deps';

/** How long is kept what is not a book (AU-5). */
export const RETENTION_DAYS = { inboxRaw: 180, outboxParams: 90, shownCards: 90 } as const;

export interface Emptied {
  readonly inboxEvents: number;
  readonly outboxMessages: number;
  readonly exports: number;
  readonly shownCards?: number;
  readonly rateCounters?: number;
  readonly answers?: number;
}

/** Rows emptied by one statement, so that no lock is long. */
const ROWS_AT_ONCE = 1_000;

/**
 * Empties the bytes of old notifications, the contents of old messages, and copies of personal data whose link is
 * over. The rows stay: that something came, and that something was sent, is part of the story.
 */
export async function applyRetention(
  { db, log }: ActivityDeps,
  { asOf }: { readonly asOf: string },
): Promise<Emptied> {
  const before = (days: number) => sql`${asOf}::timestamptz - ${days} * interval '1 day'`;
  const emptied = {
    inboxEvents: await repeat(
      () => sql`
        update ${inboxEvents} set raw = ''::bytea, headers = '{}' where id in (
          select id from ${inboxEvents}
          where recorded_at < ${before(RETENTION_DAYS.inboxRaw)} and raw <> ''::bytea
          limit ${ROWS_AT_ONCE})`,
    ),
    outboxMessages: await repeat(
      () => sql`
        update ${outboxMessages} set params = '{}' where id in (
          select id from ${outboxMessages}
          where recorded_at < ${before(RETENTION_DAYS.outboxParams)}
            and state <> 'queued' and params <> '{}'
          limit ${ROWS_AT_ONCE})`,
    ),
    exports: await repeat(
      () => sql`
        update ${dataExports} set archive = null, token_hash = null, state = 'gone' where id in (
          select id from ${dataExports}
          where link_until < ${before(1)} and state <> 'gone' limit ${ROWS_AT_ONCE})`,
    ),
    shownCards: await repeat(
      () => sql`
        delete from ${shownCards} where (chat_id, message_id) in (
          select chat_id, message_id from ${shownCards}
          where shown_at < ${before(RETENTION_DAYS.shownCards)} limit ${ROWS_AT_ONCE})`,
    ),
    rateCounters: await repeat(
      () => sql`
        delete from ${rateCounters} where key in (
          select key from ${rateCounters} where expire < ${before(1)} limit ${ROWS_AT_ONCE})`,
    ),
    // A repeat that comes later still is answered from its charge.
    answers: await repeat(
      () => sql`
        delete from ${idempotencyKeys} where (caller, key) in (
          select caller, key from ${idempotencyKeys}
          where expires_at < ${before(0)} limit ${ROWS_AT_ONCE})`,
    ),
  };
  log.info(emptied, 'old contents emptied');
  return emptied;

  async function repeat(statement: () => ReturnType<typeof sql>): Promise<number> {
    for (let total = 0; ;) {
      const { count } = await db.execute(statement());
      total += count;
      if (count < ROWS_AT_ONCE) return total;
    }
  }
}
