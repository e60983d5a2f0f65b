import { Composer } from 'grammy';
import type { SavedMethodView } from '../../reads/methods';
import { NEW_MESSAGE } from '../callback-data';
import { show, tell, toast, type BotContext, type CallbackHandlers, type Press } from '../context';
import type { BotParts } from '../parts';
import type { Screen } from '../screen';
import { askScreen, listScreen, methodScreen } from './screens';

export type MethodsRoute = 'nav:pm' | 'pm:show' | 'pm:ask' | 'pm:gone';

/** The ways to pay that a person left with us: what each is used for, what was agreed to, and its end. */
export function methodsFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('methods', (ctx) => showList(ctx, parts));
  const callbacks: CallbackHandlers<MethodsRoute> = {
    'nav:pm': (ctx, press) => showList(ctx, parts, press.arg === NEW_MESSAGE),
    'pm:show': (ctx, press) => showOne(ctx, parts, { press, screen: methodScreen }),
    'pm:ask': (ctx, press) => showOne(ctx, parts, { press, screen: askScreen }),
    'pm:gone': (ctx, press) => remove(ctx, parts, press),
  };
  return { composer, callbacks };
}

/** What Telegram renews stands here only while it does. */
async function methodsOf(ctx: BotContext, parts: BotParts): Promise<readonly SavedMethodView[]> {
  const methods = await parts.reads.savedMethods(ctx.visit.userId);
  return methods.filter(({ isStars, renews }) => !isStars || renews !== undefined);
}

async function showList(ctx: BotContext, parts: BotParts, isNew = false): Promise<void> {
  await show(ctx, listScreen(ctx, await methodsOf(ctx, parts)), { isNew });
}

interface Shown {
  readonly press: Press;
  readonly screen: (ctx: BotContext, method: SavedMethodView) => Screen;
}

async function showOne(ctx: BotContext, parts: BotParts, { press, screen }: Shown): Promise<void> {
  const methods = await methodsOf(ctx, parts);
  const method = methods.find(({ methodId }) => methodId === press.id);
  if (method) await show(ctx, screen(ctx, method));
  else await tell(ctx, { key: 'methods.refused.not_found' });
}

async function remove(ctx: BotContext, parts: BotParts, { id: methodId }: Press): Promise<void> {
  if (methodId === undefined) {
    await tell(ctx, { key: 'unknown.button' });
    return;
  }
  const { userId, arrival } = ctx.visit;
  const { clockOffsetMs } = arrival;
  const opening = await parts.commands.removeMethod({ methodId, userId, clockOffsetMs });
  if (opening.kind === 'refused') {
    await tell(ctx, { key: `methods.refused.${opening.reason}` });
    return;
  }
  await toast(ctx, { key: 'methods.done' });
  await showList(ctx, parts);
}
