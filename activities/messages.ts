import { and, eq, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../drizzle/client';
import { outboxMessages, users } from '../drizzle/schema';
import type { AddressedMessage, ShownCard } from '../src/domain/messages';
import { continueTrace } from '../src/tracing/spans';
import { exportUrl } from './billing/exports/links';
import { CARD, outcomeOfEdit, standingCard } from './cards';
import type { ActivityDeps } from './deps';
import { deliveryOutcome, record, type DeliveryOutcome, type HandedOver } from './handing-over';
import { withHeartbeat } from './heartbeat';
import { wakeSender } from './telling';
import { inTransaction } from './transactions';
import { nextInMs, theirNow } from './turns';

export type { DeliveryOutcome } from './handing-over';

/** A message whose turn has come. */
export interface DueMessage {
  readonly messageId: string;
  readonly chatId: number;
  /** Part of a broadcast, which must leave room for everything else. */
  readonly isBulk?: boolean;
}

export interface DueMessages {
  readonly messages: readonly DueMessage[];
  /** Milliseconds until the next delayed message; undefined when none waits. */
  readonly nextInMs: number | undefined;
  /** Something is due in a chat that was left out. */
  readonly isQueueing?: boolean;
}

/**
 * Claims the first due message of each chat, receipts before everything else (NT-3, NT-8). A broadcast is no part of a
 * conversation, so in its chat, too, everything else goes before it.
 */
export function outboxActivities({ db, log }: ActivityDeps) {
  return {
    /** The next message of each chat that has one due, by priority; chats being written to are left out. */
    async dueMessages(ask: {
      limit: number;
      busyChats: readonly number[];
      /** How many of them may belong to a broadcast; all when absent. */
      bulkLimit?: number;
      /** What is being sent to them; then the answer tells whether more is due behind it. */
      sendingIds?: readonly string[];
    }): Promise<DueMessages> {
      const busy = sql`${`{${ask.busyChats.join(',')}}`}::bigint[]`;
      const bulkLimit = ask.bulkLimit ?? ask.limit;
      const rows = await db.execute<{ id: string; chat_id: string; is_bulk: boolean }>(sql`
        select id, chat_id, is_bulk from (
        select *, category = 'marketing' as is_bulk,
          row_number() over (partition by category = 'marketing' order by recorded_at) as place
        from (
          select distinct on (chat_id) id, chat_id, category, recorded_at
          from outbox_messages
          where state = 'queued'
            and ${isDue}
            and chat_id <> all(${busy})
            and (broadcast_id is null
              or broadcast_id not in (select id from broadcasts where state = 'paused'))
          order by chat_id, category = 'marketing', id
        ) first_of_chat) ranked
        where not is_bulk or place <= ${bulkLimit}
        order by array_position(array['money', 'service', 'ops', 'marketing'], category), recorded_at
        limit ${ask.limit}`);
      const messages = [...rows].map((row) => ({
        messageId: row.id,
        chatId: Number(row.chat_id),
        ...(row.is_bulk ? { isBulk: true } : {}),
      }));
      const isQueueing = await hasQueue(db, ask);
      return {
        messages,
        nextInMs: messages.length > 0 ? 0 : await nextInMs(db),
        ...(isQueueing ? { isQueueing } : {}),
      };
    },

    /** Makes the sender look at the outbox, starting it when nobody runs. */
    async wakeNotifier(): Promise<void> {
      await wakeSender();
      log.info('notifier woken');
    },
  };
}

/** Speaks to Telegram: runs on its own task queue, whose rate the Temporal server limits for all workers together. */
export function deliveryActivities(deps: ActivityDeps) {
  const { db, log } = deps;
  return {
    /**
     * Sends one message, or changes the one that shows an order, and records what became of it. A row that an earlier
     * try left in the gap between Telegram's acceptance and our record is repeated once if it is about money, or changes
     * a message, which twice is as good as once; otherwise never (NT-3).
     */
    async deliverMessage(message: { messageId: string }): Promise<DeliveryOutcome> {
      const claimed = await claim(deps, message.messageId);
      if (!claimed) return { kind: 'done' };
      const { category, template, traceParent: from } = claimed.row;
      const facts = { 'billing.category': category, 'billing.template': template };
      const step = { name: 'send message', kind: 'client', facts } as const;
      return continueTrace({ ...step, from, otherwise: 'untraced' }, async (span) => {
        const outcome = await withHeartbeat(() => handOver(deps, claimed));
        span.note({ 'billing.outcome': outcome.kind });
        deps.onHandedOver?.({ category, outcome: counted(outcome) });
        log.info({ messageId: message.messageId, outcome: outcome.kind }, 'message handed over');
        return deliveryOutcome(outcome, await record(db, message.messageId, outcome));
      });
    },
  };
}

/** What a row says, with the row itself. */
type Claimed = Content & { readonly row: Message };

type Content =
  | { readonly kind: 'message'; readonly message: AddressedMessage }
  | { readonly kind: 'card'; readonly card: ShownCard };

async function handOver({ messenger }: ActivityDeps, claimed: Content): Promise<HandedOver> {
  if (claimed.kind === 'message') return messenger.send(claimed.message);
  return outcomeOfEdit(claimed.card, await messenger.edit(claimed.card));
}

/** A card that is put off found Telegram as much away as a message that waits. */
function counted({ kind }: HandedOver): string {
  return kind === 'later' ? 'unavailable' : kind;
}

async function claim(deps: ActivityDeps, messageId: string): Promise<Claimed | undefined> {
  return inTransaction(deps.db, async (tx) => {
    const [row] = await tx
      .select({ message: outboxMessages, person: users, isStale })
      .from(outboxMessages)
      .leftJoin(users, eq(users.id, outboxMessages.userId))
      .where(and(eq(outboxMessages.id, messageId), eq(outboxMessages.state, 'queued')))
      .for('update', { of: outboxMessages });
    if (!row) return undefined;
    const refusal = refusalOf(row);
    const claimed = refusal ? undefined : await contentOf(tx, deps, row);
    if (!claimed) {
      const end = refusal ?? ({ state: 'dropped' } as const);
      await tx.update(outboxMessages).set(end).where(eq(outboxMessages.id, messageId));
      return undefined;
    }
    await tx
      .update(outboxMessages)
      .set({ sendingSince: sql`now()`, attempts: sql`${outboxMessages.attempts} + 1` })
      .where(eq(outboxMessages.id, messageId));
    return { ...claimed, row: row.message };
  });
}

/** What a row says, as it is handed over; undefined when the card it would change is not shown any more. */
async function contentOf(
  tx: Transaction,
  deps: ActivityDeps,
  { message, person }: Pick<ClaimedRow, 'message' | 'person'>,
): Promise<Content | undefined> {
  const { chatId, locale, template } = message;
  const addressed = { chatId, locale, timeZone: person?.timeZone ?? 'UTC' };
  if (template !== CARD) {
    const params = withLink(deps, message);
    return { kind: 'message', message: { ...addressed, template, params } };
  }
  const card = await standingCard(tx, message);
  return card && { kind: 'card', card: { ...addressed, ...card } };
}

/** A link with a secret in it is written when it is sent, and stands in no row. */
function withLink(deps: ActivityDeps, { template, params }: Message): Message['params'] {
  const { exportId } = params;
  if (template !== 'export.ready' || typeof exportId !== 'string') return params;
  return { ...params, url: exportUrl(deps, exportId) };
}

/** Past its last useful moment; wall-clock, because delivery happens in the real world. */
const isStale = sql<boolean | null>`${outboxMessages.dropAfter} < now()`;

type Message = typeof outboxMessages.$inferSelect;

interface ClaimedRow {
  readonly message: Message;
  readonly person: typeof users.$inferSelect | null;
  readonly isStale: boolean | null;
}

/** Why a claimed row is not sent, as the change that says so; undefined when it is sent. */
function refusalOf(row: ClaimedRow): Partial<Message> | undefined {
  const { message, person } = row;
  if (row.isStale === true) return { state: 'dropped' };
  const isHarmless = message.category === 'money' || message.template === CARD;
  const isRepeatable = isHarmless && message.attempts < 2;
  if (message.sendingSince !== null && !isRepeatable) {
    return { state: 'sent', error: 'the process ended before Telegram’s answer was recorded' };
  }
  if (message.category === 'marketing' && !isWelcome(person)) return { state: 'dropped' };
  if (person?.unreachableSince && message.category !== 'money') {
    return { state: 'unreachable' };
  }
  return undefined;
}

/** Consent may have been taken back since the message was queued (NT-5). */
function isWelcome(person: typeof users.$inferSelect | null): boolean {
  return person !== null && person.marketingOk && !person.isBlocked && !person.pseudonymisedAt;
}

const isDue = sql`(not_before is null or not_before <= now() or not_before <= ${theirNow})`;

async function hasQueue(
  db: Database,
  { busyChats, sendingIds }: { busyChats: readonly number[]; sendingIds?: readonly string[] },
): Promise<boolean> {
  if (sendingIds === undefined || busyChats.length === 0) return false;
  const [row] = await db.execute<{ found: boolean }>(sql`
    select exists (
      select 1 from outbox_messages
      where state = 'queued' and chat_id = any(${`{${busyChats.join(',')}}`}::bigint[])
        and id <> all(${`{${sendingIds.join(',')}}`}::uuid[]) and ${isDue}) as found`);
  return row?.found === true;
}
