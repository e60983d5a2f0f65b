import { Composer, type Filter } from 'grammy';
import { parseTypedAmount } from '../../domain/billing/pricing';
import { PEGGED_CURRENCY } from '../../domain/billing/topup-limits';
import { decimalText, exponentOf, type Money } from '../../domain/money';
import { NEW_MESSAGE } from '../callback-data';
import { localeOf, show, tell, type BotContext, type CallbackHandlers } from '../context';
import { amountText, tokensText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Button, type Screen } from '../screen';
import { say } from '../wording';
import { offerQuote } from './offers';
import { periodOf } from './plans';
import { buttonAmounts, saleIn, type TopupSale } from './topup-sale';

/** The open question of this feature; it waits half an hour (BOT-1). */
const DIALOGUE = 'topup_amount';
const DIALOGUE_MINUTES = 30;

interface Question {
  readonly kind?: unknown;
  readonly currency?: unknown;
}

export function topupFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('topup', (ctx) => showTopup(ctx, parts, {}));
  composer.on('message:text').filter(isAsked, (ctx) => readAmount(ctx, parts));
  const callbacks: CallbackHandlers<'nav:top' | 'top:amt' | 'top:cur' | 'top:other'> = {
    'nav:top': (ctx, press) => showTopup(ctx, parts, { isNew: press.arg === NEW_MESSAGE }),
    'top:cur': (ctx, press) => showTopup(ctx, parts, { currency: press.arg }),
    'top:amt': (ctx, press) => pressAmount(ctx, parts, press.arg),
    'top:other': (ctx, press) => askAmount(ctx, parts, press.arg),
  };
  return { composer, callbacks };
}

async function showTopup(
  ctx: BotContext,
  parts: BotParts,
  wanted: { readonly currency?: string | undefined; readonly isNew?: boolean },
): Promise<void> {
  const sale = await saleIn(ctx, parts, wanted.currency);
  if (sale) await show(ctx, topupScreen(ctx, sale), { isNew: wanted.isNew ?? false });
  else await tell(ctx, { key: 'topup.unavailable' });
}

function topupScreen(ctx: BotContext, sale: TopupSale): Screen {
  const locale = localeOf(ctx);
  const { tariff } = sale;
  const period = periodOf(tariff, locale);
  const fee = tokensText(tariff.feeUtok, locale);
  const { currency } = sale.limits.minimum;
  const other = { route: 'top:other', arg: currency } as const;
  return {
    text: lines(
      say(locale, 'topup.title'),
      rateText(ctx, sale),
      tariff.feeUtok > 0 && period !== undefined && say(locale, 'topup.fee', { fee, period }),
    ),
    rows: [
      buttonAmounts(sale).map((amount) => amountButton(ctx, amount)),
      [button({ locale, key: 'button.other_amount' }, other)],
      sale.otherCurrencies.map((code) => currencyButton(ctx, code)),
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}

function rateText(ctx: BotContext, { rate, limits }: TopupSale): string {
  const locale = localeOf(ctx);
  const { currency, exponent } = limits.minimum;
  if (currency === PEGGED_CURRENCY) return say(locale, 'topup.rate');
  const minor = 10 ** exponent;
  return say(locale, 'topup.rate_other', {
    unit: amountText({ minor, currency, exponent }, locale),
    tokens: tokensText(minor * rate.utokPerMinor, locale),
  });
}

function currencyButton(ctx: BotContext, currency: string): Button {
  const label = { locale: localeOf(ctx), key: 'button.currency', params: { currency } } as const;
  return button(label, { route: 'top:cur', arg: currency });
}

/**
 * `v1:top:amt::200`: an amount is worth nothing until it is quoted, so the button may carry it openly. Rubles stand
 * alone, other money with its currency.
 */
export function amountButton(ctx: BotContext, amount: Money): Button {
  const locale = localeOf(ctx);
  const number = decimalText(amount).replace(/\.0+$/, '');
  const { currency } = amount;
  return button(
    { locale, key: 'button.amount', params: { amount: amountText(amount, locale) } },
    { route: 'top:amt', arg: currency === PEGGED_CURRENCY ? number : `${number} ${currency}` },
  );
}

async function pressAmount(
  ctx: BotContext,
  parts: BotParts,
  arg: string | undefined,
): Promise<void> {
  const [number = '', currency = PEGGED_CURRENCY] = (arg ?? '').split(' ');
  const sale = await saleIn(ctx, parts, currency);
  const amountMinor = parseTypedAmount(number, exponentOf(currency) ?? 0);
  if (!sale) await tell(ctx, { key: 'topup.unavailable' });
  else if (amountMinor === undefined) await tell(ctx, { key: 'unknown.button' });
  else await offerTopup(ctx, parts, { sale, amountMinor });
}

async function askAmount(
  ctx: BotContext,
  parts: BotParts,
  currency: string | undefined,
): Promise<void> {
  const sale = await saleIn(ctx, parts, currency);
  if (!sale) {
    await tell(ctx, { key: 'topup.unavailable' });
    return;
  }
  const locale = localeOf(ctx);
  const text = say(locale, isPegged(sale) ? 'topup.ask' : 'topup.ask_other', inWords(ctx, sale));
  await show(ctx, { text, rows: [[openButton(locale, 'button.back', 'nav:top')]] });
  const expiresAt = new Date(ctx.visit.asOf.getTime() + DIALOGUE_MINUTES * 60_000);
  const state = { kind: DIALOGUE, currency: sale.limits.minimum.currency };
  ctx.visit.dialogue = { kind: 'set', state, expiresAt };
}

function isPegged({ limits }: TopupSale): boolean {
  return limits.minimum.currency === PEGGED_CURRENCY;
}

function inWords(ctx: BotContext, { limits }: TopupSale) {
  const { currency } = limits.minimum;
  return { minimum: amountText(limits.minimum, localeOf(ctx)), currency };
}

function isAsked<C extends BotContext>(ctx: C): ctx is C {
  return ctx.visit.dialogue.kind === 'keep' && questionOf(ctx)?.kind === DIALOGUE;
}

function questionOf(ctx: BotContext): Question | undefined {
  return ctx.visit.arrival.dialogue as Question | undefined;
}

/** The question stays open until an amount fits (TP-6). */
async function readAmount(ctx: Filter<BotContext, 'message:text'>, parts: BotParts): Promise<void> {
  const currency = questionOf(ctx)?.currency;
  const sale = await saleIn(ctx, parts, typeof currency === 'string' ? currency : PEGGED_CURRENCY);
  if (!sale) {
    ctx.visit.dialogue = { kind: 'clear' };
    await tell(ctx, { key: 'topup.unavailable' });
    return;
  }
  const amountMinor = parseTypedAmount(ctx.message.text, sale.limits.minimum.exponent);
  if (amountMinor === undefined) {
    const key = isPegged(sale) ? 'topup.misunderstood' : 'topup.misunderstood_other';
    await tell(ctx, { key, params: inWords(ctx, sale) });
    return;
  }
  const isOffered = await offerTopup(ctx, parts, { sale, amountMinor });
  if (isOffered) ctx.visit.dialogue = { kind: 'clear' };
}

function offerTopup(
  ctx: BotContext,
  parts: BotParts,
  { sale, amountMinor }: { sale: TopupSale; amountMinor: number },
): Promise<boolean> {
  const { tariffVersionId } = sale.tariff;
  const { currency } = sale.limits.minimum;
  return offerQuote(ctx, parts, { tariffVersionId, currency, amountMinor });
}
