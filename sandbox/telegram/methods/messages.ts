import type { InlineKeyboardMarkup, Message, Update } from '@grammyjs/types';
import { readFormatted } from '../formatting/parse';
import type { FormattedText } from '../formatting/text';
import { characterCount } from '../formatting/text';
import type { Place } from '../conversation';
import {
  findMessage,
  postFromBot,
  reachablePlace,
  removeMessage,
  replaceMessage,
} from '../conversation';
import { badRequest } from '../failure';
import { readInlineKeyboard, readMarkup } from '../keyboard';
import type { StoredMessage } from '../state';
import type { Call } from './call';
import { admittedPlace } from './call';

const LONGEST_TEXT = 4096;
const DELETABLE_SECONDS = 48 * 3600;
const NOT_MODIFIED =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message';

export function sendMessage(call: Call): Message.TextMessage {
  const formatted = readText(call, 'message is too long');
  const markup = readMarkup(call.args);
  const place = admittedPlace(call);
  return postFromBot(call.telegram, place, { ...textFields(formatted), markup });
}

export function editMessageText(call: Call): Message.TextMessage & Update.Edited {
  const formatted = readText(call, 'MESSAGE_TOO_LONG');
  const keyboard = readInlineKeyboard(call.args);
  const stored = editableMessage(call);
  if (stored.message.text === undefined)
    throw badRequest('there is no text in the message to edit');
  return edit(call, stored, { ...textFields(formatted), ...markupFields(keyboard) });
}

export function editMessageCaption(call: Call): Message & Update.Edited {
  const formatted = readFormatted(call.args, 'caption');
  const keyboard = readInlineKeyboard(call.args);
  const stored = editableMessage(call);
  const { text, entities } = formatted;
  const caption = text === '' ? {} : { caption: text, caption_entities: [...entities] };
  return edit(call, stored, { ...caption, ...markupFields(keyboard) });
}

export function editMessageReplyMarkup(call: Call): Message & Update.Edited {
  const stored = editableMessage(call);
  const keyboard = readInlineKeyboard(call.args, stored.invoice !== undefined);
  const { text, entities, caption, caption_entities } = stored.message;
  const kept = {
    ...(text === undefined ? {} : { text }),
    ...(entities === undefined ? {} : { entities }),
    ...(caption === undefined ? {} : { caption }),
    ...(caption_entities === undefined ? {} : { caption_entities }),
  };
  return edit(call, stored, { ...kept, ...markupFields(keyboard) });
}

export function deleteMessage(call: Call): true {
  const { telegram, bot, args } = call;
  const place = reachablePlace(telegram, bot, args.text('chat_id') ?? '');
  const stored = findMessage(telegram, place, messageIdOf(call));
  if (stored === undefined) throw badRequest('message to delete not found');
  const age = telegram.nowSeconds() - stored.message.date;
  if (age > DELETABLE_SECONDS) throw badRequest("message can't be deleted");
  removeMessage(telegram, stored);
  return true;
}

export function deleteMessages(call: Call): true {
  const { telegram, bot, args } = call;
  const place = reachablePlace(telegram, bot, args.text('chat_id') ?? '');
  const ids = args.json('message_ids', "can't parse message identifiers") as number[];
  for (const id of ids) {
    const stored = findMessage(telegram, place, id);
    if (stored !== undefined) removeMessage(telegram, stored);
  }
  return true;
}

export function textFields({ text, entities }: FormattedText): { text: string } & Partial<Message> {
  return { text, ...(entities.length === 0 ? {} : { entities: [...entities] }) };
}

function readText(call: Call, tooLong: string): FormattedText {
  const formatted = readFormatted(call.args, 'text');
  if (formatted.text === '') throw badRequest('message text is empty');
  if (characterCount(formatted.text) > LONGEST_TEXT) throw badRequest(tooLong);
  return formatted;
}

function markupFields(keyboard: InlineKeyboardMarkup | undefined): Partial<Message> {
  return keyboard === undefined ? {} : { reply_markup: keyboard };
}

function editableMessage(call: Call): StoredMessage {
  const { telegram, bot, args } = call;
  const place: Place = reachablePlace(telegram, bot, args.text('chat_id') ?? '');
  const stored = findMessage(telegram, place, messageIdOf(call));
  if (stored === undefined) throw badRequest('message to edit not found');
  if (stored.message.from?.id !== bot.id) throw badRequest("message can't be edited");
  return stored;
}

function messageIdOf(call: Call): number {
  const messageId = call.args.integer('message_id');
  if (messageId === undefined) throw badRequest('message identifier is not specified');
  return messageId;
}

const EDITABLE_FIELDS = [
  'text',
  'entities',
  'caption',
  'caption_entities',
  'reply_markup',
] as const;

function edit<T extends Partial<Message>>(
  call: Call,
  stored: StoredMessage,
  fields: T,
): Message & Update.Edited & T {
  const { telegram } = call;
  const rest: Message = { ...stored.message };
  for (const name of EDITABLE_FIELDS) delete rest[name];
  const edited = { ...rest, ...fields };
  if (contentOf(edited) === contentOf(stored.message)) throw badRequest(NOT_MODIFIED);
  const message = { ...edited, edit_date: telegram.nowSeconds() };
  replaceMessage(telegram, { ...stored, message });
  return message;
}

function contentOf(message: Message): string {
  return JSON.stringify(EDITABLE_FIELDS.map((name) => message[name] ?? null));
}
