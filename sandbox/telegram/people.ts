import { randomInt } from 'node:crypto';
import type { CallbackQuery, ChatMember, InlineKeyboardButton, Message } from '@grammyjs/types';
import type { Place } from './conversation';
import {
  findMessage,
  findPlace,
  openChat,
  postFromPerson,
  replyTo,
  privateChat,
  replaceMessage,
  saveChat,
} from './conversation';
import { ControlFailure } from './failure';
import { formatText } from './formatting/parse';
import type { BotAccount, CallbackPress, Person, StoredMessage } from './state';
import { botUser, userOf, without } from './state';
import type { Telegram } from './telegram';

export interface NewPerson {
  readonly id?: number | undefined;
  readonly firstName: string;
  readonly lastName?: string | undefined;
  readonly username?: string | undefined;
  readonly languageCode?: string | undefined;
  readonly starBalance?: number | undefined;
}

const FIRST_PERSON_ID = 7_000_000_001;
const STARTING_STARS = 10_000;

export function createPerson(telegram: Telegram, request: NewPerson): Person {
  const id = request.id ?? nextPersonId(telegram);
  const { firstName, lastName, username, languageCode } = request;
  const person: Person = {
    id,
    firstName,
    starBalance: request.starBalance ?? STARTING_STARS,
    ...(lastName === undefined ? {} : { lastName }),
    ...(username === undefined ? {} : { username }),
    ...(languageCode === undefined ? {} : { languageCode }),
  };
  return savePerson(telegram, person);
}

export function savePerson(telegram: Telegram, person: Person): Person {
  telegram.store.people.put(person.id, person);
  telegram.events.publish({ type: 'person', person });
  return person;
}

function nextPersonId(telegram: Telegram): number {
  const id = telegram.store.next('person', FIRST_PERSON_ID);
  const isTaken =
    telegram.store.people.get(id) !== undefined || telegram.store.bots.get(id) !== undefined;
  return isTaken ? nextPersonId(telegram) : id;
}

export function personById(telegram: Telegram, personId: number): Person {
  const person = telegram.store.people.get(personId);
  if (person !== undefined) return person;
  throw new ControlFailure(404, `no person ${personId}; see GET /sandbox/people`);
}

/** The conversation a person acts in, opened when it is their first word; refused while they block the bot. */
function openPlace(telegram: Telegram, bot: BotAccount, chatId: number): Place {
  openChat(telegram, bot, chatId);
  const place = findPlace(telegram, bot, chatId);
  if (place === undefined)
    throw new ControlFailure(404, `no chat ${chatId}; see GET /sandbox/state`);
  if (place.record.isBlocked)
    throw new ControlFailure(409, `chat ${chatId} blocks the bot; unblock it first`);
  return place;
}

export interface Words {
  readonly bot: BotAccount;
  readonly person: Person;
  readonly text: string;
  /** A group the person speaks in; their private chat when omitted. */
  readonly chatId?: number | undefined;
  readonly replyToMessageId?: number | undefined;
}

export function say(telegram: Telegram, words: Words): Message {
  const { bot, person } = words;
  const { text, entities } = formatText(words.text, undefined, undefined);
  if (text === '') throw new ControlFailure(400, 'a message needs a text');
  const place = openPlace(telegram, bot, words.chatId ?? person.id);
  hideOneTimeKeyboard(telegram, place);
  const content = {
    text,
    ...(entities.length === 0 ? {} : { entities: [...entities] }),
    ...replyTo(findMessage(telegram, place, words.replyToMessageId ?? 0)?.message),
  };
  return postFromPerson(telegram, place, { person, content });
}

/** Sends the person's phone number, as a request_contact button does. */
export function shareContact(telegram: Telegram, bot: BotAccount, person: Person): Message {
  const phone_number = `+7900${String(person.id).slice(-7)}`;
  const contact = { phone_number, first_name: person.firstName, user_id: person.id };
  const place = openPlace(telegram, bot, person.id);
  hideOneTimeKeyboard(telegram, place);
  return postFromPerson(telegram, place, { person, content: { contact } });
}

function hideOneTimeKeyboard(telegram: Telegram, place: Place): void {
  const { replyKeyboard, ...rest } = place.record;
  const isOver =
    replyKeyboard?.kind === 'force_reply' ||
    (replyKeyboard?.kind === 'keyboard' && replyKeyboard.one_time_keyboard === true);
  if (isOver) saveChat(telegram, rest);
}

export interface PersonsEdit {
  readonly bot: BotAccount;
  readonly person: Person;
  readonly messageId: number;
  readonly text: string;
}

export function editOwn(telegram: Telegram, edit: PersonsEdit): Message {
  const place = openPlace(telegram, edit.bot, edit.person.id);
  const stored = findMessage(telegram, place, edit.messageId);
  if (stored?.message.from?.id !== edit.person.id) {
    throw new ControlFailure(404, `person ${edit.person.id} has no message ${edit.messageId}`);
  }
  const { text, entities } = formatText(edit.text, undefined, undefined);
  const edit_date = telegram.nowSeconds();
  const rest = without(stored.message, 'entities');
  const message = {
    ...rest,
    text,
    edit_date,
    ...(entities.length === 0 ? {} : { entities: [...entities] }),
  };
  replaceMessage(telegram, { ...stored, message });
  const edited_message = { ...message, edit_date, chat: place.chat, from: userOf(edit.person) };
  telegram.updates.add(edit.bot, { edited_message });
  return message;
}

export interface ButtonChoice {
  readonly bot: BotAccount;
  readonly person: Person;
  readonly chatId?: number | undefined;
  readonly messageId: number;
  /** The button by its callback data, or by its text. Data no button carries is sent as well: clients can forge it. */
  readonly data?: string | undefined;
  readonly text?: string | undefined;
}

export function press(telegram: Telegram, choice: ButtonChoice): CallbackPress {
  const { bot, person } = choice;
  const place = openPlace(telegram, bot, choice.chatId ?? person.id);
  const stored = findMessage(telegram, place, choice.messageId);
  if (stored === undefined)
    throw new ControlFailure(404, `no message ${choice.messageId} in the chat`);
  const data = choice.data ?? dataOfButton(stored, choice.text ?? '');
  const id = `${person.id}${randomInt(10 ** 9, 10 ** 10)}`;
  const query: CallbackQuery = {
    id,
    from: userOf(person),
    message: { ...stored.message, chat: place.chat },
    chat_instance: String(-BigInt(person.id) * 524287n),
    data,
  };
  const pressedAt = telegram.behaviour.clock();
  const where = {
    botId: bot.id,
    personId: person.id,
    chatId: place.chat.id,
    messageId: choice.messageId,
  };
  telegram.store.presses.put(id, { id, ...where, data, pressedAt });
  telegram.updates.add(bot, { callback_query: query });
  return { id, ...where, data, pressedAt };
}

function dataOfButton(stored: StoredMessage, text: string): string {
  const buttons = stored.message.reply_markup?.inline_keyboard.flat() ?? [];
  const isWanted = (it: InlineKeyboardButton): boolean => it.text === text && 'callback_data' in it;
  const button = buttons.find(isWanted);
  if (button !== undefined && 'callback_data' in button) return button.callback_data;
  const known = buttons.map((it) => `"${it.text}"`).join(', ');
  throw new ControlFailure(
    404,
    `no callback button "${text}" on the message; it has ${known || 'none'}`,
  );
}

/** Blocks or unblocks the bot; the bot learns it through my_chat_member. */
export function setBlocked(
  telegram: Telegram,
  who: { bot: BotAccount; person: Person },
  isBlocked: boolean,
): void {
  const { bot, person } = who;
  const record = openChat(telegram, bot, person.id);
  if (record.isBlocked === isBlocked) return;
  saveChat(telegram, { ...record, isBlocked });
  const member: ChatMember = { status: 'member', user: botUser(bot) };
  const kicked: ChatMember = { status: 'kicked', user: botUser(bot), until_date: 0 };
  telegram.updates.add(bot, {
    my_chat_member: {
      chat: privateChat(person),
      from: userOf(person),
      date: telegram.nowSeconds(),
      old_chat_member: isBlocked ? member : kicked,
      new_chat_member: isBlocked ? kicked : member,
    },
  });
}

export function markRead(telegram: Telegram, bot: BotAccount, chatId: number): void {
  const record = telegram.store.chats.get(`${bot.id}:${chatId}`);
  if (record !== undefined && record.unreadCount > 0)
    saveChat(telegram, { ...record, unreadCount: 0 });
}
