import type { ManagedTariff } from '../../reads/admin/tariffs';
import type { PriceProspect } from '../../reads/price-offers';
import { periodOf, pricesText } from '../billing/plans';
import { localeOf, type BotContext } from '../context';
import { amountText, tokensText } from '../display';
import { button, lines, type Screen } from '../screen';
import { say } from '../wording';
import { prospectButtons, prospectLines } from './price-offers';

export function tariffsScreen(ctx: BotContext, tariffs: readonly ManagedTariff[]): Screen {
  const locale = localeOf(ctx);
  return {
    text: lines(
      say(locale, 'offers.tariffs.title'),
      '',
      ...tariffs.map((tariff) => tariffLine(ctx, tariff)),
    ),
    rows: tariffs.map(({ tariffId: id, slug }) => [
      button(
        { locale, key: 'offers.button.campaign', params: { name: slug } },
        { route: 'adm:tar', id },
      ),
    ]),
  };
}

/** A tariff with what can be switched, and how its next version is made. */
export function tariffScreen(
  ctx: BotContext,
  tariff: ManagedTariff,
  prospect: PriceProspect | undefined,
): Screen {
  const locale = localeOf(ctx);
  const { tariffId: id, slug, version, kind } = tariff;
  const period = periodOf(tariff, locale);
  const tokens = (utok: number) => tokensText(utok, locale);
  const sale = tariff.isActive ? ('off' as const) : ('on' as const);
  const sight = tariff.isHidden ? ('show' as const) : ('hide' as const);
  const turn = (arg: 'on' | 'off' | 'hide' | 'show') =>
    button({ locale, key: `offers.button.${arg}` }, { route: 'adm:turn', id, arg });
  return {
    text: lines(
      say(locale, 'offers.tariff.title', { name: tariff.name[locale], slug }),
      say(locale, 'offers.tariff.version', { version, kind }),
      say(locale, tariff.isActive ? 'offers.tariff.on_sale' : 'offers.tariff.off_sale'),
      tariff.isHidden && say(locale, 'offers.tariff.hidden'),
      '',
      priceText(ctx, tariff),
      tariff.tokensUtok > 0 && say(locale, 'tariff.tokens', { tokens: tokens(tariff.tokensUtok) }),
      period !== undefined && say(locale, 'tariff.period', { period }),
      tariff.feeUtok > 0 && say(locale, 'tariff.fee', { fee: tokens(tariff.feeUtok) }),
      '',
      ...(prospect ? prospectLines(ctx, prospect) : []),
      say(locale, 'offers.tariff.usage', { slug }),
    ),
    rows: [
      [turn(sale), turn(sight)],
      prospect ? prospectButtons(ctx, tariff, prospect) : [],
      [button({ locale, key: 'offers.button.all_tariffs' }, { route: 'adm:tars' })],
    ],
  };
}

function tariffLine(ctx: BotContext, tariff: ManagedTariff): string {
  const { slug, version, isActive, isHidden } = tariff;
  const shown = isHidden ? '🙈' : '✅';
  const state = isActive ? shown : '⛔️';
  const params = { state, slug, version, price: priceText(ctx, tariff) };
  return say(localeOf(ctx), 'offers.tariffs.line', params);
}

/** What is asked for it: its prices, or the limits of a top-up. */
function priceText(ctx: BotContext, { prices, minAmount, maxAmount }: ManagedTariff): string {
  const locale = localeOf(ctx);
  if (!minAmount) return pricesText(prices, locale);
  const least = amountText(minAmount, locale);
  return maxAmount
    ? say(locale, 'offers.tariff.limits_both', { least, most: amountText(maxAmount, locale) })
    : say(locale, 'offers.tariff.limits', { least });
}
