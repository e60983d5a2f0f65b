import { z } from 'zod';
import { ControlFailure } from '../failure';
import { FAULT_KINDS } from '../faults';
import type { BotAccount } from '../state';
import type { Telegram } from '../telegram';

const id = z.coerce.number().int();
const messageId = z.coerce.number().int().positive();
const language = z.string().regex(/^[a-z]{2}(-[a-z]{2,4})?$/i);

const anyone = z.object({ botId: id.optional(), personId: id });

export const newPerson = z.object({
  id: id.positive().optional(),
  firstName: z.string().min(1).max(64),
  lastName: z.string().max(64).optional(),
  username: z
    .string()
    .regex(/^\w{3,32}$/)
    .optional(),
  languageCode: language.optional(),
  starBalance: z.number().int().nonnegative().optional(),
});

export const personChange = newPerson.omit({ id: true }).partial();

export const newBot = z.object({
  token: z.string(),
  firstName: z.string().min(1).max(64).optional(),
  username: z.string().min(3).max(32).optional(),
});

export const newGroup = z.object({
  botId: id.optional(),
  title: z.string().min(1),
  memberIds: z.array(id).default([]),
});

export const words = anyone.extend({
  text: z.string(),
  chatId: id.optional(),
  replyToMessageId: messageId.optional(),
});

export const someone = anyone;

export const personsEdit = anyone.extend({ messageId, text: z.string().min(1) });

export const buttonPress = anyone.extend({
  messageId,
  chatId: id.optional(),
  data: z.string().optional(),
  text: z.string().optional(),
  /** Seconds to wait for the bot's answer before returning. */
  wait: z.number().min(0).max(60).default(0),
});

export const invoiceChoice = anyone.extend({
  messageId: messageId.optional(),
  link: z.string().optional(),
});

export const payment = invoiceChoice.extend({ isCancelled: z.boolean().default(false) });

export const blocking = anyone.extend({ isBlocked: z.boolean() });

export const reading = z.object({ botId: id.optional(), chatId: id });

export const messageQuery = z.object({
  botId: id.optional(),
  contains: z.string().optional(),
  after: z.coerce.number().int().optional(),
  wait: z.coerce.number().min(0).max(60).default(0),
});

export const ahead = z.object({ aheadSeconds: z.number().int().nonnegative() });

export const subscriptionChange = z.object({
  change: z.enum(['renew', 'fail', 'cancel', 'resume']),
});

export const newFault = z.object({
  kind: z.enum(FAULT_KINDS),
  method: z.string().optional(),
  chatId: id.optional(),
  seconds: z.number().min(0).optional(),
  times: z.number().int().positive().optional(),
});

export const inspectorQuery = z.object({
  kind: z.enum(['update', 'call', 'webhook']).optional(),
  limit: z.coerce.number().int().positive().max(2000).default(200),
});

export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const issues = result.error.issues.map((it) => `${it.path.join('.')}: ${it.message}`);
  throw new ControlFailure(400, issues.join('; '));
}

/** The bot a request means: the named one, or the only one there is. */
export function botOf(telegram: Telegram, botId: number | undefined): BotAccount {
  const bots = telegram.store.bots.values();
  const bot = botId === undefined ? bots[0] : telegram.store.bots.get(botId);
  if (bot === undefined) {
    throw new ControlFailure(
      404,
      'no such bot; start a bot with this apiRoot, or POST /sandbox/bots',
    );
  }
  if (botId === undefined && bots.length > 1) {
    throw new ControlFailure(400, `botId is needed: there are ${bots.length} bots`);
  }
  return bot;
}
