import type { Chat, Message, User } from '@grammyjs/types';
import { badRequest, forbidden } from './failure';
import type { Markup } from './keyboard';
import type { BotAccount, ChatRecord, InvoiceTerms, Person, StoredMessage } from './state';
import { botUser, chatKey, messageKey, userOf, without } from './state';
import type { Telegram } from './telegram';

export type BotChat = Chat.PrivateChat | Chat.SupergroupChat;

export interface Place {
  readonly bot: BotAccount;
  readonly record: ChatRecord;
  readonly chat: BotChat;
  /** The message a new one answers. */
  readonly repliedTo?: Message;
}

export function privateChat(person: Person): Chat.PrivateChat {
  const { id, first_name, last_name, username } = userOf(person);
  return {
    id,
    type: 'private',
    first_name,
    ...(last_name === undefined ? {} : { last_name }),
    ...(username === undefined ? {} : { username }),
  };
}

/** The chat a bot names, or undefined when the bot has never met it. */
export function findPlace(telegram: Telegram, bot: BotAccount, chatId: number): Place | undefined {
  const record = telegram.store.chats.get(chatKey(bot.id, chatId));
  const chat = chatById(telegram, chatId);
  return record === undefined || chat === undefined ? undefined : { bot, record, chat };
}

function chatById(telegram: Telegram, chatId: number): BotChat | undefined {
  const group = telegram.store.groups.get(chatId);
  if (group !== undefined) return { id: group.id, type: 'supergroup', title: group.title };
  const person = telegram.store.people.get(chatId);
  return person === undefined ? undefined : privateChat(person);
}

/** The chat a bot wants to write to: known to it, and not closed to it. */
export function reachablePlace(telegram: Telegram, bot: BotAccount, chatId: string): Place {
  if (chatId === '') throw badRequest('chat_id is empty');
  const id = /^-?\d+$/.test(chatId) ? Number(chatId) : idByUsername(telegram, chatId);
  if (id === bot.id) throw forbidden("bots can't send messages to bots");
  const place = id === undefined ? undefined : findPlace(telegram, bot, id);
  if (place === undefined) throw badRequest('chat not found');
  if (place.record.isBlocked) throw forbidden('bot was blocked by the user');
  return place;
}

function idByUsername(telegram: Telegram, chatId: string): number | undefined {
  const username = chatId.replace(/^@/, '').toLowerCase();
  return telegram.store.people.values().find((it) => it.username?.toLowerCase() === username)?.id;
}

/** Opens the conversation of a bot with a person or a group; opening it twice changes nothing. */
export function openChat(telegram: Telegram, bot: BotAccount, chatId: number): ChatRecord {
  const known = telegram.store.chats.get(chatKey(bot.id, chatId));
  return known ?? saveChat(telegram, { botId: bot.id, chatId, isBlocked: false, unreadCount: 0 });
}

export function saveChat(telegram: Telegram, chat: ChatRecord): ChatRecord {
  telegram.store.chats.put(chatKey(chat.botId, chat.chatId), chat);
  telegram.events.publish({ type: 'chat', chat });
  return chat;
}

export interface Posting {
  readonly markup?: Markup;
  /** Kept beside an invoice message: what it promises but does not show. */
  readonly terms?: InvoiceTerms;
}

export type Posted<T> = Message.ServiceMessage & { from: User; chat: BotChat } & T;

/** Puts a bot's message into the chat, counts it as unread and shows it. */
export function postFromBot<T extends object>(
  telegram: Telegram,
  place: Place,
  content: T & Posting,
): Posted<T> {
  const { markup, terms, ...fields } = content;
  const message = {
    ...newMessage(telegram, place, botUser(place.bot)),
    ...(fields as unknown as T),
    ...replyTo(place.repliedTo),
    ...(markup?.inline === undefined ? {} : { reply_markup: markup.inline }),
  };
  keep(telegram, {
    ...address(place, message),
    ...(terms === undefined ? {} : { invoice: terms }),
  });
  afterPosting(telegram, place, markup);
  return message;
}

/** Puts a message of a person, or a service message on a person's side, into the chat and queues it for the bot. */
export function postFromPerson<T extends object>(
  telegram: Telegram,
  place: Place,
  post: { person: Person; content: T },
): Posted<T> {
  const message = { ...newMessage(telegram, place, userOf(post.person)), ...post.content };
  keep(telegram, address(place, message));
  telegram.updates.add(place.bot, { message });
  return message;
}

/** The answered message as Telegram repeats it: without what that one answered in its turn. */
export function replyTo(replied: Message | undefined): Pick<Message, 'reply_to_message'> {
  if (replied === undefined) return {};
  const shallow = without(replied, 'reply_to_message');
  return { reply_to_message: shallow as NonNullable<Message['reply_to_message']> };
}

function newMessage(telegram: Telegram, place: Place, from: User): Posted<object> {
  const message_id = telegram.store.next(`message:${place.bot.id}`, 1);
  return { message_id, from, chat: place.chat, date: telegram.nowSeconds() };
}

function address(place: Place, message: Message): StoredMessage {
  return { botId: place.bot.id, chatId: place.chat.id, message };
}

function keep(telegram: Telegram, stored: StoredMessage): void {
  const { botId, chatId, message } = stored;
  telegram.store.messages.put(messageKey(botId, chatId, message.message_id), stored);
  telegram.events.publish({ type: 'message', message: stored });
}

function afterPosting(telegram: Telegram, place: Place, markup: Markup | undefined): void {
  const record = openChat(telegram, place.bot, place.chat.id);
  const { replyKeyboard, ...rest } = { ...record, unreadCount: record.unreadCount + 1 };
  const reply = markup?.reply ?? replyKeyboard;
  const isGone = reply === undefined || reply === 'remove';
  saveChat(telegram, isGone ? rest : { ...rest, replyKeyboard: reply });
}

export function findMessage(
  telegram: Telegram,
  place: Place,
  messageId: number,
): StoredMessage | undefined {
  return telegram.store.messages.get(messageKey(place.bot.id, place.chat.id, messageId));
}

/** Replaces a message in place and shows the change. */
export function replaceMessage(telegram: Telegram, stored: StoredMessage): void {
  const { botId, chatId, message } = stored;
  telegram.store.messages.put(messageKey(botId, chatId, message.message_id), stored);
  telegram.events.publish({ type: 'edited', message: stored });
}

export function removeMessage(telegram: Telegram, stored: StoredMessage): void {
  const { botId, chatId, message } = stored;
  telegram.store.messages.delete(messageKey(botId, chatId, message.message_id));
  telegram.events.publish({ type: 'deleted', botId, chatId, messageId: message.message_id });
}
