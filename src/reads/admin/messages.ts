import { and, desc, eq, isNotNull, type SQL } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { outboxMessages } from '../../../drizzle/schema';
import type { SentMessage } from './contract';

const MOST_MESSAGES = 10;

export async function messagesTo(db: Database, userId: number): Promise<readonly SentMessage[]> {
  // In a private chat the chat is the person; the index is by chat.
  return load(db, eq(outboxMessages.chatId, userId));
}

export async function messageTo(db: Database, messageId: string): Promise<SentMessage | undefined> {
  return (await load(db, eq(outboxMessages.id, messageId)))[0];
}

async function load(db: Database, which: SQL): Promise<readonly SentMessage[]> {
  const rows = await db
    .select()
    .from(outboxMessages)
    .where(and(which, isNotNull(outboxMessages.userId)))
    .orderBy(desc(outboxMessages.id))
    .limit(MOST_MESSAGES);
  return rows.map(({ id, userId, template, state, sentAt, recordedAt }) => ({
    messageId: id,
    userId: userId ?? 0,
    ...{ template, state },
    promisedAt: recordedAt.toISOString(),
    sentAt: sentAt?.toISOString(),
  }));
}
