import type { InlineKeyboardButton, InlineKeyboardMarkup } from 'grammy/types';
import type { Locale } from '../domain/messages';
import type { TextKey } from '../texts';
import { encodeCallback, type CallbackData, type Route } from './callback-data';
import { sayPlainly, type TextParams } from './wording';

/** What a person sees: Telegram HTML and the rows of buttons under it. */
export interface Screen {
  readonly text: string;
  readonly rows: readonly (readonly Button[])[];
}

export type Button =
  | { readonly label: string; readonly press: CallbackData }
  | { readonly label: string; readonly url: string };

/** A button that asks the bot something. */
export function button(
  label: { locale: Locale; key: TextKey; params?: TextParams },
  press: CallbackData,
): Button {
  return { label: sayPlainly(label.locale, label.key, label.params), press };
}

/** A button that opens another screen of the bot. */
export function openButton(locale: Locale, key: TextKey, route: Route): Button {
  return button({ locale, key }, { route });
}

/** A button that opens a page. */
export function linkButton(
  label: { locale: Locale; key: TextKey; params?: TextParams },
  url: string,
): Button {
  return { label: sayPlainly(label.locale, label.key, label.params), url };
}

/** Lines of a text; absent ones leave no gap. */
export function lines(...parts: readonly (string | undefined | false)[]): string {
  return parts.filter((part) => part !== undefined && part !== false).join('\n');
}

export function toMarkup(rows: Screen['rows']): InlineKeyboardMarkup {
  return {
    inline_keyboard: rows.filter((row) => row.length > 0).map((row) => row.map(toTelegram)),
  };
}

function toTelegram(button: Button): InlineKeyboardButton {
  return 'url' in button
    ? { text: button.label, url: button.url }
    : { text: button.label, callback_data: encodeCallback(button.press) };
}
