import type { QuotePurpose } from '../../domain/billing/pricing';
import type { QuoteView } from '../../reads/billing';
import type { QuoteOutcome } from '../../records/contract';
import type { TextKey } from '../../texts';
import { localeOf, show, tell, type BotContext } from '../context';
import { amountText, instantText, tokensText } from '../display';
import { providersFor, type BotParts } from '../parts';
import { button, lines, openButton, type Button, type Screen } from '../screen';
import { say } from '../wording';
import { periodOf, providerText } from './plans';

/** What somebody wants to buy, before it has a price. */
export interface Wish {
  readonly tariffVersionId: string;
  readonly currency: string;
  readonly amountMinor?: number;
  readonly purpose?: QuotePurpose;
}

/** Freezes a price and shows it for confirmation; a refusal is told. True when there is something to confirm. */
export async function offerQuote(
  ctx: BotContext,
  parts: BotParts,
  wish: Wish & { readonly headline?: TextKey },
): Promise<boolean> {
  const { headline, ...order } = wish;
  const { userId, asOf } = ctx.visit;
  const outcome = await parts.records.createQuote({ ...order, userId, asOf });
  if (outcome.kind === 'refused') {
    await tellRefusal(ctx, outcome);
    return false;
  }
  await showQuote(ctx, parts, { quoteId: outcome.quoteId, headline });
  return true;
}

/** Shows a price that was just frozen. */
export async function showQuote(
  ctx: BotContext,
  parts: BotParts,
  { quoteId, headline }: { quoteId: string; headline?: TextKey | undefined },
): Promise<void> {
  const quote = await parts.reads.quote(quoteId);
  if (!quote) throw new Error(`quote ${quoteId} is not readable; is the replica behind?`);
  await show(ctx, quoteScreen(ctx, parts, { quote, headline }));
}

/** The same wish at today's price: for a button that outlived its quote (T-P28). */
export async function offerAgain(
  ctx: BotContext,
  parts: BotParts,
  stale: { readonly quote: QuoteView; readonly headline: TextKey },
): Promise<void> {
  const { quote, headline } = stale;
  const { currency, minor } = quote.listAmount;
  const tariff = await parts.reads.tariff(quote.tariffId, ctx.visit.asOf);
  if (!tariff) {
    await show(ctx, noteScreen(ctx, 'quote.gone'));
    return;
  }
  const { tariffVersionId } = tariff;
  const amount = tariff.kind === 'topup' ? { amountMinor: minor } : {};
  const { purpose } = quote;
  await offerQuote(ctx, parts, { tariffVersionId, currency, headline, purpose, ...amount });
}

/** Says why a price could not be quoted. */
export async function tellRefusal(
  ctx: BotContext,
  refusal: Extract<QuoteOutcome, { kind: 'refused' }>,
): Promise<void> {
  const locale = localeOf(ctx);
  switch (refusal.reason) {
    case 'below_minimum': {
      const minimum = amountText(refusal.minimum, locale);
      await tell(ctx, { key: 'topup.below_minimum', params: { minimum } });
      return;
    }
    case 'above_maximum': {
      const maximum = amountText(refusal.maximum, locale);
      await tell(ctx, { key: 'topup.above_maximum', params: { maximum } });
      return;
    }
    case 'currency_not_sold':
    case 'amount_missing':
    case 'tariff_unavailable':
    case 'promo_bad':
    case 'promo_not_here':
    case 'promo_used':
    case 'promo_exhausted':
    case 'change_impossible':
    case 'change_at_end':
      await tell(ctx, { key: `refused.${refusal.reason}` });
  }
}

/** Exactly the quote, and until when its button works (BOT-5). */
export function quoteScreen(
  ctx: BotContext,
  parts: BotParts,
  { quote, headline }: { quote: QuoteView; headline?: TextKey | undefined },
): Screen {
  const locale = localeOf(ctx);
  const isDiscounted = quote.discountMinor > 0 || quote.creditMinor > 0;
  const period = periodOf(quote, locale);
  const { currency, exponent } = quote.payAmount;
  const credit = amountText({ minor: quote.creditMinor, currency, exponent }, locale);
  const discount = amountText({ minor: quote.discountMinor, currency, exponent }, locale);
  const confirmations = confirmButtons(ctx, parts, quote);
  const text = lines(
    headline !== undefined && `${say(locale, headline)}\n`,
    say(locale, 'quote.title'),
    quote.tariffKind === 'topup'
      ? say(locale, 'invoice.topup')
      : say(locale, 'quote.plan', { name: quote.planName[locale] }),
    '',
    isDiscounted && say(locale, 'quote.list', { amount: amountText(quote.listAmount, locale) }),
    quote.creditMinor > 0 && say(locale, 'quote.credit', { amount: credit }),
    quote.discountMinor > 0 && say(locale, 'quote.discount', { amount: discount }),
    ...contentLines(ctx, quote),
    period !== undefined && say(locale, 'quote.period', { period }),
    feeLine(ctx, quote),
    '',
    say(locale, 'quote.pay', { amount: amountText(quote.payAmount, locale) }),
    say(locale, 'quote.until', { until: instantText(quote.buttonUntil, ctx.visit.place) }),
    confirmations.length > 1 && `\n${say(locale, 'quote.choose_provider')}`,
    confirmations.length === 0 && `\n${say(locale, 'quote.no_provider')}`,
  );
  const refuse = button({ locale, key: 'button.refuse' }, { route: 'q:no', id: quote.quoteId });
  return { text, rows: [...confirmations.map((one) => [one]), [refuse]] };
}

function contentLines(ctx: BotContext, quote: QuoteView): readonly (string | false)[] {
  const locale = localeOf(ctx);
  const tokens = (utok: number) => ({ tokens: tokensText(utok, locale) });
  return [
    quote.tokensUtok > 0 && say(locale, 'quote.tokens', tokens(quote.tokensUtok)),
    quote.bonusUtok > 0 && say(locale, 'quote.bonus', tokens(quote.bonusUtok)),
  ];
}

function feeLine(ctx: BotContext, quote: QuoteView): string | false {
  if (quote.feeUtok === 0) return false;
  const locale = localeOf(ctx);
  return say(locale, 'quote.fee', { fee: tokensText(quote.feeUtok, locale) });
}

/** One button when there is one way to pay, else one per provider. */
function confirmButtons(ctx: BotContext, parts: BotParts, quote: QuoteView): readonly Button[] {
  const locale = localeOf(ctx);
  const amount = amountText(quote.payAmount, locale);
  const providers = providersFor(parts, quote.payAmount.currency);
  const { quoteId: id } = quote;
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

/** One sentence and the way back to the menu. */
export function noteScreen(ctx: BotContext, key: TextKey): Screen {
  const locale = localeOf(ctx);
  return { text: say(locale, key), rows: [[openButton(locale, 'button.menu', 'nav:menu')]] };
}
