import { desc, eq, inArray, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { broadcasts, outboxMessages, subscriptions, users } from '../../../drizzle/schema';
import type { Audience } from '../../domain/broadcast';
import type { BroadcastReads, BroadcastView } from './contract';

const AT_ONCE = 5;

/** What the screens of broadcasts and of the consent to them look at. */
export function broadcastReads(db: Database): BroadcastReads {
  return {
    broadcasts: () => select(db, undefined),
    broadcast: async (broadcastId) => (await select(db, eq(broadcasts.id, broadcastId)))[0],
    audienceCount: (audience) => audienceCount(db, audience),
    wantsNews: async (userId) => {
      const [row] = await db
        .select({ wantsNews: users.marketingOk })
        .from(users)
        .where(eq(users.id, userId));
      return row?.wantsNews ?? false;
    },
  };
}

async function select(db: Database, wanted: SQL | undefined): Promise<readonly BroadcastView[]> {
  const rows = await db
    .select()
    .from(broadcasts)
    .where(wanted)
    .orderBy(desc(broadcasts.recordedAt))
    .limit(AT_ONCE);
  const counts = await countStates(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => {
    const of = (state: string) => counts.get(`${row.id}:${state}`) ?? 0;
    return {
      broadcastId: row.id,
      audience: row.audience,
      state: row.state,
      startedAt: row.recordedAt.toISOString(),
      total: row.total,
      queued: row.queued,
      waiting: of('queued'),
      sent: of('sent'),
      failed: of('failed'),
      unreachable: of('unreachable'),
      dropped: of('dropped'),
    };
  });
}

async function countStates(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const { broadcastId, state } = outboxMessages;
  const rows = await db
    .select({ broadcastId, state, count: sql<number>`count(*)`.mapWith(Number) })
    .from(outboxMessages)
    .where(inArray(broadcastId, [...ids]))
    .groupBy(broadcastId, state);
  return new Map(rows.map((row) => [`${row.broadcastId}:${row.state}`, row.count]));
}

/** The same people as the activity that queues them; counted again when it starts. */
async function audienceCount(db: Database, audience: Audience): Promise<number> {
  const had = (condition: SQL) => sql`exists (
    select 1 from ${subscriptions} where ${subscriptions.userId} = ${users.id} and ${condition})`;
  const hasLive = had(sql`${subscriptions.state} not in ('expired', 'ended')`);
  const conditions: Readonly<Record<Audience, SQL>> = {
    all: sql`true`,
    active: hasLive,
    lapsed: sql`${had(sql`true`)} and not ${hasLive}`,
  };
  return db.$count(
    users,
    sql`${users.marketingOk} and not ${users.isBlocked} and ${users.unreachableSince} is null
      and ${users.pseudonymisedAt} is null and ${conditions[audience]}`,
  );
}
