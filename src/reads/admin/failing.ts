import { and, desc, gte, lt, sql } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { outboxMessages } from '../../../drizzle/schema';

const MOST = 30;
/** The keys of all messages about failing activities lie between these. */
const [FIRST, PAST] = ['ops:ops.stuck:', 'ops:ops.stuck;'];

/** Workflows of which operators were told within a week that an activity fails; whether it still does, Temporal knows. */
export async function workflowsToldOf(db: Database): Promise<readonly string[]> {
  const rows = await db
    .select({ workflowId: sql<string | null>`${outboxMessages.params}->>'workflowId'` })
    .from(outboxMessages)
    .where(
      and(
        gte(outboxMessages.key, FIRST),
        lt(outboxMessages.key, PAST),
        sql`${outboxMessages.recordedAt} > now() - interval '7 days'`,
      ),
    )
    .orderBy(desc(outboxMessages.recordedAt))
    .limit(MOST);
  const told = rows.flatMap(({ workflowId }) => (workflowId ? [workflowId] : []));
  return [...new Set(told)];
}
