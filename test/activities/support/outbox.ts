import { promiseToUser } from '../../../activities/outbox';
import type { MessageCategory } from '../../../drizzle/schema';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { EditOutcome, SendOutcome, ShownCard } from '../../../src/domain/messages';
import { asWorkflow, NOON, SETTINGS, type Books } from './books';

let made = 0;

/** Promises somebody a word; receipts and others differ only by category here. */
export async function promise(
  books: Books,
  userId: number,
  category: MessageCategory,
  change: { key?: string; asOf?: string; settings?: BillingSettings } = {},
): Promise<string> {
  made += 1;
  const key = change.key ?? `${userId}:pay.failed:${made}`;
  await books.db.transaction((tx) =>
    promiseToUser(tx, userId, {
      key,
      template: 'pay.failed',
      params: { no: made },
      category,
      asOf: new Date(change.asOf ?? NOON),
      settings: change.settings ?? SETTINGS,
    }),
  );
  const [row] = await books.sql`select id from outbox_messages where key = ${key}`;
  return String(row?.['id']);
}

/** Delivers through a Telegram that answers as told; returns the activity's outcome and what was sent. */
export async function deliver(books: Books, messageId: string, answer: SendOutcome | Error) {
  const { outcome, sent } = await deliverThrough(books, messageId, { send: answer });
  return { outcome, sends: sent.length };
}

/** Changes a message through a Telegram that answers as told. */
export async function redraw(books: Books, messageId: string, answer: EditOutcome | Error) {
  const { outcome, edited } = await deliverThrough(books, messageId, { edit: answer });
  return { outcome, edited };
}

interface Answers {
  readonly send?: SendOutcome | Error;
  readonly edit?: EditOutcome | Error;
}

async function deliverThrough(books: Books, messageId: string, answers: Answers) {
  const sent: number[] = [];
  const edited: ShownCard[] = [];
  const answered = <T>(answer: T | Error = new Error('this was not expected')) =>
    answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  const { deliverMessage } = books.activities({
    messenger: {
      send: ({ chatId }) => {
        sent.push(chatId);
        return answered(answers.send);
      },
      edit: (card) => {
        edited.push(card);
        return answered(answers.edit);
      },
    },
  });
  const outcome = await asWorkflow('notifier:0', () => deliverMessage({ messageId })).catch(
    (error: unknown) => error,
  );
  return { outcome, sent, edited };
}

export async function rowOf(books: Books, messageId: string) {
  const [row] = await books.sql`
    select state, attempts, error, late, telegram_message_id::int as "messageId",
      sending_since is not null as "isSending", sent_at is not null as "isSent"
    from outbox_messages where id = ${messageId}`;
  return row as Record<string, unknown>;
}

export const SENT: SendOutcome = { kind: 'sent', telegramMessageId: 77 };
