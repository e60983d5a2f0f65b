import { randomInt } from 'node:crypto';
import type { Middleware } from 'grammy';
import { localeOf, show, toast, type BotContext } from './context';
import { loggable } from './faults';
import type { BotParts } from './parts';
import { refusalOf } from './refusals';
import { markFailed } from './watching';
import { say } from './wording';

/** The update must come again: what it reports is nowhere safe yet, and saying sorry would not make it so. */
export class UndeliveredFactError extends Error {
  override readonly name = 'UndeliveredFactError';
}

/** Turns a failing handler into an apology with a reference, and an alert to the operators (BOT-9). */
export function errorBoundary(parts: BotParts): Middleware<BotContext> {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (error instanceof UndeliveredFactError) throw error;
      if (refusalOf(error)?.kind === 'unreachable') {
        await parts.records.setReachable(ctx.visit.userId, false);
        return;
      }
      await apologise(ctx, parts, error);
    }
  };
}

async function apologise(ctx: BotContext, parts: BotParts, error: unknown): Promise<void> {
  const incidentId = newIncidentId();
  markFailed(ctx);
  const { userId } = ctx.visit;
  const about = { incidentId, updateId: ctx.update.update_id, userId };
  parts.log.error({ ...about, err: loggable(error) }, 'a handler of the bot failed');
  const summary = `update ${ctx.update.update_id} of user ${userId}: ${kindOf(error)}`;
  await quietly(parts, about, () => parts.reportIncident({ incidentId, summary }));
  await quietly(parts, about, () => sayShort(ctx, incidentId));
}

async function sayShort(ctx: BotContext, incident: string): Promise<void> {
  if (ctx.callbackQuery && !ctx.visit.isAnswered) {
    await toast(ctx, { key: 'err.incident_short', params: { incident }, isAlert: true });
    return;
  }
  const text = say(localeOf(ctx), 'err.incident', { incident });
  await show(ctx, { text, rows: [] }, { isNew: true });
}

/** The kind of an error and no more: messages of foreign errors may carry addresses, tokens or names. */
function kindOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

async function quietly(parts: BotParts, about: object, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    parts.log.warn({ ...about, err: loggable(error) }, 'an incident could not be told');
  }
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Eight letters and digits that nobody confuses when reading them aloud. */
function newIncidentId(): string {
  return Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
