import { Composer } from 'grammy';
import { fromId22 } from './id22';
import { showInvoice } from './billing/invoices';
import { showTariffBySlug } from './billing/tariffs';
import { localeOf, show, type BotContext, type CallbackHandlers } from './context';
import { tokensText } from './display';
import { openGift } from './growth/gifts';
import { welcomeInvited } from './growth/invite';
import type { BotParts } from './parts';
import { enterCode } from './promo/codes';
import { lines, openButton, type Screen } from './screen';
import { NEW_MESSAGE } from './callback-data';
import { say } from './wording';

/** /start with its deep links (BOT-10), and the menu. */
export function menuFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.chatType('private').command('start', (ctx) => openStart(ctx, parts, ctx.match));
  const callbacks: CallbackHandlers<'nav:menu'> = {
    'nav:menu': (ctx, press) => show(ctx, menuScreen(ctx), { isNew: press.arg === NEW_MESSAGE }),
  };
  return { composer, callbacks };
}

/** Opens what a deep link names, else the menu. */
export async function openStart(ctx: BotContext, parts: BotParts, payload: string): Promise<void> {
  const [, area, rest] = /^(t|inv|promo|gift|ref)_(.{1,60})$/.exec(payload) ?? [];
  switch (area) {
    case 't':
      await showTariffBySlug(ctx, parts, rest ?? '');
      return;
    case 'inv':
      await showInvoice(ctx, parts, { invoiceId: fromId22(rest ?? '') });
      return;
    case 'promo':
      await enterCode(ctx, parts, { typed: rest ?? '' });
      return;
    case 'gift':
      await openGift(ctx, parts, rest ?? '');
      return;
    case 'ref':
      await welcomeInvited(ctx, parts, rest ?? '');
      break;
    case undefined:
      break;
  }
  await show(ctx, menuScreen(ctx));
}

export function menuScreen(ctx: BotContext): Screen {
  const { arrival } = ctx.visit;
  const locale = localeOf(ctx);
  const name = ctx.from?.first_name.trim();
  return {
    text: lines(
      name ? say(locale, 'menu.greeting', { name }) : say(locale, 'menu.greeting_nameless'),
      arrival.isNew && `\n${say(locale, 'menu.introduction')}\n`,
      say(locale, 'menu.balance', { balance: tokensText(arrival.balanceUtok, locale) }),
      '',
      say(locale, 'menu.prompt'),
    ),
    rows: [
      [
        openButton(locale, 'button.balance', 'nav:bal'),
        openButton(locale, 'button.topup', 'nav:top'),
      ],
      arrival.hasCatalogue
        ? [
            openButton(locale, 'button.tariffs', 'nav:tar'),
            openButton(locale, 'button.subscription', 'nav:sub'),
          ]
        : [openButton(locale, 'button.subscription', 'nav:sub')],
      [
        openButton(locale, 'button.history', 'nav:hist'),
        openButton(locale, 'button.invoices', 'nav:inv'),
      ],
      [
        ...(arrival.hasCatalogue ? [openButton(locale, 'button.gifts', 'nav:gift')] : []),
        openButton(locale, 'button.invite', 'nav:ref'),
      ],
      [
        openButton(locale, 'button.settings', 'nav:set'),
        openButton(locale, 'button.help', 'nav:help'),
      ],
    ],
  };
}
