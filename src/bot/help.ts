import { Composer } from 'grammy';
import { invoiceLine } from './billing/invoices';
import { NEW_MESSAGE } from './callback-data';
import { localeOf, show, type BotContext, type CallbackHandlers } from './context';
import { supportRows } from './gates';
import type { BotParts } from './parts';
import { lines, linkButton, openButton, type Screen } from './screen';
import { say } from './wording';

/** How it works, whom to ask, and under what terms. */
export function helpFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command(['help', 'support'], (ctx) => show(ctx, helpScreen(ctx, parts)));
  composer.command('paysupport', (ctx) => showPaySupport(ctx, parts));
  composer.command(['terms', 'privacy'], (ctx) => show(ctx, termsScreen(ctx, parts)));
  const callbacks: CallbackHandlers<'nav:help' | 'nav:terms'> = {
    'nav:help': (ctx, press) =>
      show(ctx, helpScreen(ctx, parts), { isNew: press.arg === NEW_MESSAGE }),
    'nav:terms': (ctx) => show(ctx, termsScreen(ctx, parts)),
  };
  return { composer, callbacks };
}

function helpScreen(ctx: BotContext, parts: BotParts): Screen {
  const locale = localeOf(ctx);
  return {
    text: lines(
      say(locale, 'help.title'),
      '',
      say(locale, 'help.topup'),
      say(locale, 'help.fee'),
      say(locale, 'help.orders'),
      say(locale, 'help.plan'),
      '',
      say(locale, 'help.questions'),
      say(locale, 'help.contact', { contact: contactOf(parts) }),
    ),
    rows: [
      ...supportRows(parts.settings, locale),
      [
        openButton(locale, 'button.terms', 'nav:terms'),
        openButton(locale, 'button.menu', 'nav:menu'),
      ],
    ],
  };
}

/** A blocked person comes here too, so it shows their orders and opens none. */
async function showPaySupport(ctx: BotContext, parts: BotParts): Promise<void> {
  const locale = localeOf(ctx);
  const invoices = (await parts.reads.invoices(ctx.visit.userId)).slice(0, 3);
  const text = lines(
    say(locale, 'paysupport.title'),
    '',
    say(locale, 'paysupport.text', { contact: contactOf(parts) }),
    say(locale, 'paysupport.checking'),
    invoices.length > 0 && `\n${say(locale, 'paysupport.orders')}`,
    ...invoices.map((invoice) => invoiceLine(ctx, invoice)),
  );
  const refund = [openButton(locale, 'refund.button.list', 'ref:list')];
  const rows = supportRows(parts.settings, locale);
  await show(ctx, { text, rows: ctx.visit.arrival.isBlocked ? rows : [refund, ...rows] });
}

function termsScreen(ctx: BotContext, parts: BotParts): Screen {
  const locale = localeOf(ctx);
  const page = (name: string) => `${parts.settings.publicBaseUrl}/legal/${name}?lang=${locale}`;
  return {
    text: lines(say(locale, 'terms.title'), say(locale, 'terms.text')),
    rows: [
      [
        linkButton({ locale, key: 'button.terms' }, page('terms')),
        linkButton({ locale, key: 'button.privacy' }, page('privacy')),
      ],
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}

function contactOf(parts: BotParts): string {
  return `@${parts.settings.supportUsername}`;
}
