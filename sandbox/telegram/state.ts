import type { BotCommand, Message, ReplyKeyboardMarkup, Update, User } from '@grammyjs/types';

/** The kinds of update a bot may list in `allowed_updates`. */
export type UpdateKind = Exclude<keyof Update, 'update_id'>;

/** Somebody whom the newcomer plays on the chat page. */
export interface Person {
  readonly id: number;
  readonly firstName: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly languageCode?: string;
  readonly starBalance: number;
  /** How far their own clock is ahead, which Stars subscriptions go by; none when absent. */
  readonly aheadSeconds?: number;
}

export interface Webhook {
  readonly url: string;
  readonly secretToken?: string;
  readonly maxConnections: number;
  readonly lastErrorAt?: number;
  readonly lastErrorMessage?: string;
}

export interface BotAccount {
  readonly id: number;
  readonly token: string;
  readonly firstName: string;
  readonly username: string;
  readonly webhook?: Webhook;
  readonly allowedUpdates?: readonly UpdateKind[];
}

/** A bot as the page and other processes may see it: without its token. */
export type VisibleBot = Omit<BotAccount, 'token'>;

/** Commands of one bot for one scope and language; the key is `<bot>|<scope>|<language>`. */
export interface CommandList {
  readonly botId: number;
  readonly commands: readonly BotCommand[];
}

export type ReplyKeyboard =
  | (ReplyKeyboardMarkup & { readonly kind: 'keyboard' })
  | { readonly kind: 'force_reply'; readonly input_field_placeholder?: string };

/** A conversation of one bot, with one person or in one group. */
export interface ChatRecord {
  readonly botId: number;
  readonly chatId: number;
  readonly isBlocked: boolean;
  readonly unreadCount: number;
  readonly replyKeyboard?: ReplyKeyboard;
}

export interface Group {
  readonly id: number;
  readonly title: string;
  readonly memberIds: readonly number[];
}

/** What an invoice promises, wherever it is shown: a message or a link. */
export interface InvoiceTerms {
  readonly title: string;
  readonly description: string;
  readonly payload: string;
  readonly currency: string;
  readonly amountStars: number;
  readonly subscriptionPeriodSeconds?: number;
  readonly photoUrl?: string;
}

export interface InvoiceLink {
  readonly slug: string;
  readonly botId: number;
  readonly terms: InvoiceTerms;
}

export interface StoredMessage {
  readonly botId: number;
  readonly chatId: number;
  readonly message: Message;
  readonly invoice?: InvoiceTerms;
  /** Set once the invoice of this very message is paid: the Pay button turns into a receipt. */
  readonly receiptChargeId?: string;
}

export interface QueuedUpdate {
  readonly botId: number;
  readonly update: Update;
}

/** A pressed inline button that waits for, or has had, its one answer. */
export interface CallbackPress {
  readonly id: string;
  readonly botId: number;
  readonly personId: number;
  readonly chatId: number;
  readonly messageId: number;
  readonly data: string;
  readonly pressedAt: number;
  readonly answer?: CallbackAnswer;
}

export interface CallbackAnswer {
  readonly text?: string;
  readonly isAlert: boolean;
  readonly url?: string;
}

export type CheckoutState = 'waiting' | 'approved' | 'declined' | 'expired';

/** A person's attempt to pay; its id is the id of the pre-checkout query. */
export interface Checkout {
  readonly id: string;
  readonly botId: number;
  readonly personId: number;
  readonly terms: InvoiceTerms;
  readonly messageId?: number;
  /** The Stars move whatever the bot answers: Telegram asked before something changed its mind. */
  readonly isForced?: boolean;
  /** The bot is not told of the charge; only the list of transactions knows it. */
  readonly isSilent?: boolean;
  readonly state: CheckoutState;
  readonly reason?: string;
}

/** Stars that really moved from a person to a bot. */
export interface Charge {
  readonly id: string;
  readonly botId: number;
  readonly personId: number;
  readonly terms: InvoiceTerms;
  readonly paidAt: number;
  readonly refundedAt?: number;
}

export type StarSubscriptionState = 'active' | 'canceled' | 'failed';

/** A monthly Stars subscription; its id is the first charge's id. */
export interface StarSubscription {
  readonly id: string;
  readonly botId: number;
  readonly personId: number;
  readonly terms: InvoiceTerms;
  readonly state: StarSubscriptionState;
  /** Set by the bot itself through editUserStarSubscription; the person cannot undo it. */
  readonly isCanceledByBot: boolean;
  readonly expiresAt: number;
}

export interface StoredFile {
  readonly fileId: string;
  readonly botId: number;
  readonly path: string;
  readonly fileName: string;
  readonly mimeType: string;
  readonly size: number;
}

export function userOf(person: Person): User {
  return {
    id: person.id,
    is_bot: false,
    first_name: person.firstName,
    ...(person.lastName === undefined ? {} : { last_name: person.lastName }),
    ...(person.username === undefined ? {} : { username: person.username }),
    ...(person.languageCode === undefined ? {} : { language_code: person.languageCode }),
  };
}

export function visibleBot(bot: BotAccount): VisibleBot {
  return without(bot, 'token');
}

/** A copy that lacks one field. */
export function without<T extends object, K extends keyof T>(record: T, field: K): Omit<T, K> {
  const copy: Partial<T> = { ...record };
  delete copy[field];
  return copy as Omit<T, K>;
}

export function botUser(bot: BotAccount): User & { is_bot: true; username: string } {
  return { id: bot.id, is_bot: true, first_name: bot.firstName, username: bot.username };
}

export function chatKey(botId: number, chatId: number): string {
  return `${botId}:${chatId}`;
}

export function messageKey(botId: number, chatId: number, messageId: number): string {
  return `${botId}:${chatId}:${messageId}`;
}
