import type { BotCommand } from '@grammyjs/types';
import { ControlFailure } from '../failure';
import type {
  BotAccount,
  ChatRecord,
  Group,
  Person,
  StoredFile,
  StoredMessage,
  VisibleBot,
} from '../state';
import { visibleBot } from '../state';
import type { Telegram } from '../telegram';
import { chatMessages } from '../waiting';

export interface ChatSummary extends ChatRecord {
  readonly lastMessage?: StoredMessage;
}

export interface SandboxState {
  readonly bots: readonly VisibleBot[];
  readonly people: readonly Person[];
  readonly groups: readonly Group[];
  readonly chats: readonly ChatSummary[];
  readonly callbackSeconds: number;
}

/** What the chat page needs to draw itself; tokens stay out of it. */
export function sandboxState(telegram: Telegram): SandboxState {
  const { store, behaviour } = telegram;
  return {
    bots: store.bots.values().map(visibleBot),
    people: store.people.values(),
    groups: store.groups.values(),
    chats: store.chats.values().map((chat) => summary(telegram, chat)),
    callbackSeconds: behaviour.callbackSeconds,
  };
}

function summary(telegram: Telegram, chat: ChatRecord): ChatSummary {
  const lastMessage = chatMessages(telegram, chat.botId, chat.chatId).at(-1);
  return { ...chat, ...(lastMessage === undefined ? {} : { lastMessage }) };
}

/** The menu a person sees: the narrowest scope first, their language before the default. */
export function commandsFor(
  telegram: Telegram,
  bot: BotAccount,
  person: Person,
): readonly BotCommand[] {
  const scopes = [`chat:${person.id}`, 'all_private_chats', 'default'];
  const languages = [person.languageCode ?? '', ''];
  const keys = scopes.flatMap((scope) => languages.map((it) => `${bot.id}|${scope}|${it}`));
  const lists = keys.map((key) => telegram.store.commands.get(key)?.commands ?? []);
  return lists.find((commands) => commands.length > 0) ?? [];
}

export function fileBytes(telegram: Telegram, fileId: string): { file: StoredFile; bytes: Buffer } {
  const file = telegram.store.files.get(fileId);
  const bytes = file && telegram.files.bytes(file);
  if (file === undefined || bytes === undefined) throw new ControlFailure(404, `no file ${fileId}`);
  return { file, bytes };
}
