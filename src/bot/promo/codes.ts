import { Composer } from 'grammy';
import type { PromoCard } from '../../records/contract';
import { localeOf, show, tell, type BotContext, type CallbackHandlers } from '../context';
import type { Press } from '../context';
import { instantText } from '../display';
import { offerQuote, offerSame, ownQuote } from '../billing/offers';
import { showInvoice } from '../billing/invoices';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Screen } from '../screen';
import { say } from '../wording';
import { effectLines } from './effects';
import { tellPromoRefusal } from './refusal';

const DIALOGUE_MINUTES = 30;

/** The open question of this feature: for the next order, or for the one on the screen. */
interface Question {
  readonly kind: 'promo_code';
  readonly quoteId?: string;
}

type PromoRoute = 'promo:ask' | 'promo:drop' | 'q:promo' | 'q:plain';

/** Codes typed, kept for the next order, put into the order on the screen and taken out of it again. */
export function promoFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('promo', (ctx) =>
    ctx.match.trim() === '' ? ask(ctx) : enterCode(ctx, parts, { typed: ctx.match }),
  );
  const questions = new Composer<BotContext>();
  questions.on('message:text').filter(isAsked, (ctx) => {
    const { quoteId } = questionOf(ctx) ?? {};
    return enterCode(ctx, parts, { typed: ctx.message?.text ?? '', quoteId });
  });
  const callbacks: CallbackHandlers<PromoRoute> = {
    'promo:ask': (ctx) => ask(ctx),
    'promo:drop': (ctx) => forget(ctx, parts),
    'q:promo': (ctx, press) => askForQuote(ctx, parts, press),
    'q:plain': (ctx, press) => offerPlain(ctx, parts, press),
  };
  return { composer, questions, callbacks };
}

/** Takes a code as it was typed or as a link carried it (BOT-10); a refused one leaves the question open. */
export async function enterCode(
  ctx: BotContext,
  parts: BotParts,
  entry: { readonly typed: string; readonly quoteId?: string | undefined },
): Promise<void> {
  const verdict = await parts.records.takeRate('promo', ctx.visit.userId);
  if (verdict.kind === 'limited') {
    await tell(ctx, { key: 'rate.limited', params: { seconds: verdict.retryAfterSeconds } });
    return;
  }
  const isTaken =
    entry.quoteId === undefined
      ? await keepCode(ctx, parts, entry.typed)
      : await putIntoQuote(ctx, parts, { typed: entry.typed, quoteId: entry.quoteId });
  if (isTaken) ctx.visit.dialogue = { kind: 'clear' };
  else openQuestion(ctx, entry.quoteId);
}

async function keepCode(ctx: BotContext, parts: BotParts, typed: string): Promise<boolean> {
  const { userId, asOf } = ctx.visit;
  const found = await parts.records.lookUpPromo({ userId, typed, asOf });
  if (found.kind === 'refused') {
    await tellPromoRefusal(ctx, parts, found);
    return false;
  }
  const { promo } = found;
  if (promo.kind === 'trial') return offerTrial(ctx, parts, promo);
  await parts.records.rememberPromo(userId, promo.code);
  await show(ctx, keptScreen(ctx, promo), { isNew: true });
  return true;
}

/** A code that opens a trial leads straight to its confirmation (section 12). */
async function offerTrial(ctx: BotContext, parts: BotParts, promo: PromoCard): Promise<boolean> {
  const { tariff, code } = promo;
  if (tariff?.currency == null) {
    await tell(ctx, { key: 'refused.tariff_unavailable' });
    return false;
  }
  const { tariffVersionId, currency } = tariff;
  return offerQuote(ctx, parts, { tariffVersionId, currency, purpose: 'trial', promo: code });
}

async function putIntoQuote(
  ctx: BotContext,
  parts: BotParts,
  entry: { readonly typed: string; readonly quoteId: string },
): Promise<boolean> {
  const quote = await ownQuote(ctx, parts, entry.quoteId);
  if (!quote) return true;
  if (quote.isConsumed) {
    await showInvoice(ctx, parts, { invoiceId: quote.quoteId });
    return true;
  }
  return offerSame(ctx, parts, { quote, promo: entry.typed });
}

function keptScreen(ctx: BotContext, promo: PromoCard): Screen {
  const { place } = ctx.visit;
  const { locale } = place;
  const { tariff, validUntil, code } = promo;
  return {
    text: lines(
      say(locale, 'promo.accepted', { code }),
      ...effectLines(promo, locale),
      tariff && say(locale, 'promo.effect.one_tariff'),
      validUntil !== null &&
        say(locale, 'promo.until', { until: instantText(validUntil.toISOString(), place) }),
      '',
      say(locale, 'promo.next_order'),
    ),
    rows: [
      ...goodsRows(ctx, promo),
      [
        openButton(locale, 'button.promo_forget', 'promo:drop'),
        openButton(locale, 'button.menu', 'nav:menu'),
      ],
    ],
  };
}

/** Where the code can be used: its one tariff, or whatever it fits. */
function goodsRows(ctx: BotContext, { tariff, kind, currency }: PromoCard): Screen['rows'] {
  const locale = localeOf(ctx);
  const topup = [openButton(locale, 'button.topup', 'nav:top')];
  if (tariff?.kind === 'topup') return [topup];
  if (tariff) {
    const { tariffId: id } = tariff;
    return [[button({ locale, key: 'promo.to_tariff' }, { route: 'tar:show', id })]];
  }
  const fitsTopup = kind !== 'bonus_days' && (currency === null || currency === 'RUB');
  const plans = ctx.visit.arrival.hasCatalogue
    ? [[openButton(locale, 'button.tariffs', 'nav:tar')]]
    : [];
  return fitsTopup ? [topup, ...plans] : plans;
}

async function ask(ctx: BotContext): Promise<void> {
  const locale = localeOf(ctx);
  const code = ctx.visit.arrival.promoCode;
  const text = lines(
    code !== undefined && say(locale, 'promo.kept_already', { code }),
    say(locale, 'promo.ask'),
  );
  const forgetRow =
    code === undefined ? [] : [openButton(locale, 'button.promo_forget', 'promo:drop')];
  const menu = openButton(locale, 'button.menu', 'nav:menu');
  await show(ctx, { text, rows: [[...forgetRow, menu]] });
  openQuestion(ctx);
}

async function askForQuote(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const quote = await ownQuote(ctx, parts, press.id);
  if (!quote) return;
  if (quote.isConsumed) {
    await showInvoice(ctx, parts, { invoiceId: quote.quoteId });
    return;
  }
  const locale = localeOf(ctx);
  const back = button({ locale, key: 'button.promo_remove' }, { route: 'q:plain', id: press.id });
  await show(ctx, { text: say(locale, 'promo.ask_for_quote'), rows: [[back]] }, { isNew: true });
  openQuestion(ctx, quote.quoteId);
}

/** An order without a code is always one tap away (PR-8); a code taken out is not put into the next order either. */
async function offerPlain(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const quote = await ownQuote(ctx, parts, press.id);
  if (!quote) return;
  if (quote.isConsumed) {
    await showInvoice(ctx, parts, { invoiceId: quote.quoteId });
    return;
  }
  await parts.records.rememberPromo(ctx.visit.userId, undefined);
  await offerSame(ctx, parts, { quote, promo: null });
}

async function forget(ctx: BotContext, parts: BotParts): Promise<void> {
  await parts.records.rememberPromo(ctx.visit.userId, undefined);
  const locale = localeOf(ctx);
  const rows = [
    [openButton(locale, 'button.topup', 'nav:top'), openButton(locale, 'button.menu', 'nav:menu')],
  ];
  await show(ctx, { text: say(locale, 'promo.forgotten'), rows });
}

function openQuestion(ctx: BotContext, quoteId?: string): void {
  const expiresAt = new Date(ctx.visit.asOf.getTime() + DIALOGUE_MINUTES * 60_000);
  const state: Question = { kind: 'promo_code', ...(quoteId === undefined ? {} : { quoteId }) };
  ctx.visit.dialogue = { kind: 'set', state, expiresAt };
}

function questionOf(ctx: BotContext): Question | undefined {
  const state = ctx.visit.arrival.dialogue as { readonly kind?: unknown } | undefined;
  return state?.kind === 'promo_code' ? (state as Question) : undefined;
}

function isAsked<C extends BotContext>(ctx: C): ctx is C {
  return ctx.visit.dialogue.kind === 'keep' && questionOf(ctx) !== undefined;
}
