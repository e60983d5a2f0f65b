import type { Middleware } from 'grammy';
import { localeOf, pressOf, tell, type BotContext } from './context';
import type { BotParts } from './parts';
import { linkButton, type Screen } from './screen';
import type { Locale } from '../domain/messages';
import type { BotSettings } from './parts';

/** Screens a blocked person may still open. */
const OPEN_TO_BLOCKED = /^\/(paysupport|terms|privacy|export)(@\w+)?(\s|$)/i;

/** Nothing that moves money is open to a blocked person, and the way to the support always is. */
export function blockedGate(parts: BotParts): Middleware<BotContext> {
  return async (ctx, next) => {
    const route = pressOf(ctx)?.route;
    const isOpen = OPEN_TO_BLOCKED.test(ctx.message?.text ?? '') || route === 'data:copy';
    if (!ctx.visit.arrival.isBlocked || isOpen) {
      await next();
      return;
    }
    if (!ctx.message && !ctx.callbackQuery) return;
    await tell(ctx, { key: 'err.blocked' }, supportRows(parts.settings, localeOf(ctx)));
  };
}

/**
 * While the shop is closed for work, everybody but administrators reads a notice. Payments that were begun go on:
 * webhooks, Telegram's reports of paid Stars and timers never pass here.
 */
export function maintenanceGate(): Middleware<BotContext> {
  return async (ctx, next) => {
    const { isMaintenance, roles } = ctx.visit.arrival;
    if (!isMaintenance || roles.includes('admin')) {
      await next();
      return;
    }
    if (ctx.message || ctx.callbackQuery) await tell(ctx, { key: 'err.maintenance' });
  };
}

/** Everything a person does by hand counts; over the limit they are told how long to wait (BOT-6). */
export function rateGate(parts: BotParts): Middleware<BotContext> {
  return async (ctx, next) => {
    if (!ctx.message && !ctx.callbackQuery) {
      await next();
      return;
    }
    const verdict = await parts.records.takeRate('command', ctx.visit.userId);
    if (verdict.kind === 'ok') {
      await next();
      return;
    }
    await tell(ctx, { key: 'rate.limited', params: { seconds: verdict.retryAfterSeconds } });
  };
}

/** Balances and orders are not shown where others read along; operators vote where they were asked (OPS-12). */
export function privacyGate(): Middleware<BotContext> {
  return async (ctx, next) => {
    const isPrivate = ctx.chat === undefined || ctx.chat.type === 'private';
    if (isPrivate || pressOf(ctx)?.route.startsWith('prop:')) {
      await next();
      return;
    }
    const url = `https://t.me/${ctx.me.username}`;
    const open = linkButton({ locale: localeOf(ctx), key: 'button.open_bot' }, url);
    await tell(ctx, { key: 'group.private_only' }, [[open]]);
  };
}

export function supportRows(settings: BotSettings, locale: Locale): Screen['rows'] {
  const url = `https://t.me/${settings.supportUsername}`;
  return [[linkButton({ locale, key: 'button.support' }, url)]];
}
