import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { settings } from '../../../drizzle/schema';
import { OPS_TOPICS, topicSetting, type OpsTopic } from '../../domain/billing/ops-topics';

export async function silentTopics(db: Database): Promise<readonly OpsTopic[]> {
  const rows = await db
    .select({ key: settings.key })
    .from(settings)
    .where(
      and(inArray(settings.key, OPS_TOPICS.map(topicSetting)), eq(settings.value, sql`'false'`)),
    );
  const silent = new Set(rows.map(({ key }) => key));
  return OPS_TOPICS.filter((topic) => silent.has(topicSetting(topic)));
}
