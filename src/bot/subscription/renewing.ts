import type { QuoteView } from '../../reads/billing';
import { noteScreen, ownQuote } from '../billing/offers';
import { periodOf } from '../billing/plans';
import { localeOf, show, tell, toast, type BotContext, type CallbackHandlers } from '../context';
import type { Press } from '../context';
import { instantText, tokensText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Screen } from '../screen';
import { say } from '../wording';
import { TEXTS, type TextKey } from '../../texts';
import { cardScreen } from './card';
import { isOver, ownSubscription, withLive, withOwn, type Own } from './own';
import { answerWish } from './wishes';
import { missingUtok, planButton, priceOf, priceText } from './words';

type RenewRoute = 'sub:renew' | 'sub:pay' | 'sub:begin';

/** How long a button that charges works (BOT-5). */
const BUTTON_MINUTES = 15;
const MINUTE = 60_000;

/** Renewing by hand: the period that is unpaid, or a subscription that is over begun again. */
export function renewing(parts: BotParts): CallbackHandlers<RenewRoute> {
  return {
    'sub:renew': (ctx, press) =>
      withOwn(ctx, parts, { press, act: (own) => askRenewal(ctx, parts, { own }) }),
    'sub:pay': (ctx, press) =>
      withLive(ctx, parts, { press, act: (own) => pay(ctx, parts, { own, press }) }),
    'sub:begin': (ctx, press) => begin(ctx, parts, press),
  };
}

interface Asking {
  readonly own: Own;
  readonly headline?: TextKey;
  readonly isNew?: boolean;
}

/** Shows what renewing would take and asks; nothing moves before the answer. */
export async function askRenewal(ctx: BotContext, parts: BotParts, asking: Asking): Promise<void> {
  const { own, headline, isNew = false } = asking;
  if (isOver(own.plan)) return askBeginning(ctx, parts, asking);
  if (own.plan.state !== 'past_due') {
    const until = instantText(own.plan.periodEnd, ctx.visit.place);
    await tell(ctx, { key: 'sub.pay.nothing', params: { until } });
    return;
  }
  const screen = paymentScreen(ctx, own);
  const head = headline && `${say(localeOf(ctx), headline)}\n`;
  await show(ctx, { ...screen, text: lines(head, screen.text) }, { isNew });
}

function paymentScreen(ctx: BotContext, own: Own): Screen {
  const { locale } = ctx.visit.place;
  const { plan } = own;
  const price = priceOf(own);
  const back = openButton(locale, 'button.sub_back', 'nav:sub');
  if (plan.isConfirming) return { text: say(locale, 'sub.card.confirming'), rows: [[back]] };
  const how = planButton(ctx, own, { key: 'button.sub_how', route: 'sub:how' });
  if (!price || plan.driver === 'none' || plan.driver === 'stars') {
    return { text: say(locale, 'sub.card.no_try'), rows: [[how], [back]] };
  }
  if (missingUtok(own) > 0) return missingScreen(ctx, own);
  const sum = priceText(ctx, price);
  const text =
    price.kind === 'tokens'
      ? say(locale, 'sub.pay.ask_tokens', {
          fee: tokensText(price.feeUtok, locale),
          ...funds(ctx, own),
        })
      : say(locale, 'sub.pay.ask_card', { amount: sum, card: plan.cardLabel ?? '' });
  const confirm = planButton(ctx, own, {
    ...{ key: 'button.pay_confirm', route: 'sub:pay', arg: ticketOf(ctx, own) },
    params: { price: sum },
  });
  return { text, rows: [[confirm], [how, back]] };
}

function funds(ctx: BotContext, { availableUtok }: Own) {
  return { balance: tokensText(availableUtok, localeOf(ctx)) };
}

function missingScreen(ctx: BotContext, own: Own): Screen {
  const locale = localeOf(ctx);
  const price = priceOf(own);
  const feeUtok = price?.kind === 'tokens' ? price.feeUtok : 0;
  return lackScreen(ctx, { feeUtok, availableUtok: own.availableUtok }, [
    planButton(ctx, own, { key: 'button.sub_how', route: 'sub:how' }),
    openButton(locale, 'button.sub_back', 'nav:sub'),
  ]);
}

function lackScreen(
  ctx: BotContext,
  { feeUtok, availableUtok }: { feeUtok: number; availableUtok: number },
  row: Screen['rows'][number],
): Screen {
  const locale = localeOf(ctx);
  const text = say(locale, 'sub.pay.missing', {
    missing: tokensText(feeUtok - availableUtok, locale),
    fee: tokensText(feeUtok, locale),
    balance: tokensText(availableUtok, locale),
  });
  return { text, rows: [[openButton(locale, 'button.topup', 'nav:top')], row] };
}

/** Names the unpaid period and the minute of asking: the button pays that period only, and soon. */
function ticketOf(ctx: BotContext, { plan }: Own): string {
  const minute = Math.floor(ctx.visit.asOf.getTime() / MINUTE);
  return `${plan.periodN}.${minute.toString(36)}`;
}

/** Two taps carry one ticket, which names the wish: the second gets the answer of the first. */
async function pay(
  ctx: BotContext,
  parts: BotParts,
  { own, press }: { own: Own; press: Press },
): Promise<void> {
  const { plan } = own;
  const ticket = press.arg ?? '';
  const [periodN, minute] = ticket.split('.');
  const age = ctx.visit.asOf.getTime() / MINUTE - Number.parseInt(minute ?? '', 36);
  if (plan.state !== 'past_due' || Number(periodN) !== plan.periodN) {
    return askRenewal(ctx, parts, { own });
  }
  if (!(age >= 0 && age <= BUTTON_MINUTES)) {
    return askRenewal(ctx, parts, { own, headline: 'sub.pay.stale' });
  }
  const { subscriptionId } = plan;
  const { userId } = ctx.visit;
  const updateId = `pay:${ticket}`;
  const outcome = await parts.commands.renewNow({ subscriptionId, userId, updateId });
  await answerWish(ctx, parts, { outcome, said: () => 'sub.done.trying' });
}

/** A subscription that is over begins anew by a quote like any other (BOT-5, SB-6). */
async function askBeginning(ctx: BotContext, parts: BotParts, asking: Asking): Promise<void> {
  const { userId, asOf } = ctx.visit;
  const { plan } = asking.own;
  const { tariffVersionId } = plan;
  const wish = { userId, asOf, tariffVersionId, currency: 'RUB', purpose: 'renewal' } as const;
  const quoted = await parts.records.createQuote(wish);
  const quote = quoted.kind === 'quoted' ? await parts.reads.quote(quoted.quoteId) : undefined;
  if (quote) await show(ctx, beginScreen(ctx, asking, quote), { isNew: asking.isNew ?? false });
  else await show(ctx, noteScreen(ctx, 'sub.pay.impossible'), { isNew: asking.isNew ?? false });
}

function beginScreen(ctx: BotContext, { own, headline }: Asking, quote: QuoteView): Screen {
  const locale = localeOf(ctx);
  const { feeUtok } = quote;
  const { availableUtok } = own;
  const back = openButton(locale, 'button.sub_back', 'nav:sub');
  if (feeUtok > availableUtok) return lackScreen(ctx, { feeUtok, availableUtok }, [back]);
  const fee = tokensText(feeUtok, locale);
  const ask = say(locale, 'sub.pay.ask_begin', {
    plan: quote.planName[locale],
    period: periodOf(quote, locale) ?? '',
    ...{ fee, ...funds(ctx, own) },
  });
  const price = priceText(ctx, { kind: 'tokens', feeUtok });
  const confirm = button(
    { locale, key: 'button.pay_confirm', params: { price } },
    { route: 'sub:begin', id: quote.quoteId },
  );
  return { text: lines(headline && `${say(locale, headline)}\n`, ask), rows: [[confirm], [back]] };
}

async function begin(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const quote = await ownQuote(ctx, parts, press.id);
  if (!quote) return;
  const { userId, asOf, arrival } = ctx.visit;
  const own = await ownSubscription(ctx, parts);
  if (own && !isOver(own.plan)) {
    await toast(ctx, { key: 'sub.pay.begun' });
    await show(ctx, cardScreen(ctx, own));
    return;
  }
  if (own && asOf.getTime() >= Date.parse(quote.buttonUntil)) {
    return askBeginning(ctx, parts, { own, headline: 'sub.pay.stale' });
  }
  const { clockOffsetMs } = arrival;
  const { quoteId } = quote;
  const outcome = await parts.commands.renewFromBalance({ quoteId, userId, clockOffsetMs });
  if (outcome.kind === 'refused') {
    await tellBeginRefusal(ctx, parts, { own, reason: outcome.reason });
    return;
  }
  await toast(ctx, { key: 'sub.pay.begun' });
  await show(ctx, cardScreen(ctx, await ownSubscription(ctx, parts)));
}

async function tellBeginRefusal(
  ctx: BotContext,
  parts: BotParts,
  { own, reason }: { own: Own | undefined; reason: string },
): Promise<void> {
  const isStale = reason === 'quote_expired' || reason === 'terms_changed';
  if (own && isStale) {
    await askBeginning(ctx, parts, { own, headline: 'sub.pay.stale' });
    return;
  }
  const key = `refused.${reason}`;
  const isNamed = key in TEXTS[localeOf(ctx)];
  await show(ctx, noteScreen(ctx, isNamed ? (key as TextKey) : 'sub.pay.impossible'));
}
