import type { Field } from './field';
import { insist } from './patience';
import { less } from './standing';

/** What each person of a flow was promised to be told, as the chat shows it. */
export type Talk = readonly (readonly string[])[];

/** Numbers, dates and names of orders are different each time. */
function withoutNumbers(text: string): string {
  return text.replace(/\d+/g, '#').replace(/\s+/g, ' ').trim();
}

interface Shown {
  readonly id: number;
  readonly text: string;
}

function chatOf({ telegram }: Field, userId: number): Shown[] {
  return telegram
    .messages(userId)
    .filter(({ message }) => message.from?.is_bot)
    .map(({ message }) => ({
      id: message.message_id,
      text: withoutNumbers(message.text ?? message.caption ?? ''),
    }));
}

/** The texts of the outbox as they stand in the chats; screens of the bot are not among them. */
export async function talkOf(field: Field, people: readonly number[]): Promise<Talk> {
  return Promise.all(
    people.map(async (userId) => {
      const promises = await promisesOf(field, userId);
      const ids = new Set(promises.map(({ messageId }) => messageId));
      return chatOf(field, userId).flatMap(({ id, text }) => (ids.has(id) ? [text] : []));
    }),
  );
}

interface Sent {
  readonly messageId: number | null;
  readonly category: string;
  readonly tries: number;
  readonly isLost: boolean;
}

/** The people of a run, and how often Telegram's answer to a message for them was lost on the wire. */
export interface Listeners {
  readonly people: readonly number[];
  readonly unheard: number;
}

/**
 * What was said too often or not at all. Who dies between Telegram's acceptance and our note of it cannot know that it
 * was said: a message about money comes once more then, any other is not said again (NT-3). Who lives and hears nothing
 * tries again (NT-2).
 */
export async function unexpectedTalk(
  field: Field,
  { people, unheard }: Listeners,
  wished: Talk,
): Promise<string[]> {
  const found: string[] = [];
  for (const [index, userId] of people.entries()) {
    const expected = wished[index] ?? [];
    const actual = chatOf(field, userId)
      .map(({ text }) => text)
      .filter((text) => expected.includes(text));
    const promises = await promisesOf(field, userId);
    const lost = promises.filter(({ isLost }) => isLost).length;
    const repeated = promises.filter(({ category, tries }) => category === 'money' && tries > 1);
    const missing = less(expected, actual);
    const tooMuch = less(actual, expected);
    if (missing.length > lost) found.push(...missing.map((text) => `not said: “${text}”`));
    if (tooMuch.length > repeated.length + unheard) {
      found.push(...tooMuch.map((text) => `said too often: “${text}”`));
    }
  }
  return found;
}

async function promisesOf(field: Field, userId: number): Promise<readonly Sent[]> {
  const rows = await insist(() =>
    field.sql.unsafe<
      { messageId: string | null; category: string; tries: number; isLost: boolean }[]
    >(
      `select telegram_message_id as "messageId", category, attempts::int as tries, error is not null as "isLost"
       from outbox_messages where user_id = $1`,
      [userId],
    ),
  );
  return rows.map((row) => ({
    ...row,
    messageId: row.messageId === null ? null : Number(row.messageId),
  }));
}
