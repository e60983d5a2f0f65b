import type { Context } from 'grammy';
import type { Locale } from '../domain/messages';
import type { Arrival, CardChange, DialogueChange } from '../records/contract';
import { decodeCallback, type Route } from './callback-data';
import { editScreen, sendScreen, type PlacedMessage } from './delivery';
import type { Place } from './display';
import { refusalOf } from './refusals';
import type { Screen } from './screen';
import { say, sayPlainly, type TextParams } from './wording';
import type { TextKey } from '../texts';

/** One update on its way through the bot. */
export interface Visit {
  readonly arrival: Arrival;
  readonly userId: number;
  /** The person's business instant, taken once (P-6, OPS-20). */
  readonly asOf: Date;
  /** Changes when the person changes language. */
  place: Place;
  /** Written when the update is done. */
  dialogue: DialogueChange;
  /** Messages that began or ceased to show an order; written when the update is done. */
  readonly cards: CardChange[];
  isAnswered: boolean;
}

export type BotContext = Context & { visit: Visit };

/** What a pressed button carried besides its route. */
export interface Press {
  readonly id: string | undefined;
  readonly arg: string | undefined;
}

export type CallbackHandler = (ctx: BotContext, press: Press) => Promise<void>;

/** The handlers of a feature; together the features must cover every route, or the bot does not compile. */
export type CallbackHandlers<R extends Route> = Readonly<Record<R, CallbackHandler>>;

export function localeOf(ctx: BotContext): Locale {
  return ctx.visit.place.locale;
}

/**
 * Shows a screen: in place of the pressed message, or as a new one after a command or under a receipt. A screen that
 * shows an order names it, so that its message can follow what becomes of it.
 */
export async function show(
  ctx: BotContext,
  screen: Screen,
  options: { readonly isNew?: boolean; readonly invoiceId?: string } = {},
): Promise<void> {
  const { invoiceId } = options;
  const chatId = ctx.chat?.id ?? ctx.visit.userId;
  const message = ctx.callbackQuery?.message;
  // Telegram hides messages older than 48 hours behind a zero date; those cannot be edited.
  if (!message || message.date === 0 || options.isNew) {
    const messageId = await sendScreen(ctx.api, chatId, screen);
    if (invoiceId !== undefined) ctx.visit.cards.push({ chatId, messageId, invoiceId });
    return;
  }
  const pressed = { chatId: message.chat.id, messageId: message.message_id };
  const messageId = await editedWith(ctx, { pressed, screen, invoiceId });
  ctx.visit.cards.push({ chatId: pressed.chatId, messageId, invoiceId });
}

interface Edit {
  readonly pressed: PlacedMessage;
  readonly screen: Screen;
  readonly invoiceId: string | undefined;
}

/** A message may show the order although Telegram's answer never came: it follows it then, as if the answer had. */
async function editedWith(ctx: BotContext, { pressed, screen, invoiceId }: Edit): Promise<number> {
  try {
    return await editScreen(ctx.api, pressed, screen);
  } catch (error) {
    const isUnknown = refusalOf(error)?.kind === 'unavailable';
    if (isUnknown && invoiceId !== undefined) ctx.visit.cards.push({ ...pressed, invoiceId });
    throw error;
  }
}

/**
 * Answers a pressed button with a toast or an alert, once. What was pressed for is done by then, so a press too old to
 * answer, or a Telegram that does not take the answer, is no reason to fail.
 */
export async function toast(
  ctx: BotContext,
  text?: { key: TextKey; params?: TextParams; isAlert?: boolean },
): Promise<void> {
  if (!ctx.callbackQuery || ctx.visit.isAnswered) return;
  ctx.visit.isAnswered = true;
  const words = text && {
    text: sayPlainly(localeOf(ctx), text.key, text.params),
    show_alert: text.isAlert ?? false,
  };
  try {
    await ctx.answerCallbackQuery(words ?? {});
  } catch (error) {
    const kind = refusalOf(error)?.kind;
    if (kind === undefined || kind === 'rejected') throw error;
  }
}

/** A short answer: an alert over a pressed button where nothing else was said yet, else a message. */
export async function tell(
  ctx: BotContext,
  text: { key: TextKey; params?: TextParams },
  rows: Screen['rows'] = [],
): Promise<void> {
  if (ctx.callbackQuery && !ctx.visit.isAnswered) {
    await toast(ctx, { ...text, isAlert: true });
    return;
  }
  await show(ctx, { text: say(localeOf(ctx), text.key, text.params), rows }, { isNew: true });
}

/** The press behind an update, when it is a button this version knows. */
export function pressOf(ctx: BotContext) {
  const data = ctx.callbackQuery?.data;
  return data === undefined ? undefined : decodeCallback(data);
}

/** The command of a text in lower case without a bot's name, and what stands behind it. */
export function commandOf(
  ctx: BotContext,
): { readonly name: string; readonly rest: string } | undefined {
  const match = /^\/([a-z][a-z0-9_]*)(?:@\w+)?(?:\s+([\s\S]*))?$/i.exec(ctx.message?.text ?? '');
  return match ? { name: (match[1] ?? '').toLowerCase(), rest: match[2] ?? '' } : undefined;
}

/** True for a text that begins with a command, also one the bot does not know. */
export function isCommand(ctx: BotContext): boolean {
  return /^\/[a-z]/i.test(ctx.message?.text ?? '');
}
