import type { Api } from 'grammy';
import type { BotCommand } from 'grammy/types';
import type { Locale } from '../domain/messages';
import type { TextKey } from '../texts';
import { sayPlainly } from './wording';

type Named<K> = K extends `command.${infer Name}` ? Name : never;

/** What Telegram lists behind the menu button, in this order; only what exists (section 7.2). */
const LISTED: readonly Named<TextKey>[] = [
  'start',
  'balance',
  'topup',
  'autotopup',
  'methods',
  'tariffs',
  'subscription',
  'upcoming',
  'history',
  'costs',
  'limits',
  'invoices',
  'promo',
  'trial',
  'gift',
  'invite',
  'why',
  'settings',
  'refund',
  'paysupport',
  'terms',
  'export',
  'help',
  'cancel',
];

/** The list in a language; tariffs are left out while none is on sale. */
export function commandsMenu(locale: Locale, hasCatalogue: boolean): readonly BotCommand[] {
  return LISTED.filter((command) => hasCatalogue || command !== 'tariffs').map((command) => ({
    command,
    description: sayPlainly(locale, `command.${command}`),
  }));
}

/** English for everybody, Russian for clients in Russian. */
export async function publishCommands(api: Api, hasCatalogue: boolean): Promise<void> {
  await api.setMyCommands(commandsMenu('en', hasCatalogue));
  await api.setMyCommands(commandsMenu('en', hasCatalogue), { language_code: 'en' });
  await api.setMyCommands(commandsMenu('ru', hasCatalogue), { language_code: 'ru' });
}
