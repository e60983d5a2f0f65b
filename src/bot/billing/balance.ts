import { Composer } from 'grammy';
import type { LotsView, TariffCard, WalletView } from '../../reads/billing';
import { NEW_MESSAGE } from '../callback-data';
import { localeOf, show, type BotContext, type CallbackHandlers } from '../context';
import { amountText, instantText, tokensText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Screen } from '../screen';
import { say } from '../wording';
import { amountButton } from './topup';

export function balanceFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('balance', (ctx) => showBalance(ctx, parts));
  const callbacks: CallbackHandlers<'nav:bal'> = {
    'nav:bal': (ctx, press) => showBalance(ctx, parts, press.arg === NEW_MESSAGE),
  };
  return { composer, callbacks };
}

async function showBalance(ctx: BotContext, parts: BotParts, isNew = false): Promise<void> {
  const { userId, asOf } = ctx.visit;
  const [wallet, tariff] = await Promise.all([
    parts.reads.wallet(userId, asOf),
    parts.reads.topupTariff(asOf),
  ]);
  const offersAuto = (parts.settings.autoTopupDailyCapMinor ?? 0) > 0;
  await show(ctx, balanceScreen(ctx, wallet, { tariff, offersAuto }), { isNew });
}

function balanceScreen(
  ctx: BotContext,
  wallet: WalletView,
  { tariff, offersAuto }: { tariff: TariffCard | undefined; offersAuto: boolean },
): Screen {
  const locale = localeOf(ctx);
  const { subscription } = wallet;
  const isActive = subscription !== undefined && subscription.access !== 'none';
  const text = lines(
    say(locale, 'balance.title'),
    ownerLine(ctx),
    '',
    ...walletLines(ctx, wallet),
    ...(isActive ? activeLines(ctx, wallet, tariff) : inactiveLines(ctx, tariff)),
    ...lotLines(ctx, wallet),
  );
  const other = button({ locale, key: 'button.other_amount' }, { route: 'top:other' });
  return {
    text,
    rows: [
      tariff?.minAmount ? [amountButton(ctx, tariff.minAmount), other] : [],
      [
        openButton(locale, 'button.promo', 'promo:ask'),
        openButton(locale, 'button.history', 'nav:hist'),
      ],
      offersAuto ? [openButton(locale, 'button.auto', 'nav:auto')] : [],
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}

function ownerLine(ctx: BotContext): string {
  const locale = localeOf(ctx);
  const name = [ctx.from?.first_name, ctx.from?.last_name].filter(Boolean).join(' ');
  const id = String(ctx.visit.userId);
  return name
    ? say(locale, 'balance.owner', { name, id })
    : say(locale, 'balance.owner_nameless', { id });
}

function walletLines(ctx: BotContext, wallet: WalletView): readonly (string | false)[] {
  const locale = localeOf(ctx);
  const tokens = (utok: number) => tokensText(utok, locale);
  const { balanceUtok, heldUtok } = wallet;
  const availableUtok = balanceUtok - heldUtok;
  return [
    say(locale, 'balance.amount', { balance: tokens(balanceUtok) }),
    heldUtok > 0 &&
      say(locale, 'balance.held', {
        held: tokens(heldUtok),
        available: tokens(Math.max(0, availableUtok)),
      }),
    availableUtok < 0 && say(locale, 'balance.debt', { debt: tokens(-availableUtok) }),
  ];
}

function activeLines(
  ctx: BotContext,
  wallet: WalletView,
  tariff: TariffCard | undefined,
): readonly (string | false)[] {
  const { place } = ctx.visit;
  const { locale } = place;
  const { subscription } = wallet;
  const days = daysLeft(wallet);
  return [
    subscription !== undefined &&
      say(locale, 'balance.until', { until: instantText(subscription.periodEnd, place) }),
    subscription !== undefined &&
      subscription.feeUtok > 0 &&
      say(locale, 'balance.fee', { fee: tokensText(subscription.feeUtok, locale) }),
    tariff?.minAmount !== undefined &&
      say(locale, 'balance.minimum', { amount: amountText(tariff.minAmount, locale) }),
    days !== undefined && say(locale, 'balance.forecast', { days }),
  ];
}

function inactiveLines(
  ctx: BotContext,
  tariff: TariffCard | undefined,
): readonly (string | false)[] {
  const locale = localeOf(ctx);
  const isSimple = tariff?.minAmount !== undefined && tariff.feeUtok > 0;
  return [
    '',
    `⚠️ ${say(locale, 'err.subscription')}`,
    isSimple &&
      tariff.minAmount !== undefined &&
      say(locale, 'balance.how_to_activate', {
        minimum: amountText(tariff.minAmount, locale),
        fee: tokensText(tariff.feeUtok, locale),
      }),
  ];
}

/** What the balance consists of and what of it ends when; not worth a line while all of it is alike and endless. */
function lotLines(ctx: BotContext, { lots }: WalletView): readonly string[] {
  const isPlain = lots.length < 2 && lots.every(({ expiresAt }) => expiresAt === undefined);
  if (isPlain) return [];
  const { locale } = ctx.visit.place;
  return ['', say(locale, 'balance.lots'), ...lots.map((lot) => lotLine(ctx, lot))];
}

function lotLine(ctx: BotContext, { origin, utok, heldUtok, expiresAt }: LotsView): string {
  const { place } = ctx.visit;
  const { locale } = place;
  const values = { origin: say(locale, `lot.origin.${origin}`), tokens: tokensText(utok, locale) };
  const line =
    expiresAt === undefined
      ? say(locale, 'balance.lot', values)
      : say(locale, 'balance.lot_until', { ...values, until: instantText(expiresAt, place) });
  if (heldUtok === 0) return line;
  return line + say(locale, 'balance.lot_held', { held: tokensText(heldUtok, locale) });
}

/** Whole days the available tokens last at the speed of the last seven; unknown where nothing was spent. */
function daysLeft(wallet: WalletView): number | undefined {
  const available = wallet.balanceUtok - wallet.heldUtok;
  if (wallet.spentLastWeekUtok <= 0 || available <= 0) return undefined;
  return Number((BigInt(available) * 7n) / BigInt(wallet.spentLastWeekUtok));
}
