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

/** The chat to send to, once the rates allow `messageCount` more messages there. */
export function admittedPlace(call: Call, messageCount = 1): Place {
  const { telegram, bot, args } = call;
  const place = reachablePlace(telegram, bot, args.text('chat_id') ?? '');
  checkReply(call, place);
  telegram.rates.admit({ botId: bot.id, chatId: place.chat.id, messageCount });
  return place;
}

function checkReply(call: Call, place: Place): void {
  const complaint = "can't parse reply parameters JSON object";
  const reply = call.args.json('reply_parameters', complaint) as ReplyParameters | undefined;
  const messageId = reply?.message_id ?? call.args.integer('reply_to_message_id');
  if (messageId === undefined || findMessage(call.telegram, place, messageId) !== undefined) return;
  const isOptional =
    reply?.allow_sending_without_reply ?? call.args.flag('allow_sending_without_reply');
  if (!isOptional) throw badRequest('message to be replied not found');
}

interface ReplyParameters {
  readonly message_id?: number;
  readonly allow_sending_without_reply?: boolean;
}
