import { createHash } from 'node:crypto';
import type { Locale } from '../../domain/messages';
import type { SavedCardView } from '../../reads/auto-topup';
import type { TextKey } from '../../texts';
import { localeOf, show, tell, type BotContext, type CallbackHandlers } from '../context';
import { fromId22, toId22 } from '../id22';
import type { BotParts } from '../parts';
import { lines, openButton, type Screen } from '../screen';
import { say, sayPlainly } from '../wording';
import { payByNewCard, renewableByNewCard } from './new-card';
import { withLive, wishOf, type Own } from './own';
import { answerWish } from './wishes';
import { moneyPrice, planButton, priceText } from './words';

type MethodRoute = 'sub:auto' | 'sub:how' | 'sub:by' | 'sub:agree' | 'sub:card';

/** Version of the words by which people let a card renew their subscription; a new one when they change. */
export const AUTOPAY_VERSION = 'autopay-1';

/** SHA-256 of the words as the person reads them. */
export function autopayHash(locale: Locale): string {
  return createHash('sha256').update(sayPlainly(locale, 'sub.how.consent')).digest('hex');
}

/** Who renews a subscription: the balance, a saved card, or nobody (SB-8). */
export function methods(parts: BotParts): CallbackHandlers<MethodRoute> {
  return {
    'sub:auto': (ctx, press) =>
      withLive(ctx, parts, { press, act: (own) => toggle(ctx, parts, { own, arg: press.arg }) }),
    'sub:how': (ctx, press) =>
      withLive(ctx, parts, { press, act: (own) => showMethods(ctx, parts, { own }) }),
    'sub:by': (ctx, press) =>
      withLive(ctx, parts, { press, act: (own) => pick(ctx, parts, { own, arg: press.arg }) }),
    'sub:agree': (ctx, press) =>
      withLive(ctx, parts, { press, act: (own) => agree(ctx, parts, { own, arg: press.arg }) }),
    'sub:card': (ctx, press) =>
      withLive(ctx, parts, { press, act: (own) => payByNewCard(ctx, parts, own) }),
  };
}

interface Choice {
  readonly own: Own;
  readonly arg: string | undefined;
}

/** On means the balance, unless there is a card to choose instead. */
async function toggle(ctx: BotContext, parts: BotParts, { own, arg }: Choice): Promise<void> {
  if (arg === 'off') return setDriver(ctx, parts, { own, driver: 'none' });
  const cards = await cardsFor(ctx, parts, own);
  if (cards.length > 0) return showMethods(ctx, parts, { own });
  return setDriver(ctx, parts, { own, driver: 'wallet' });
}

/** Cards can pay only what has a price in money. */
async function cardsFor(
  ctx: BotContext,
  parts: BotParts,
  { plan }: Own,
): Promise<readonly SavedCardView[]> {
  if (plan.roublePrice === null) return [];
  const { cards } = await parts.reads.autoTopup(ctx.visit.userId);
  return cards;
}

export async function showMethods(
  ctx: BotContext,
  parts: BotParts,
  { own, isNew = false }: { own: Own; isNew?: boolean },
): Promise<void> {
  const cards = await cardsFor(ctx, parts, own);
  const canAdd = (await renewableByNewCard(ctx, parts, own)) !== undefined;
  const canTopUp = parts.settings.autoTopupDailyCapMinor !== undefined;
  await show(ctx, methodsScreen(ctx, own, { cards, canAdd, canTopUp }), { isNew });
}

interface Ways {
  readonly cards: readonly SavedCardView[];
  /** Paying the next period early can leave another card. */
  readonly canAdd: boolean;
  readonly canTopUp: boolean;
}

function methodsScreen(ctx: BotContext, own: Own, ways: Ways): Screen {
  const { cards, canAdd, canTopUp } = ways;
  const locale = localeOf(ctx);
  const { roublePrice, isRenewing, driver, cardLabel } = own.plan;
  const standing = isRenewing ? driver : 'none';
  const choice = (key: TextKey, arg: string, card = '') =>
    planButton(ctx, own, { key, route: 'sub:by', arg, params: { card } });
  const shown = cards.slice(0, 4).flatMap((card) => {
    const arg = toId22(card.methodId);
    return arg === undefined ? [] : [[choice('button.how_card', arg, card.label)]];
  });
  const isForMoney = roublePrice !== null;
  const amount = isForMoney ? priceText(ctx, moneyPrice(roublePrice)) : '';
  return {
    text: lines(
      say(locale, 'sub.how.title'),
      say(locale, `sub.driver.${standing}`, { card: cardLabel ?? '' }),
      '',
      say(locale, 'sub.how.tokens'),
      cardText(locale, { ...ways, amount: isForMoney ? amount : undefined }),
    ),
    rows: [
      [choice('button.how_wallet', 'wallet')],
      ...shown,
      ...(canAdd ? [[planButton(ctx, own, { key: 'button.how_new', route: 'sub:card' })]] : []),
      ...(!isForMoney && canTopUp ? [[openButton(locale, 'button.auto', 'nav:auto')]] : []),
      [choice('button.how_none', 'none')],
      ...(cards.length > 0 ? [[openButton(locale, 'button.methods', 'nav:pm')]] : []),
      [openButton(locale, 'button.sub_back', 'nav:sub')],
    ],
  };
}

/** What a card could do; an amount only where the plan has a price in money. */
function cardText(
  locale: Locale,
  { cards, canAdd, canTopUp, amount }: Ways & { readonly amount: string | undefined },
): string {
  if (amount === undefined) return say(locale, canTopUp ? 'sub.how.top_up' : 'sub.how.no_money');
  if (cards.length > 0) return say(locale, 'sub.how.card', { amount });
  return say(locale, canAdd ? 'sub.how.no_card' : 'sub.how.no_way');
}

async function pick(ctx: BotContext, parts: BotParts, { own, arg }: Choice): Promise<void> {
  if (arg === 'wallet' || arg === 'none') return setDriver(ctx, parts, { own, driver: arg });
  const card = await chosenCard(ctx, parts, { own, arg });
  if (card) await show(ctx, consentScreen(ctx, own, card));
  else await tell(ctx, { key: 'sub.refused.no_method' });
}

/** Everything that is agreed to stands above the button that agrees. */
function consentScreen(ctx: BotContext, own: Own, card: SavedCardView): Screen {
  const locale = localeOf(ctx);
  const { roublePrice } = own.plan;
  const amount = roublePrice === null ? '' : priceText(ctx, moneyPrice(roublePrice));
  const arg = toId22(card.methodId) ?? '';
  return {
    text: lines(
      say(locale, 'sub.how.agree', { card: card.label, amount }),
      '',
      say(locale, 'sub.how.consent'),
    ),
    rows: [
      [planButton(ctx, own, { key: 'button.how_agree', route: 'sub:agree', arg })],
      [planButton(ctx, own, { key: 'button.back', route: 'sub:how' })],
    ],
  };
}

/** A card of theirs that may be charged; a button names it, and anything else is refused. */
async function chosenCard(
  ctx: BotContext,
  parts: BotParts,
  { own, arg }: Choice,
): Promise<SavedCardView | undefined> {
  const methodId = fromId22(arg ?? '');
  const cards = await cardsFor(ctx, parts, own);
  return cards.find((card) => card.methodId === methodId);
}

/** The press is the consent: its words are kept before anything may be charged by it. */
async function agree(ctx: BotContext, parts: BotParts, choice: Choice): Promise<void> {
  const { own } = choice;
  const card = await chosenCard(ctx, parts, choice);
  if (!card) {
    await tell(ctx, { key: 'sub.refused.no_method' });
    return;
  }
  const { userId, asOf, place } = ctx.visit;
  const consentId = await parts.records.agreeToAutopay({
    ...{ userId, asOf, textVersion: AUTOPAY_VERSION, textHash: autopayHash(place.locale) },
  });
  const { methodId } = card;
  const wish = { ...wishOf(ctx, own), driver: 'saved_method', methodId, consentId } as const;
  const outcome = await parts.commands.setDriver(wish);
  await answerWish(ctx, parts, { outcome, said: () => 'sub.done.driver_card' });
}

async function setDriver(
  ctx: BotContext,
  parts: BotParts,
  { own, driver }: { own: Own; driver: 'wallet' | 'none' },
): Promise<void> {
  const outcome = await parts.commands.setDriver({ ...wishOf(ctx, own), driver });
  await answerWish(ctx, parts, { outcome, said: () => `sub.done.driver_${driver}` });
}
