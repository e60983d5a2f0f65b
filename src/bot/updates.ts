import type { Update, User } from 'grammy/types';
import type { API_CONSTANTS } from 'grammy';

/** What the bot asks Telegram for, by polling or by webhook (BOT-1). */
export const ALLOWED_UPDATES: (typeof API_CONSTANTS.ALL_UPDATE_TYPES)[number][] = [
  'message',
  'callback_query',
  'pre_checkout_query',
  'my_chat_member',
  'subscription',
];

/** Whose update it is: those of one person are handled one after another. */
export function senderOf(update: Update): number {
  const sender: User | undefined =
    update.message?.from ??
    update.callback_query?.from ??
    update.pre_checkout_query?.from ??
    update.my_chat_member?.from ??
    update.subscription?.user;
  return sender?.id ?? 0;
}

/** Whether it says that money moved: such a fact is kept before anything else, and comes again until it is. */
export function reportsPayment({ message, subscription }: Update): boolean {
  return message?.successful_payment !== undefined || subscription !== undefined;
}
