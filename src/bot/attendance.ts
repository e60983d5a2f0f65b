import type { Middleware, NextFunction } from 'grammy';
import type { User } from 'grammy/types';
import type { TelegramPerson } from '../records/contract';
import { isCommand, type BotContext } from './context';
import type { BotParts } from './parts';
import { hasFailed } from './watching';

/**
 * The frame of every update: registers the person and reads what handlers need in one query, drops repeats, and
 * marks the update handled when everything else is done. What fails in between leaves it unhandled, so that it
 * comes again.
 */
export function attend(parts: BotParts): Middleware<BotContext> {
  return async (ctx, next) => {
    const person = ctx.from;
    if (!person || person.is_bot || isGroupTalk(ctx)) return;
    const updateId = ctx.update.update_id;
    const now = parts.clock();
    const arrival = await parts.records.arrive({
      updateId,
      person: toPerson(person),
      asOf: new Date(now),
    });
    if (arrival.isRepeat) return;
    ctx.visit = {
      arrival,
      userId: person.id,
      asOf: new Date(now + arrival.clockOffsetMs),
      place: { locale: arrival.locale, timeZone: arrival.timeZone },
      dialogue: { kind: arrival.isDialogueOver ? 'clear' : 'keep' },
      cards: [],
      isAnswered: false,
    };
    await next();
    const { dialogue, cards } = ctx.visit;
    const staysNew = arrival.isNew && hasFailed(ctx);
    await parts.records.leave({ updateId, userId: person.id, dialogue, cards, staysNew });
  };
}

/** A command or a menu button ends any open question and works at once (BOT-2). */
export async function resetByCommand(ctx: BotContext, next: NextFunction): Promise<void> {
  if (isCommand(ctx) || ctx.callbackQuery) ctx.visit.dialogue = { kind: 'clear' };
  await next();
}

/** What people tell each other in a group is none of our business; commands and buttons there are. */
function isGroupTalk(ctx: BotContext): boolean {
  const isPrivate = ctx.chat === undefined || ctx.chat.type === 'private';
  return !isPrivate && !isCommand(ctx) && !ctx.callbackQuery;
}

function toPerson(user: User): TelegramPerson {
  return {
    id: user.id,
    username: user.username,
    firstName: user.first_name,
    lastName: user.last_name,
    languageCode: user.language_code,
  };
}
