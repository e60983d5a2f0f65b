import type { SandboxEvent } from './events';
import type { CallbackAnswer, StoredMessage } from './state';
import { chatKey } from './state';
import type { Telegram } from './telegram';

export interface MessageSearch {
  readonly botId: number;
  readonly chatId: number;
  /** Part of the text or caption, a pattern, or any question about the message; every message of the bot when omitted. */
  readonly match?: string | RegExp | ((message: StoredMessage) => boolean) | undefined;
  /** Only messages newer than this one. */
  readonly afterMessageId?: number | undefined;
}

export function chatMessages(telegram: Telegram, botId: number, chatId: number): StoredMessage[] {
  return telegram.store.messages.inGroup(chatKey(botId, chatId));
}

export function findMatch(telegram: Telegram, search: MessageSearch): StoredMessage | undefined {
  const messages = chatMessages(telegram, search.botId, search.chatId);
  return messages.find((stored) => isMatch(stored, search));
}

/** The first message of the bot that fits, now or within the time given; edits count too. */
export async function waitForMatch(
  telegram: Telegram,
  search: MessageSearch,
  timeoutMs: number,
): Promise<StoredMessage | undefined> {
  return firstOf(telegram, timeoutMs, {
    now: () => findMatch(telegram, search),
    isRelevant: (event) => event.type === 'message' || event.type === 'edited',
  });
}

export async function waitForAnswer(
  telegram: Telegram,
  pressId: string,
  timeoutMs: number,
): Promise<CallbackAnswer | undefined> {
  return firstOf(telegram, timeoutMs, {
    now: () => telegram.store.presses.get(pressId)?.answer,
    isRelevant: (event) => event.type === 'answer' && event.pressId === pressId,
  });
}

interface Question<T> {
  readonly now: () => T | undefined;
  readonly isRelevant: (event: SandboxEvent) => boolean;
}

function firstOf<T>(
  telegram: Telegram,
  timeoutMs: number,
  question: Question<T>,
): Promise<T | undefined> {
  const ready = question.now();
  if (ready !== undefined || timeoutMs <= 0) return Promise.resolve(ready);
  return new Promise((resolve) => {
    const finish = (found: T | undefined): void => {
      clearTimeout(timer);
      stop();
      resolve(found);
    };
    const timer = setTimeout(() => finish(undefined), timeoutMs);
    const stop = telegram.events.subscribe((event) => {
      const found = question.isRelevant(event) ? question.now() : undefined;
      if (found !== undefined) finish(found);
    });
  });
}

function isMatch(stored: StoredMessage, search: MessageSearch): boolean {
  const { message } = stored;
  if (message.from?.id !== search.botId || message.message_id <= (search.afterMessageId ?? 0))
    return false;
  const { match } = search;
  if (match === undefined) return true;
  if (typeof match === 'function') return match(stored);
  const text = message.text ?? message.caption ?? message.invoice?.title ?? '';
  return typeof match === 'string' ? text.includes(match) : match.test(text);
}
