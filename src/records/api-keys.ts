import { and, eq, isNull, lt, or } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { apiKeys } from '../../drizzle/schema';

const MINUTE = 60_000;

/** Keeps when a key was used last, to the minute: a technical record, by which an operator finds keys nobody needs. */
export async function noteKeyUse(
  db: Database,
  { keyId, usedAt }: { keyId: string; usedAt: Date },
): Promise<void> {
  const before = new Date(usedAt.getTime() - MINUTE);
  const isDue = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, before));
  await db
    .update(apiKeys)
    .set({ lastUsedAt: usedAt })
    .where(and(eq(apiKeys.id, keyId), isDue));
}
