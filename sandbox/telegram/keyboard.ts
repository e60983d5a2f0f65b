import type { InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton } from '@grammyjs/types';
import type { Arguments } from './arguments';
import { isRecord } from './arguments';
import { badRequest } from './failure';
import { byteLength } from './formatting/text';
import type { ReplyKeyboard } from './state';

export interface Markup {
  readonly inline?: InlineKeyboardMarkup;
  readonly reply?: ReplyKeyboard | 'remove';
}

const INLINE_ACTIONS = [
  'url',
  'callback_data',
  'web_app',
  'login_url',
  'switch_inline_query',
  'switch_inline_query_current_chat',
  'switch_inline_query_chosen_chat',
  'copy_text',
  'callback_game',
  'pay',
  'disabled',
];

const MOST_BUTTONS = 100;

/** Reads `reply_markup` of a message; `isInvoice` is the only place where a Pay button may stand. */
export function readMarkup(args: Arguments, isInvoice = false): Markup {
  const value = args.json('reply_markup', "can't parse reply keyboard markup JSON object");
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw badRequest('object expected as reply markup');
  if (Array.isArray(value['inline_keyboard']))
    return inlineMarkup(value['inline_keyboard'], isInvoice);
  if (Array.isArray(value['keyboard'])) return { reply: replyKeyboard(value, value['keyboard']) };
  if (value['remove_keyboard'] === true) return { reply: 'remove' };
  if (value['force_reply'] === true) return { reply: forceReply(value) };
  return {};
}

function forceReply(value: Record<string, unknown>): ReplyKeyboard {
  const placeholder = value['input_field_placeholder'];
  return {
    kind: 'force_reply',
    ...(typeof placeholder === 'string' ? { input_field_placeholder: placeholder } : {}),
  };
}

/** An edit without a keyboard takes the keyboard away; `undefined` says that. */
export function readInlineKeyboard(
  args: Arguments,
  isInvoice = false,
): InlineKeyboardMarkup | undefined {
  return readMarkup(args, isInvoice).inline;
}

function inlineMarkup(rows: readonly unknown[], isInvoice: boolean): Markup {
  const keyboard = rowsOf(rows, 'InlineKeyboardButton').map((row) => row.map(inlineButton));
  const filled = keyboard.filter((row) => row.length > 0);
  const buttons = filled.flat();
  if (buttons.length > MOST_BUTTONS) throw badRequest('reply markup is too long');
  checkPayButton(buttons, isInvoice);
  return buttons.length === 0 ? {} : { inline: { inline_keyboard: filled } };
}

function checkPayButton(buttons: readonly InlineKeyboardButton[], isInvoice: boolean): void {
  const place = buttons.findIndex((button) => 'pay' in button);
  if (place >= 0 && !isInvoice) throw badRequest('BUTTON_TYPE_INVALID');
  if (isInvoice && buttons.length > 0 && place !== 0) throw badRequest('BUTTON_POS_INVALID');
}

function inlineButton(value: unknown): InlineKeyboardButton {
  if (!isRecord(value)) throw badButton('InlineKeyboardButton must be an Object');
  const { text } = value;
  if (typeof text !== 'string') throw badButton('Field "text" must be of type String');
  if (text.trim() === '') throw badRequest('inline keyboard button text must be non-empty');
  const action = INLINE_ACTIONS.find((name) => value[name] !== undefined);
  if (action === undefined) throw badButton('Text buttons are unallowed in the inline keyboard');
  if (action === 'callback_data') checkCallbackData(value['callback_data']);
  if (action === 'url') checkUrl(value['url'], 'URL');
  if (action === 'web_app') checkWebApp(value['web_app']);
  return value as unknown as InlineKeyboardButton;
}

function checkCallbackData(data: unknown): void {
  const length = typeof data === 'string' ? byteLength(data) : 0;
  if (length === 0 || length > 64) throw badRequest('BUTTON_DATA_INVALID');
}

function checkWebApp(app: unknown): void {
  const url = isRecord(app) ? app['url'] : undefined;
  checkUrl(url, 'Web App URL');
  if (String(url).startsWith('http:') && !isLocal(String(url))) {
    throw invalidUrl(String(url), 'Web App URL', 'Only HTTPS links are allowed');
  }
}

/** Telegram refuses hosts without a dot; the sandbox lets `localhost` pass, for pay pages on the same machine. */
function checkUrl(url: unknown, kind: 'URL' | 'Web App URL'): void {
  const text = typeof url === 'string' ? url.trim() : '';
  if (/^(tg|ton|tonsite):\/\//i.test(text)) return;
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) && !/^https?:\/\//i.test(text)) {
    throw invalidUrl(text, kind, 'Unsupported URL protocol');
  }
  const host = hostOf(text);
  if (host === '') throw invalidUrl(text, kind, 'URL host is empty');
  if (!host.includes('.') && host !== 'localhost') throw invalidUrl(text, kind, 'Wrong HTTP URL');
}

function hostOf(url: string): string {
  try {
    return new URL(/^https?:/i.test(url) ? url : `http://${url}`).hostname;
  } catch {
    return '';
  }
}

function isLocal(url: string): boolean {
  return ['localhost', '127.0.0.1'].includes(hostOf(url));
}

function replyKeyboard(value: Record<string, unknown>, rows: readonly unknown[]): ReplyKeyboard {
  const keyboard = rowsOf(rows, 'KeyboardButton').map((row) => row.map(keyboardButton));
  return { ...value, keyboard, kind: 'keyboard' };
}

function keyboardButton(value: unknown): KeyboardButton {
  if (typeof value === 'string') return { text: value };
  if (isRecord(value) && typeof value['text'] === 'string')
    return value as unknown as KeyboardButton;
  throw badRequest("can't parse keyboard button: KeyboardButton must be an Object");
}

function rowsOf(rows: readonly unknown[], kind: string): (readonly unknown[])[] {
  return rows.map((row) => {
    if (!Array.isArray(row))
      throw badRequest(`object expected as ${kind} row: expected an Array of Arrays`);
    return row as readonly unknown[];
  });
}

function badButton(reason: string): Error {
  return badRequest(`can't parse inline keyboard button: ${reason}`);
}

function invalidUrl(url: string, kind: string, reason: string): Error {
  return badRequest(`inline keyboard button ${kind} '${url}' is invalid: ${reason}`);
}
