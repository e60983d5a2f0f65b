import { Composer } from 'grammy';
import type { TariffCard } from '../../reads/billing';
import type { GiftView } from '../../reads/gifts';
import { noteScreen, offerQuote } from '../billing/offers';
import { periodOf, pricesText } from '../billing/plans';
import { NEW_MESSAGE } from '../callback-data';
import {
  localeOf,
  show,
  tell,
  type BotContext,
  type CallbackHandlers,
  type Press,
} from '../context';
import { amountText, instantText, tokensText } from '../display';
import { providersFor, type BotParts } from '../parts';
import { button, lines, linkButton, openButton, type Screen } from '../screen';
import { say, sayPlainly } from '../wording';

type GiftRoute = 'nav:gift' | 'gift:buy' | 'gift:pick' | 'gift:show' | 'gift:back';

/** Buying something for somebody else, and what became of it (SB-21). */
export function giftsFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('gift', (ctx) => showGifts(ctx, parts));
  const callbacks: CallbackHandlers<GiftRoute> = {
    'nav:gift': (ctx) => showGifts(ctx, parts),
    'gift:buy': (ctx) => showGoods(ctx, parts),
    'gift:pick': (ctx, press) => pick(ctx, parts, press),
    'gift:show': (ctx, press) => showGift(ctx, parts, press),
    'gift:back': (ctx, press) => takeBack(ctx, parts, press),
  };
  return { composer, callbacks };
}

async function showGifts(ctx: BotContext, parts: BotParts): Promise<void> {
  const locale = localeOf(ctx);
  const own = await parts.reads.gifts(ctx.visit.userId);
  const rows = own.map((gift) => {
    const state = sayPlainly(locale, `gift.state.${gift.state}`);
    const label = `${gift.planName[locale]} · ${state}`;
    return [{ label, press: { route: 'gift:show', id: gift.giftId } } as const];
  });
  await show(ctx, {
    text: lines(
      say(locale, 'gifts.title'),
      say(locale, 'gifts.text'),
      own.length > 0 && `\n${say(locale, 'gifts.own')}`,
    ),
    rows: [
      [openButton(locale, 'button.buy_gift', 'gift:buy')],
      ...rows,
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  });
}

async function showGoods(ctx: BotContext, parts: BotParts): Promise<void> {
  const locale = localeOf(ctx);
  const cards = await parts.reads.catalogue(ctx.visit.asOf);
  const payable = cards.filter((card) => pricesOf(parts, card).length > 0);
  const rows = payable.map((card) => {
    const label = `${card.name[locale]} · ${pricesText(pricesOf(parts, card), locale)}`;
    return [{ label, press: { route: 'gift:pick', id: card.tariffId } } as const];
  });
  const text = say(locale, payable.length > 0 ? 'gifts.choose' : 'gifts.nothing');
  await show(ctx, { text, rows: [...rows, [openButton(locale, 'button.back', 'nav:gift')]] });
}

function pricesOf(parts: BotParts, { prices }: TariffCard) {
  return prices.filter(({ currency }) => providersFor(parts, currency).length > 0);
}

async function pick(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const { asOf } = ctx.visit;
  const card = press.id === undefined ? undefined : await parts.reads.tariff(press.id, asOf);
  const prices = card ? pricesOf(parts, card) : [];
  const price =
    press.arg === undefined ? prices[0] : prices.find((one) => one.currency === press.arg);
  if (!card || card.kind === 'topup' || !price) {
    await tell(ctx, { key: 'tariffs.gone' });
    return;
  }
  if (press.arg === undefined && prices.length > 1) {
    await show(ctx, currencyScreen(ctx, card, prices));
    return;
  }
  const { tariffVersionId } = card;
  await offerQuote(ctx, parts, { tariffVersionId, currency: price.currency, purpose: 'gift' });
}

function currencyScreen(ctx: BotContext, card: TariffCard, prices: TariffCard['prices']): Screen {
  const locale = localeOf(ctx);
  const rows = prices.map((price) => {
    const label = {
      locale,
      key: 'button.price',
      params: { amount: amountText(price, locale) },
    } as const;
    return [button(label, { route: 'gift:pick', id: card.tariffId, arg: price.currency })];
  });
  return {
    text: say(locale, 'tariff.title', { name: card.name[locale] }),
    rows: [...rows, [openButton(locale, 'button.back', 'gift:buy')]],
  };
}

/** To anybody but its buyer a gift does not exist: its screen shows the link (BOT-4). */
async function ownGift(ctx: BotContext, parts: BotParts, press: Press) {
  const gift = press.id === undefined ? undefined : await parts.reads.gift(press.id);
  if (gift?.buyerId === ctx.visit.userId) return gift;
  await tell(ctx, { key: 'gift.not_found' });
  return undefined;
}

async function showGift(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const gift = await ownGift(ctx, parts, press);
  if (gift) await show(ctx, giftScreen(ctx, gift), { isNew: press.arg === NEW_MESSAGE });
}

function giftScreen(ctx: BotContext, gift: GiftView): Screen {
  const { place } = ctx.visit;
  const { locale } = place;
  const period = periodOf(gift, locale);
  const tokens = tokensText(gift.tokensUtok, locale);
  const link = `https://t.me/${ctx.me.username}?start=gift_${gift.code}`;
  const isWaiting = gift.state === 'paid';
  return {
    text: lines(
      say(locale, 'gift.title', { name: gift.planName[locale] }),
      gift.tokensUtok > 0 && say(locale, 'tariff.tokens', { tokens }),
      period !== undefined && say(locale, 'tariff.period', { period }),
      '',
      say(locale, `gift.about.${gift.state}`, { until: instantText(gift.expiresAt, place) }),
      isWaiting && `\n${say(locale, 'gift.link', { link })}`,
    ),
    rows: [...(isWaiting ? waitingRows(ctx, gift, link) : []), [back(ctx)]],
  };
}

function waitingRows(ctx: BotContext, gift: GiftView, link: string): Screen['rows'] {
  const locale = localeOf(ctx);
  const words = sayPlainly(locale, 'gift.share_words', { name: gift.planName[locale] });
  const url = `https://t.me/share/url?url=${encodeURIComponent(link)}&text=${encodeURIComponent(words)}`;
  return [
    [linkButton({ locale, key: 'button.share' }, url)],
    [button({ locale, key: 'button.take_gift_back' }, { route: 'gift:back', id: gift.giftId })],
  ];
}

function back(ctx: BotContext) {
  return openButton(localeOf(ctx), 'button.back', 'nav:gift');
}

async function takeBack(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const gift = await ownGift(ctx, parts, press);
  if (!gift) return;
  const { giftId } = gift;
  if (gift.state === 'paid') {
    await parts.commands.takeBackGift({ giftId, userId: ctx.visit.userId });
  }
  // The row is the truth: somebody may have claimed it a moment ago.
  const after = await parts.reads.gift(giftId);
  await show(ctx, giftScreen(ctx, after ?? gift));
}

/** Where a gift's link leads (BOT-10): whoever opens it first has it. */
export async function openGift(ctx: BotContext, parts: BotParts, code: string): Promise<void> {
  const { userId } = ctx.visit;
  const verdict = await parts.records.takeRate('promo', userId);
  if (verdict.kind === 'limited') {
    await tell(ctx, { key: 'rate.limited', params: { seconds: verdict.retryAfterSeconds } });
    return;
  }
  const gift = await parts.reads.giftByCode(code);
  if (!gift) {
    await show(ctx, noteScreen(ctx, 'gift.unknown'));
    return;
  }
  if (gift.buyerId === userId) {
    await show(ctx, giftScreen(ctx, gift));
    return;
  }
  await claim(ctx, parts, gift);
}

async function claim(ctx: BotContext, parts: BotParts, gift: GiftView): Promise<void> {
  const { userId } = ctx.visit;
  const { giftId } = gift;
  const outcome = await parts.commands.claimGift({ giftId, userId });
  switch (outcome.kind) {
    case 'claimed':
      await show(ctx, noteScreen(ctx, 'gift.taken'));
      return;
    case 'over':
      await show(ctx, noteScreen(ctx, overKey(await parts.reads.gift(giftId), userId)));
      return;
    case 'refused':
      await show(ctx, noteScreen(ctx, refusalKey(outcome.reason)));
  }
}

function overKey(gift: GiftView | undefined, userId: number) {
  if (gift?.recipientId === userId) return 'gift.yours_already';
  return gift?.state === 'returned' ? 'gift.gone_back' : 'gift.claimed_by_other';
}

type Claimed = Awaited<ReturnType<BotParts['commands']['claimGift']>>;

function refusalKey(reason: Extract<Claimed, { kind: 'refused' }>['reason']) {
  switch (reason) {
    case 'unknown':
      return 'gift.unknown';
    case 'own':
      return 'gift.own';
    case 'claimed':
      return 'gift.claimed_by_other';
    case 'returned':
      return 'gift.gone_back';
    case 'not_now':
      return 'gift.not_now';
    case 'user_blocked':
    case 'money_frozen':
    case 'erasing':
    case 'terms_not_accepted':
      return `refused.${reason}` as const;
  }
}
