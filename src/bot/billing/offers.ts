import type { QuotePurpose } from '../../domain/billing/pricing';
import type { QuoteView } from '../../reads/billing';
import type { QuoteOutcome } from '../../records/contract';
import type { TextKey } from '../../texts';
import { localeOf, show, tell, type BotContext } from '../context';
import { amountText } from '../display';
import type { BotParts } from '../parts';
import { isPromoRefusal, tellPromoRefusal } from '../promo/refusal';
import { openButton, type Screen } from '../screen';
import { say } from '../wording';
import { quoteScreen, type QuoteHeading } from './quote-card';

/** What somebody wants to buy, before it has a price. */
export interface Wish {
  readonly tariffVersionId: string;
  readonly currency: string;
  readonly amountMinor?: number;
  /** By the tariff's kind when absent. */
  readonly purpose?: QuotePurpose;
  /** A code typed for this order, whose refusal is told; null for an order without any. */
  readonly promo?: string | null;
  /** A code that may come along where it fits; the one kept for the next order when absent. */
  readonly keptPromo?: string | null;
}

/** Freezes a price and shows it for confirmation; a refusal is told. True when there is something to confirm. */
export async function offerQuote(
  ctx: BotContext,
  parts: BotParts,
  wish: Wish & { readonly headline?: TextKey },
): Promise<boolean> {
  const { headline } = wish;
  const { outcome, lostPromo } = await quoteWish(ctx, parts, wish);
  if (outcome.kind === 'refused') {
    await tellRefusal(ctx, parts, outcome);
    return false;
  }
  await showQuote(ctx, parts, { quoteId: outcome.quoteId, headline, lostPromo });
  return true;
}

/** Shows a price that was just frozen. */
export async function showQuote(
  ctx: BotContext,
  parts: BotParts,
  { quoteId, ...heading }: QuoteHeading & { readonly quoteId: string },
): Promise<void> {
  const quote = await parts.reads.quote(quoteId);
  if (!quote) throw new Error(`quote ${quoteId} is not readable; is the replica behind?`);
  await show(ctx, quoteScreen(ctx, parts, { quote, ...heading }));
}

interface QuotedWish {
  readonly outcome: QuoteOutcome;
  readonly lostPromo?: string;
}

/** A kept code goes into the order it fits; one that it does not fit is offered without it, and says so. */
async function quoteWish(ctx: BotContext, parts: BotParts, wish: Wish): Promise<QuotedWish> {
  const { userId, asOf } = ctx.visit;
  const { tariffVersionId, currency, amountMinor, purpose, promo } = wish;
  const order = {
    ...{ userId, asOf, tariffVersionId, currency },
    ...(amountMinor === undefined ? {} : { amountMinor }),
    ...(purpose === undefined ? {} : { purpose }),
  };
  const kept = promo === undefined ? keptCode(ctx, wish) : undefined;
  const code = promo ?? kept;
  if (code === undefined) return { outcome: await parts.records.createQuote(order) };
  const outcome = await parts.records.createQuote({ ...order, promo: code });
  if (kept === undefined || !isPromoRefusal(outcome)) return { outcome };
  if (outcome.reason !== 'promo_not_here') await parts.records.rememberPromo(userId, undefined);
  return { outcome: await parts.records.createQuote(order), lostPromo: kept };
}

/** Only plain orders take the code a person has kept: what else there is has its own terms. */
function keptCode(ctx: BotContext, { purpose, keptPromo }: Wish): string | undefined {
  const isPlain = purpose === undefined || purpose === 'purchase' || purpose === 'topup';
  if (keptPromo !== undefined) return keptPromo ?? undefined;
  return isPlain ? ctx.visit.arrival.promoCode : undefined;
}

/** The same wish at today's price: for a button that outlived its quote (T-P28). Its code comes along while it holds. */
export async function offerAgain(
  ctx: BotContext,
  parts: BotParts,
  { quote, headline }: { readonly quote: QuoteView; readonly headline: TextKey },
): Promise<void> {
  await offerSame(ctx, parts, { quote, headline, keptPromo: quote.promoCode });
}

/** What a quote was about, quoted anew with something changed. False when it is not on sale or was refused. */
export async function offerSame(
  ctx: BotContext,
  parts: BotParts,
  wish: Pick<Wish, 'promo' | 'keptPromo'> & { quote: QuoteView; headline?: TextKey },
): Promise<boolean> {
  const { quote, ...change } = wish;
  const { currency, minor } = quote.listAmount;
  const tariff = await parts.reads.tariff(quote.tariffId, ctx.visit.asOf);
  if (!tariff) {
    await show(ctx, noteScreen(ctx, 'quote.gone'));
    return false;
  }
  const { tariffVersionId } = tariff;
  const amount = tariff.kind === 'topup' ? { amountMinor: minor } : {};
  const { purpose } = quote;
  return offerQuote(ctx, parts, { tariffVersionId, currency, purpose, ...amount, ...change });
}

/** Somebody else's quote is answered like one that does not exist any more, and shows nothing (BOT-4). */
export async function ownQuote(
  ctx: BotContext,
  parts: BotParts,
  quoteId: string | undefined,
): Promise<QuoteView | undefined> {
  const quote = quoteId === undefined ? undefined : await parts.reads.quote(quoteId);
  if (quote?.userId === ctx.visit.userId) return quote;
  await tell(ctx, { key: quote ? 'quote.foreign' : 'quote.gone' });
  return undefined;
}

/** Says why a price could not be quoted. */
export async function tellRefusal(
  ctx: BotContext,
  parts: BotParts,
  refusal: Extract<QuoteOutcome, { kind: 'refused' }>,
): Promise<void> {
  const locale = localeOf(ctx);
  if (isPromoRefusal(refusal)) {
    await tellPromoRefusal(ctx, parts, refusal);
    return;
  }
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
    case 'change_impossible':
    case 'change_at_end':
    case 'not_renewable':
      await tell(ctx, { key: `refused.${refusal.reason}` });
  }
}

/** One sentence and the way back to the menu. */
export function noteScreen(ctx: BotContext, key: TextKey): Screen {
  const locale = localeOf(ctx);
  return { text: say(locale, key), rows: [[openButton(locale, 'button.menu', 'nav:menu')]] };
}
