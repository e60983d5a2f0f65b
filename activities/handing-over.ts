import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Database } from '../drizzle/client';
import { outboxMessages, users } from '../drizzle/schema';
import type { SendOutcome } from '../src/domain/messages';
import type { HandedCard } from './cards';
import { inTransaction } from './transactions';
import { turnAfter } from './turns';

export type DeliveryOutcome =
  | {
      readonly kind: 'done';
      /** Nothing else was queued for its chat just then. */
      readonly isLast?: boolean;
    }
  /** Telegram asked for silence; nobody may be written to before it is over. */
  | { readonly kind: 'rate_limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** What Telegram made of a claimed row; a message that is not there to be changed is no failure. */
export type HandedOver = SendOutcome | HandedCard;

/** Minutes after which a message that was due is marked as late. */
const LATE_MINUTES = 5;

/** Seen as it was before the message itself was marked as sent. */
const isLast = sql<boolean>`not exists (
  select 1 from outbox_messages behind
  where behind.state = 'queued' and behind.chat_id = outbox_messages.chat_id
    and behind.id <> outbox_messages.id)`;

/**
 * Writes down what became of a message. True when Telegram has it and nothing else is queued for its chat; what is queued
 * later brings a nudge of its own.
 */
export async function record(
  db: Database,
  messageId: string,
  outcome: HandedOver,
): Promise<boolean> {
  const isThis = eq(outboxMessages.id, messageId);
  switch (outcome.kind) {
    case 'sent': {
      const [row] = await db
        .update(outboxMessages)
        .set({
          state: 'sent',
          telegramMessageId: outcome.telegramMessageId,
          sentAt: sql`now()`,
          late: sql`coalesce(${outboxMessages.notBefore}, ${outboxMessages.recordedAt}) < now() - ${LATE_MINUTES} * interval '1 minute'`,
          sendingSince: null,
        })
        .where(isThis)
        .returning({ isLast });
      return row?.isLast === true;
    }
    case 'rate_limited':
    case 'unavailable':
      await db
        .update(outboxMessages)
        .set({ sendingSince: null, attempts: sql`${outboxMessages.attempts} - 1` })
        .where(isThis);
      return false;
    case 'later':
      await db
        .update(outboxMessages)
        .set({ sendingSince: null, notBefore: turnAfter(outboxMessages.attempts) })
        .where(isThis);
      return false;
    case 'rejected':
      await db
        .update(outboxMessages)
        .set({ state: 'failed', sendingSince: null, error: outcome.reason })
        .where(isThis);
      return false;
    case 'gone':
      await db
        .update(outboxMessages)
        .set({ state: 'dropped', sendingSince: null, error: outcome.reason })
        .where(isThis);
      return false;
    case 'unreachable':
      await markUnreachable(db, messageId);
      return false;
  }
}

/** The person blocked the bot: this message and the service messages after it are kept as dropped (NT-2). */
async function markUnreachable(db: Database, messageId: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const [row] = await tx
      .update(outboxMessages)
      .set({ state: 'unreachable', sendingSince: null })
      .where(eq(outboxMessages.id, messageId))
      .returning({ userId: outboxMessages.userId });
    if (row?.userId === null || row?.userId === undefined) return;
    await tx
      .update(users)
      .set({ unreachableSince: sql`now()` })
      .where(and(eq(users.id, row.userId), isNull(users.unreachableSince)));
  });
}

/** What the sender of messages has to know of it. */
export function deliveryOutcome(outcome: HandedOver, isLast: boolean): DeliveryOutcome {
  switch (outcome.kind) {
    case 'rate_limited':
      return { kind: 'rate_limited', retryAfterSeconds: outcome.retryAfterSeconds };
    case 'unavailable':
      return { kind: 'unavailable', reason: outcome.reason };
    case 'sent':
    case 'gone':
    case 'later':
    case 'rejected':
    case 'unreachable':
      return isLast ? { kind: 'done', isLast } : { kind: 'done' };
  }
}
