import type { Message } from '@grammyjs/types';
import type { Arguments } from '../arguments';
import type { Place } from '../conversation';
import { findMessage, reachablePlace } from '../conversation';
import { badRequest } from '../failure';
import type { BotAccount } from '../state';
import type { Telegram } from '../telegram';

/** One Bot API request on its way to its method. */
export interface Call {
  readonly telegram: Telegram;
  readonly bot: BotAccount;
  readonly args: Arguments;
  /** Aborted when the caller closes the connection. */
  readonly hangUp: AbortSignal;
}

/** A result with the sentence Telegram adds to it. */
export class Described<T> {
  constructor(
    readonly result: T,
    readonly description: string,
  ) {}
}

/** The chat to send to, and the message answered there, once the rates allow `messageCount` more messages there. */
export function admittedPlace(call: Call, messageCount = 1): Place {
  const { telegram, bot, args } = call;
  const place = reachablePlace(telegram, bot, args.text('chat_id') ?? '');
  const repliedTo = repliedMessage(call, place);
  telegram.rates.admit({ botId: bot.id, chatId: place.chat.id, messageCount });
  return repliedTo === undefined ? place : { ...place, repliedTo };
}

function repliedMessage(call: Call, place: Place): Message | undefined {
  const complaint = "can't parse reply parameters JSON object";
  const reply = call.args.json('reply_parameters', complaint) as ReplyParameters | undefined;
  const messageId = reply?.message_id ?? call.args.integer('reply_to_message_id');
  if (messageId === undefined) return undefined;
  const found = findMessage(call.telegram, place, messageId);
  if (found !== undefined) return found.message;
  const isOptional =
    reply?.allow_sending_without_reply ?? call.args.flag('allow_sending_without_reply');
  if (!isOptional) throw badRequest('message to be replied not found');
  return undefined;
}

interface ReplyParameters {
  readonly message_id?: number;
  readonly allow_sending_without_reply?: boolean;
}
