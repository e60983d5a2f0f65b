import type { QuoteView } from '../../reads/billing';
import type { TextKey } from '../../texts';
import { localeOf, type BotContext } from '../context';
import { amountText, instantText, tokensText } from '../display';
import { providersFor, type BotParts } from '../parts';
import { button, lines, type Button, type Screen } from '../screen';
import { say } from '../wording';
import { renewalOffer } from '../subscription/renewal-buttons';
import { periodOf, providerText } from './plans';

/** What stands above a quote. */
export interface QuoteHeading {
  readonly headline?: TextKey | undefined;
  /** A code that was meant for this order and is not in it. */
  readonly lostPromo?: string | undefined;
}

/** Exactly the quote, and until when its button works (BOT-5). */
export function quoteScreen(
  ctx: BotContext,
  parts: BotParts,
  { quote, headline, lostPromo }: QuoteHeading & { readonly quote: QuoteView },
): Screen {
  const locale = localeOf(ctx);
  const confirmations = confirmButtons(ctx, parts, quote);
  const renewal = renewalOffer(ctx, parts, quote);
  const text = lines(
    headline !== undefined && `${say(locale, headline)}\n`,
    lostPromo !== undefined && `${say(locale, 'promo.not_applied', { code: lostPromo })}\n`,
    say(locale, 'quote.title'),
    quote.tariffKind === 'topup'
      ? say(locale, 'invoice.topup')
      : say(locale, 'quote.plan', { name: quote.planName[locale] }),
    quote.purpose === 'gift' && say(locale, 'quote.gift'),
    '',
    ...priceLines(ctx, quote),
    ...contentLines(ctx, quote),
    '',
    quote.payAmount.minor === 0
      ? say(locale, 'quote.free')
      : say(locale, 'quote.pay', { amount: amountText(quote.payAmount, locale) }),
    say(locale, 'quote.until', { until: instantText(quote.buttonUntil, ctx.visit.place) }),
    confirmations.length > 1 && `\n${say(locale, 'quote.choose_provider')}`,
    confirmations.length === 0 && `\n${say(locale, 'quote.no_provider')}`,
    ...renewal.words,
  );
  const refuse = button({ locale, key: 'button.refuse' }, { route: 'q:no', id: quote.quoteId });
  const rows = [...confirmations, ...renewal.buttons].map((one) => [one]);
  return { text, rows: [...rows, [...promoButtons(ctx, quote), refuse]] };
}

/** How the list price became what is paid, in the order of TP-10. */
function priceLines(ctx: BotContext, quote: QuoteView): readonly (string | false)[] {
  const locale = localeOf(ctx);
  const { currency, exponent } = quote.payAmount;
  const amount = (minor: number) => ({ amount: amountText({ minor, currency, exponent }, locale) });
  const isChanged = quote.discountMinor > 0 || quote.creditMinor > 0;
  const { promoCode: code } = quote;
  return [
    isChanged && say(locale, 'quote.list', amount(quote.listAmount.minor)),
    quote.creditMinor > 0 && say(locale, 'quote.credit', amount(quote.creditMinor)),
    code !== null && say(locale, 'quote.promo', { code }),
    quote.discountMinor > 0 && say(locale, 'quote.discount', amount(quote.discountMinor)),
  ];
}

function contentLines(ctx: BotContext, quote: QuoteView): readonly (string | false)[] {
  const locale = localeOf(ctx);
  const period = periodOf(quote, locale);
  const tokens = (utok: number) => ({ tokens: tokensText(utok, locale) });
  return [
    quote.tokensUtok > 0 && say(locale, 'quote.tokens', tokens(quote.tokensUtok)),
    quote.bonusUtok > 0 && say(locale, 'quote.bonus', tokens(quote.bonusUtok)),
    period !== undefined && say(locale, 'quote.period', { period }),
    quote.bonusDays > 0 && say(locale, 'quote.bonus_days', { days: quote.bonusDays }),
    feeLine(ctx, quote),
  ];
}

function feeLine(ctx: BotContext, quote: QuoteView): string | false {
  if (quote.feeUtok === 0) return false;
  const locale = localeOf(ctx);
  return say(locale, 'quote.fee', { fee: tokensText(quote.feeUtok, locale) });
}

/** One button when there is one way to pay or nothing to pay, else one per provider. */
function confirmButtons(ctx: BotContext, parts: BotParts, quote: QuoteView): readonly Button[] {
  const locale = localeOf(ctx);
  const { quoteId: id } = quote;
  if (quote.payAmount.minor === 0) {
    const key = quote.purpose === 'trial' ? 'button.activate' : 'button.confirm_free';
    return [button({ locale, key }, { route: 'q:ok', id })];
  }
  const amount = amountText(quote.payAmount, locale);
  const providers = providersFor(parts, quote.payAmount.currency);
  if (providers.length === 1) {
    return [button({ locale, key: 'button.confirm', params: { amount } }, { route: 'q:ok', id })];
  }
  return providers.map(({ name }) => {
    const params = { provider: providerText(name, locale) };
    return button(
      { locale, key: 'button.confirm_provider', params },
      { route: 'q:ok', id, arg: name },
    );
  });
}

/** Codes are for orders of the catalogue; a trial stands on its own code, and a plan change takes none. */
function promoButtons(ctx: BotContext, { purpose, promoCode, quoteId }: QuoteView) {
  if (purpose !== 'purchase' && purpose !== 'topup' && purpose !== 'gift') return [];
  const locale = localeOf(ctx);
  return promoCode === null
    ? [button({ locale, key: 'button.promo' }, { route: 'q:promo', id: quoteId })]
    : [button({ locale, key: 'button.promo_remove' }, { route: 'q:plain', id: quoteId })];
}
