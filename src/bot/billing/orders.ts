import { setTimeout as sleep } from 'node:timers/promises';
import { assertNever } from '../../domain/assert';
import type { CheckoutOpening, RenewalWish } from '../../commands/contract';
import type { QuoteView } from '../../reads/billing';
import { show, tell, toast, type BotContext, type CallbackHandlers, type Press } from '../context';
import { completeFree } from '../growth/free-orders';
import { providersFor, type BotParts } from '../parts';
import { PROMO_REFUSED } from '../promo/refusal';
import { renewalWish } from '../subscription/renewal-buttons';
import { showInvoice } from './invoices';
import { noteScreen, offerAgain, offerSame, ownQuote } from './offers';

/** Confirming or refusing a quote (BOT-5). */
export function ordersFeature(parts: BotParts) {
  const callbacks: CallbackHandlers<'q:ok' | 'q:auto' | 'q:no'> = {
    'q:ok': (ctx, press) => confirm(ctx, parts, { press, isRenewing: false }),
    'q:auto': (ctx, press) => confirm(ctx, parts, { press, isRenewing: true }),
    'q:no': (ctx, press) => refuse(ctx, parts, press),
  };
  return { callbacks };
}

async function confirm(
  ctx: BotContext,
  parts: BotParts,
  { press, isRenewing }: { press: Press; isRenewing: boolean },
): Promise<void> {
  const quote = await ownQuote(ctx, parts, press.id);
  if (!quote) return;
  if (quote.payAmount.minor === 0) {
    await completeFree(ctx, parts, quote);
    return;
  }
  // An invoice takes the id of the quote it consumes, so the second tap of two finds what the first one made.
  if (quote.isConsumed) {
    await showInvoice(ctx, parts, { invoiceId: quote.quoteId });
    return;
  }
  if (ctx.visit.asOf.getTime() >= Date.parse(quote.buttonUntil)) {
    await offerAgain(ctx, parts, { quote, headline: 'quote.stale' });
    return;
  }
  const provider = chosenProvider(parts, quote, press);
  if (provider === undefined) {
    await offerAgain(ctx, parts, { quote, headline: 'refused.provider_unknown' });
    return;
  }
  const verdict = await parts.records.takeRate('invoice', ctx.visit.userId);
  if (verdict.kind === 'limited') {
    await tell(ctx, { key: 'rate.limited', params: { seconds: verdict.retryAfterSeconds } });
    return;
  }
  const renewal = isRenewing ? { renewal: renewalWish(ctx, provider) } : {};
  await open(ctx, parts, { quote, provider, ...renewal });
}

async function open(
  ctx: BotContext,
  parts: BotParts,
  { quote, provider, renewal }: { quote: QuoteView; provider: string; renewal?: RenewalWish },
): Promise<void> {
  const opening = parts.commands.openCheckout({
    quoteId: quote.quoteId,
    userId: ctx.visit.userId,
    provider,
    clockOffsetMs: ctx.visit.arrival.clockOffsetMs,
    ...(renewal ? { renewal } : {}),
  });
  // A provider may take its time; an unanswered button would look stuck, and late answers are refused.
  if (await takesLong(opening)) await toast(ctx, { key: 'quote.opening' });
  const opened = await opening;
  if (opened.kind === 'open') await forgetUsed(ctx, parts, quote);
  await showOpening(ctx, parts, { opening: opened, quote });
}

/** The code was kept for one order, and this is it. */
async function forgetUsed(ctx: BotContext, parts: BotParts, quote: QuoteView): Promise<void> {
  const { arrival, userId } = ctx.visit;
  if (quote.promoCode === null || quote.promoCode !== arrival.promoCode) return;
  await parts.records.rememberPromo(userId, undefined);
}

const LONG_MS = 1_500;

async function takesLong(work: Promise<unknown>): Promise<boolean> {
  const enough = new AbortController();
  const patience = sleep(LONG_MS, true, { signal: enough.signal }).catch(() => false);
  const isLong = await Promise.race([work.then(isQuick, isQuick), patience]);
  enough.abort();
  return isLong;
}

function isQuick(): false {
  return false;
}

async function showOpening(
  ctx: BotContext,
  parts: BotParts,
  { opening, quote }: { opening: CheckoutOpening; quote: QuoteView },
): Promise<void> {
  switch (opening.kind) {
    case 'open':
    case 'existing':
      await showInvoice(ctx, parts, { invoiceId: opening.invoiceId });
      return;
    case 'refused':
      await showRefusal(ctx, parts, { reason: opening.reason, quote });
      return;
    default:
      assertNever(opening);
  }
}

type RefusedOpening = Extract<CheckoutOpening, { kind: 'refused' }>;

async function showRefusal(
  ctx: BotContext,
  parts: BotParts,
  { reason, quote }: { reason: RefusedOpening['reason']; quote: QuoteView },
): Promise<void> {
  switch (reason) {
    case 'quote_already_used':
      await showInvoice(ctx, parts, { invoiceId: quote.quoteId });
      return;
    case 'quote_expired':
    case 'terms_changed':
      await offerAgain(ctx, parts, { quote, headline: 'quote.stale' });
      return;
    case 'promo_bad':
    case 'promo_not_here':
    case 'promo_used':
    case 'promo_exhausted':
      // The till has the last word about a slot: offered with it once more, the order would be refused again.
      await parts.records.rememberPromo(ctx.visit.userId, undefined);
      await offerSame(ctx, parts, { quote, headline: PROMO_REFUSED[reason], promo: null });
      return;
    case 'provider_unavailable':
    case 'provider_unknown':
      await offerAgain(ctx, parts, { quote, headline: `refused.${reason}` });
      return;
    case 'quote_unknown':
    case 'user_blocked':
    case 'money_frozen':
    case 'erasing':
    case 'terms_not_accepted':
    case 'too_many_open':
      await show(ctx, noteScreen(ctx, `refused.${reason}`));
  }
}

function chosenProvider(parts: BotParts, quote: QuoteView, press: Press): string | undefined {
  const fitting = providersFor(parts, quote.payAmount.currency);
  const chosen = press.arg ?? (fitting.length === 1 ? fitting[0]?.name : undefined);
  return fitting.find(({ name }) => name === chosen)?.name;
}

async function refuse(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const quote = await ownQuote(ctx, parts, press.id);
  if (!quote) return;
  const isFree = quote.payAmount.minor === 0;
  if (!quote.isConsumed) await show(ctx, noteScreen(ctx, 'quote.cancelled'));
  else if (isFree) await show(ctx, noteScreen(ctx, 'free.done'));
  else await showInvoice(ctx, parts, { invoiceId: quote.quoteId });
}
