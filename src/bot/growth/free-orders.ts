import { assertNever } from '../../domain/assert';
import type { FreeOrderOutcome } from '../../commands/contract';
import type { QuoteView } from '../../reads/billing';
import { show, type BotContext } from '../context';
import { noteScreen, offerAgain } from '../billing/offers';
import type { BotParts } from '../parts';
import { enterCode } from '../promo/codes';
import { PROMO_REFUSED } from '../promo/refusal';

/** Confirms an order that costs nothing (CO-13). The second tap of two gets what the first one got. */
export async function completeFree(
  ctx: BotContext,
  parts: BotParts,
  quote: QuoteView,
): Promise<void> {
  const { userId, asOf, arrival } = ctx.visit;
  if (!quote.isConsumed && asOf.getTime() >= Date.parse(quote.buttonUntil)) {
    await offerFresh(ctx, parts, quote);
    return;
  }
  const { quoteId } = quote;
  const { clockOffsetMs } = arrival;
  const outcome = await parts.commands.completeFreeOrder({ quoteId, userId, clockOffsetMs });
  if (outcome.kind === 'fulfilled') await show(ctx, noteScreen(ctx, 'free.done'));
  else await showRefusal(ctx, parts, { quote, reason: outcome.reason });
}

type RefusedFreeOrder = Extract<FreeOrderOutcome, { kind: 'refused' }>;

async function showRefusal(
  ctx: BotContext,
  parts: BotParts,
  { quote, reason }: { quote: QuoteView; reason: RefusedFreeOrder['reason'] },
): Promise<void> {
  switch (reason) {
    case 'quote_expired':
    case 'terms_changed':
      await offerFresh(ctx, parts, quote);
      return;
    case 'quote_already_used':
      await show(ctx, noteScreen(ctx, 'free.done'));
      return;
    case 'quote_unknown':
    case 'not_free':
    case 'change_impossible':
    case 'already_subscribed':
    case 'insufficient_balance':
    case 'user_blocked':
    case 'money_frozen':
    case 'erasing':
    case 'terms_not_accepted':
    case 'trial_used':
    case 'trial_not_stacked':
    case 'trial_not_new':
    case 'trial_too_early':
    case 'trial_too_late':
      await show(ctx, noteScreen(ctx, `refused.${reason}`));
      return;
    case 'promo_bad':
    case 'promo_not_here':
    case 'promo_used':
    case 'promo_exhausted':
      await show(ctx, noteScreen(ctx, PROMO_REFUSED[reason]));
      return;
    default:
      assertNever(reason);
  }
}

/** A trial is opened by its code only, so that is where it begins anew. */
async function offerFresh(ctx: BotContext, parts: BotParts, quote: QuoteView): Promise<void> {
  const { promoCode } = quote;
  if (quote.purpose === 'trial' && promoCode !== null) {
    await enterCode(ctx, parts, { typed: promoCode });
    return;
  }
  await offerAgain(ctx, parts, { quote, headline: 'quote.stale' });
}
