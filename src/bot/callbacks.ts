import type { Middleware } from 'grammy';
import { pressOf, toast, type BotContext, type CallbackHandlers } from './context';
import type { Route } from './callback-data';

/** Leads a pressed button to its handler. Whatever the button is, the press is answered (BOT-4). */
export function routeCallbacks(handlers: CallbackHandlers<Route>): Middleware<BotContext> {
  return async (ctx, next) => {
    if (!ctx.callbackQuery) {
      await next();
      return;
    }
    const press = pressOf(ctx);
    if (press) await handlers[press.route](ctx, { id: press.id, arg: press.arg });
    else await toast(ctx, { key: 'unknown.button', isAlert: true });
    await toast(ctx);
  };
}
