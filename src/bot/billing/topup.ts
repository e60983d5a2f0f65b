import { Composer, type Filter } from 'grammy';
import { parseTypedAmount } from '../../domain/billing/pricing';
import type { Money } from '../../domain/money';
import { decimalText, money } from '../../domain/money';
import type { TariffCard } from '../../reads/billing';
import { NEW_MESSAGE } from '../callback-data';
import { localeOf, show, tell, type BotContext, type CallbackHandlers } from '../context';
import { amountText, tokensText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Button, type Screen } from '../screen';
import { say } from '../wording';
import { offerQuote } from './offers';
import { periodOf } from './plans';

/** The open question of this feature; it waits half an hour (BOT-1). */
const DIALOGUE = { kind: 'topup_amount' } as const;
const DIALOGUE_MINUTES = 30;
/** Major units offered beside the minimum. */
const OFFERED = [500, 1000] as const;

export function topupFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('topup', (ctx) => showTopup(ctx, parts));
  composer.on('message:text').filter(isAsked, (ctx) => readAmount(ctx, parts));
  const callbacks: CallbackHandlers<'nav:top' | 'top:amt' | 'top:other'> = {
    'nav:top': (ctx, press) => showTopup(ctx, parts, press.arg === NEW_MESSAGE),
    'top:amt': (ctx, press) => pressAmount(ctx, parts, press.arg),
    'top:other': (ctx) => askAmount(ctx, parts),
  };
  return { composer, callbacks };
}

async function showTopup(ctx: BotContext, parts: BotParts, isNew = false): Promise<void> {
  const tariff = await parts.reads.topupTariff(ctx.visit.asOf);
  if (tariff?.minAmount) await show(ctx, topupScreen(ctx, tariff), { isNew });
  else await tell(ctx, { key: 'topup.unavailable' });
}

function topupScreen(ctx: BotContext, tariff: TariffCard): Screen {
  const locale = localeOf(ctx);
  const period = periodOf(tariff, locale);
  const fee = tokensText(tariff.feeUtok, locale);
  const amounts = amountsOf(tariff).map((amount) => amountButton(ctx, amount));
  return {
    text: lines(
      say(locale, 'topup.title'),
      say(locale, 'topup.rate'),
      tariff.feeUtok > 0 && period !== undefined && say(locale, 'topup.fee', { fee, period }),
    ),
    rows: [
      amounts,
      [button({ locale, key: 'button.other_amount' }, { route: 'top:other' })],
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}

function amountsOf({ minAmount, maxAmount }: TariffCard): readonly Money[] {
  if (!minAmount) return [];
  const rounder = OFFERED.map((major) =>
    money(major * 10 ** minAmount.exponent, minAmount.currency),
  );
  const allowed = rounder.filter(
    ({ minor }) => minor > minAmount.minor && minor <= (maxAmount?.minor ?? minor),
  );
  return [minAmount, ...allowed];
}

/** `v1:top:amt::200`: an amount is worth nothing until it is quoted, so the button may carry it openly. */
export function amountButton(ctx: BotContext, amount: Money): Button {
  const locale = localeOf(ctx);
  return button(
    { locale, key: 'button.amount', params: { amount: amountText(amount, locale) } },
    { route: 'top:amt', arg: decimalText(amount).replace(/\.0+$/, '') },
  );
}

async function pressAmount(
  ctx: BotContext,
  parts: BotParts,
  arg: string | undefined,
): Promise<void> {
  const tariff = await parts.reads.topupTariff(ctx.visit.asOf);
  const amountMinor = parseTypedAmount(arg ?? '', tariff?.minAmount?.exponent ?? 0);
  if (!tariff?.minAmount) await tell(ctx, { key: 'topup.unavailable' });
  else if (amountMinor === undefined) await tell(ctx, { key: 'unknown.button' });
  else await offerTopup(ctx, parts, { tariff, amountMinor });
}

async function askAmount(ctx: BotContext, parts: BotParts): Promise<void> {
  const tariff = await parts.reads.topupTariff(ctx.visit.asOf);
  if (!tariff?.minAmount) {
    await tell(ctx, { key: 'topup.unavailable' });
    return;
  }
  const locale = localeOf(ctx);
  const minimum = amountText(tariff.minAmount, locale);
  const text = say(locale, 'topup.ask', { minimum });
  await show(ctx, { text, rows: [[openButton(locale, 'button.back', 'nav:top')]] });
  const expiresAt = new Date(ctx.visit.asOf.getTime() + DIALOGUE_MINUTES * 60_000);
  ctx.visit.dialogue = { kind: 'set', state: DIALOGUE, expiresAt };
}

function isAsked<C extends BotContext>(ctx: C): ctx is C {
  const state = ctx.visit.arrival.dialogue as { readonly kind?: unknown } | undefined;
  return ctx.visit.dialogue.kind === 'keep' && state?.kind === DIALOGUE.kind;
}

/** The question stays open until an amount fits (TP-6). */
async function readAmount(ctx: Filter<BotContext, 'message:text'>, parts: BotParts): Promise<void> {
  const tariff = await parts.reads.topupTariff(ctx.visit.asOf);
  if (!tariff?.minAmount) {
    ctx.visit.dialogue = { kind: 'clear' };
    await tell(ctx, { key: 'topup.unavailable' });
    return;
  }
  const amountMinor = parseTypedAmount(ctx.message.text, tariff.minAmount.exponent);
  if (amountMinor === undefined) {
    const minimum = amountText(tariff.minAmount, localeOf(ctx));
    await tell(ctx, { key: 'topup.misunderstood', params: { minimum } });
    return;
  }
  const isOffered = await offerTopup(ctx, parts, { tariff, amountMinor });
  if (isOffered) ctx.visit.dialogue = { kind: 'clear' };
}

function offerTopup(
  ctx: BotContext,
  parts: BotParts,
  order: { tariff: TariffCard; amountMinor: number },
): Promise<boolean> {
  return offerQuote(ctx, parts, {
    tariffVersionId: order.tariff.tariffVersionId,
    currency: order.tariff.minAmount?.currency ?? '',
    amountMinor: order.amountMinor,
  });
}
