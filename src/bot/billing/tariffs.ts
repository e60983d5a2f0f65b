import { Composer } from 'grammy';
import type { TariffCard } from '../../reads/billing';
import { NEW_MESSAGE } from '../callback-data';
import {
  localeOf,
  show,
  tell,
  type BotContext,
  type CallbackHandlers,
  type Press,
} from '../context';
import { amountText, tokensText } from '../display';
import { providersFor, type BotParts } from '../parts';
import { button, lines, openButton, type Screen } from '../screen';
import { escapeHtml, say } from '../wording';
import { noteScreen, offerQuote } from './offers';
import { periodOf, pricesText } from './plans';

export function tariffsFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command(['tariffs', 'buy'], (ctx) => showTariffs(ctx, parts));
  const callbacks: CallbackHandlers<'nav:tar' | 'tar:show' | 'tar:pick'> = {
    'nav:tar': (ctx, press) => showTariffs(ctx, parts, press.arg === NEW_MESSAGE),
    'tar:show': (ctx, press) => showTariff(ctx, parts, press),
    'tar:pick': (ctx, press) => pick(ctx, parts, press),
  };
  return { composer, callbacks };
}

/** Where a link to one tariff leads (BOT-10). */
export async function showTariffBySlug(
  ctx: BotContext,
  parts: BotParts,
  slug: string,
): Promise<void> {
  const card = await parts.reads.tariffBySlug(slug, ctx.visit.asOf);
  await show(ctx, card ? tariffScreen(ctx, parts, card) : noteScreen(ctx, 'tariffs.gone'));
}

async function showTariffs(ctx: BotContext, parts: BotParts, isNew = false): Promise<void> {
  const cards = await parts.reads.catalogue(ctx.visit.asOf);
  await show(ctx, cards.length > 0 ? catalogueScreen(ctx, cards) : emptyScreen(ctx), { isNew });
}

async function showTariff(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const card = await cardOf(ctx, parts, press);
  if (card) await show(ctx, tariffScreen(ctx, parts, card));
  else await tell(ctx, { key: 'tariffs.gone' });
}

async function pick(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const card = await cardOf(ctx, parts, press);
  const price = card?.prices.find(({ currency }) => currency === press.arg) ?? card?.prices[0];
  if (!card || !price) {
    await tell(ctx, { key: 'tariffs.gone' });
    return;
  }
  const { tariffVersionId } = card;
  await offerQuote(ctx, parts, { tariffVersionId, currency: price.currency });
}

async function cardOf(
  ctx: BotContext,
  parts: BotParts,
  press: Press,
): Promise<TariffCard | undefined> {
  return press.id === undefined ? undefined : parts.reads.tariff(press.id, ctx.visit.asOf);
}

function catalogueScreen(ctx: BotContext, cards: readonly TariffCard[]): Screen {
  const locale = localeOf(ctx);
  const text = lines(
    say(locale, 'tariffs.title'),
    '',
    ...cards.map(({ name, prices }) =>
      say(locale, 'tariffs.line', { name: name[locale], prices: pricesText(prices, locale) }),
    ),
    '',
    say(locale, 'tariffs.choose'),
  );
  const rows = cards.map(({ tariffId: id, name }) => [
    { label: name[locale], press: { route: 'tar:show', id } } as const,
  ]);
  return { text, rows: [...rows, [openButton(locale, 'button.menu', 'nav:menu')]] };
}

function emptyScreen(ctx: BotContext): Screen {
  const locale = localeOf(ctx);
  return {
    text: lines(say(locale, 'tariffs.title'), say(locale, 'tariffs.empty')),
    rows: [
      [
        openButton(locale, 'button.topup', 'nav:top'),
        openButton(locale, 'button.menu', 'nav:menu'),
      ],
    ],
  };
}

function tariffScreen(ctx: BotContext, parts: BotParts, card: TariffCard): Screen {
  const locale = localeOf(ctx);
  const period = periodOf(card, locale);
  const payable = card.prices.filter(({ currency }) => providersFor(parts, currency).length > 0);
  const text = lines(
    say(locale, 'tariff.title', { name: card.name[locale] }),
    escapeHtml(card.description[locale]) || undefined,
    '',
    card.tokensUtok > 0 &&
      say(locale, 'tariff.tokens', { tokens: tokensText(card.tokensUtok, locale) }),
    period !== undefined && say(locale, 'tariff.period', { period }),
    card.feeUtok > 0 && say(locale, 'tariff.fee', { fee: tokensText(card.feeUtok, locale) }),
    say(locale, 'tariff.price', { prices: pricesText(card.prices, locale) }),
    payable.length === 0 && say(locale, 'tariff.not_payable'),
  );
  const choices = payable.map((price) => {
    const label = { locale, key: 'button.price', params: { amount: amountText(price, locale) } };
    return [button({ ...label, key: 'button.price' }, pickOf(card, price.currency))];
  });
  return { text, rows: [...choices, [openButton(locale, 'button.back', 'nav:tar')]] };
}

function pickOf(card: TariffCard, currency: string) {
  return { route: 'tar:pick', id: card.tariffId, arg: currency } as const;
}
