import { and, eq, gt, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../drizzle/client';
import { outboxMessages } from '../drizzle/schema';

/** What time it is for the reader of a message; later than the real one for a test customer only (OPS-20). */
export const theirNow = sql`now() + coalesce(
  (select clock_offset_ms from users where users.id = outbox_messages.user_id), 0
) * interval '1 millisecond'`;

/** Until something put off is tried again; each further pause is four times as long, for a dozen days at most. */
const AGAIN_SECONDS = 15;
const LONGEST_POWER = 8;

/** The next turn of a row that was tried so often, the try just made among them. */
export function turnAfter(tries: typeof outboxMessages.attempts): SQL {
  const power = sql`power(4, least(${tries} - 1, ${LONGEST_POWER}))`;
  return sql`${theirNow} + ${AGAIN_SECONDS} * ${power} * interval '1 second'`;
}

/** Milliseconds until the next message that waits for its time; undefined when none does. */
export async function nextInMs(db: Database): Promise<number | undefined> {
  const [row] = await db
    .select({
      ms: sql<number>`extract(epoch from min(${outboxMessages.notBefore} - (${theirNow}))) * 1000`.mapWith(
        Number,
      ),
    })
    .from(outboxMessages)
    .where(and(eq(outboxMessages.state, 'queued'), gt(outboxMessages.notBefore, sql`now()`)));
  return row && row.ms > 0 ? Math.ceil(row.ms) : undefined;
}
