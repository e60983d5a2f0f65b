import type { ApiMethods } from '@grammyjs/types';
import { ApiFailure } from '../failure';
import type { Upload } from '../multipart';
import type { Call } from './call';
import { Described } from './call';
import { answerCallbackQuery } from './callbacks';
import { getFile, sendDocument, sendMediaGroup, sendPhoto, sendVoice } from './media';
import {
  deleteMessage,
  deleteMessages,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageText,
  sendMessage,
} from './messages';
import {
  answerPreCheckoutQuery,
  createInvoiceLink,
  editUserStarSubscription,
  getMyStarBalance,
  getStarTransactions,
  refundStarPayment,
  sendInvoice,
} from './payments';
import {
  accepted,
  deleteMyCommands,
  getChat,
  getMe,
  getMyCommands,
  sendChatAction,
  setMyCommands,
  setMyName,
} from './profile';
import { deleteWebhook, getUpdates, getWebhookInfo, setWebhook } from './receiving';

type Result<M extends keyof ApiMethods<Upload>> = ReturnType<ApiMethods<Upload>[M]>;

type Methods = {
  readonly [M in keyof ApiMethods<Upload>]?: (
    call: Call,
  ) => Result<M> | Described<Result<M>> | Promise<Result<M>>;
};

/** Every method the sandbox serves; the compiler holds each to the result Telegram documents. */
const METHODS = {
  getMe,
  getUpdates,
  setWebhook,
  deleteWebhook,
  getWebhookInfo,
  setMyCommands,
  getMyCommands,
  deleteMyCommands,
  setMyName,
  sendMessage,
  editMessageText,
  editMessageCaption,
  editMessageReplyMarkup,
  deleteMessage,
  deleteMessages,
  answerCallbackQuery,
  sendPhoto,
  sendDocument,
  sendVoice,
  sendMediaGroup,
  getFile,
  sendChatAction,
  getChat,
  sendInvoice,
  createInvoiceLink,
  answerPreCheckoutQuery,
  refundStarPayment,
  editUserStarSubscription,
  getStarTransactions,
  getMyStarBalance,
  setMyDescription: accepted,
  setMyShortDescription: accepted,
  setMyDefaultAdministratorRights: accepted,
  setChatMenuButton: accepted,
  setMessageReaction: accepted,
  pinChatMessage: accepted,
  unpinChatMessage: accepted,
  logOut: accepted,
  close: accepted,
} satisfies Methods;

const BY_LOWER_CASE = new Map(
  Object.entries(METHODS).map(([name, method]) => [name.toLowerCase(), { name, method }]),
);

/** Telegram's own spelling of a method, whose names are case-insensitive; undefined for an unknown one. */
export function methodName(name: string): string | undefined {
  return BY_LOWER_CASE.get(name.toLowerCase())?.name;
}

export async function callMethod(name: string, call: Call): Promise<Described<unknown>> {
  const entry = BY_LOWER_CASE.get(name.toLowerCase());
  if (entry === undefined) throw new ApiFailure(404, 'Not Found: method not found');
  const result: unknown = await entry.method(call);
  return result instanceof Described ? (result as Described<unknown>) : new Described(result, '');
}
