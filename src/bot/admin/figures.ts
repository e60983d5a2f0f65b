import type { RevenueLine, SalesReport, Span, Standing } from '../../reads/admin/statistics';
import { safeInteger } from '../../domain/assert';
import { money, type Money } from '../../domain/money';
import type { Locale } from '../../domain/messages';
import { localeOf, type BotContext } from '../context';
import { amountText, instantText, tokensText } from '../display';
import { lines } from '../screen';
import { say } from '../wording';
import { percentText } from './percent';

const UTOK_PER_KOPECK = 10_000;

export interface Figures {
  readonly days: 1 | 7 | 30;
  readonly span: Span;
  readonly report: SalesReport;
  readonly standing: Standing;
}

/** The figures with what each of them means beside it (OPS-11). */
export function figuresText(ctx: BotContext, figures: Figures): string {
  const { place } = ctx.visit;
  const { locale } = place;
  const since = instantText(figures.span.from.toISOString(), place);
  return lines(
    say(locale, 'admin.stats.title', { since }),
    '',
    ...revenueLines(locale, figures.report),
    ...peopleLines(locale, figures.report),
    '',
    ...tokenLines(locale, figures.report),
    marginLine(locale, figures.report),
    '',
    ...standingLines(ctx, figures.standing),
    '',
    say(locale, 'admin.stats.definitions'),
  );
}

function revenueLines(locale: Locale, { revenue }: SalesReport): readonly string[] {
  if (revenue.length === 0) return [say(locale, 'admin.stats.no_revenue')];
  return revenue.map((line) => revenueLine(locale, line));
}

function revenueLine(locale: Locale, { provider, received, returned, payments }: RevenueLine) {
  const params = { provider, payments, received: amountText(received, locale) };
  return returned.minor === 0
    ? say(locale, 'admin.stats.revenue', params)
    : say(locale, 'admin.stats.revenue_returned', {
        ...params,
        returned: amountText(returned, locale),
      });
}

function peopleLines(locale: Locale, report: SalesReport): readonly (string | false)[] {
  const { payers, newPayers, newPeople, trialsEnded, trialsConverted } = report;
  const { membersAtStart, membersLost } = report;
  const arpu = arpuTexts(locale, report);
  return [
    say(locale, 'admin.stats.people', { newPeople, payers, newPayers }),
    arpu !== '' && say(locale, 'admin.stats.arpu', { amounts: arpu }),
    say(locale, 'admin.stats.churn', {
      ...{ lost: membersLost, members: membersAtStart },
      percent: percentText(locale, membersLost, membersAtStart),
    }),
    say(locale, 'admin.stats.trials', {
      ...{ ended: trialsEnded, converted: trialsConverted },
      percent: percentText(locale, trialsConverted, trialsEnded),
    }),
  ];
}

/** Net money of each currency for each person with a paid period; nothing where nobody had one. */
function arpuTexts(locale: Locale, { revenue, membersDuring }: SalesReport): string {
  if (membersDuring === 0) return '';
  const net = new Map<string, Money>();
  for (const { received, returned } of revenue) {
    const known = net.get(received.currency)?.minor ?? 0;
    const minor = known + received.minor - returned.minor;
    net.set(received.currency, { ...received, minor });
  }
  return [...net.values()]
    .map((sum) => ({ ...sum, minor: halfUp(sum.minor, membersDuring) }))
    .map((each) => amountText(each, locale))
    .join(', ');
}

/** Whole minor units, half of one rounded up. */
function halfUp(minor: number, parts: number): number {
  const [whole, divisor] = [BigInt(minor), BigInt(parts)];
  return safeInteger((2n * whole + divisor) / (2n * divisor));
}

function tokenLines(locale: Locale, report: SalesReport): readonly string[] {
  const { soldUtok, givenUtok, spentUtok, expiredUtok } = report;
  return [
    say(locale, 'admin.stats.tokens', {
      sold: tokensText(soldUtok, locale),
      given: tokensText(givenUtok, locale),
      spent: tokensText(spentUtok, locale),
      expired: tokensText(expiredUtok, locale),
    }),
  ];
}

/** A token is taken at its price of a rouble (P-4), so both sides are kopecks. */
function marginLine(locale: Locale, { workUtok, workCostMinor }: SalesReport): string {
  const chargedMinor = halfUp(workUtok, UTOK_PER_KOPECK);
  const marginMinor = chargedMinor - workCostMinor;
  const sign = marginMinor < 0 ? '−' : '';
  const roubles = (minor: number) => amountText(money(minor, 'RUB'), locale);
  return say(locale, 'admin.stats.margin', {
    ...{ charged: roubles(chargedMinor), cost: roubles(workCostMinor) },
    margin: `${sign}${roubles(Math.abs(marginMinor))}`,
    percent: `${chargedMinor === 0 ? '' : sign}${percentText(locale, Math.abs(marginMinor), chargedMinor)}`,
  });
}

function standingLines(ctx: BotContext, standing: Standing): readonly string[] {
  const locale = localeOf(ctx);
  const { active, trialing, pastDue, paused, cancelling, openItems, mrrMinor } = standing;
  return [
    say(locale, 'admin.stats.standing', { active, trialing, pastDue, paused, cancelling }),
    say(locale, 'admin.stats.mrr', { mrr: amountText(money(mrrMinor, 'RUB'), locale) }),
    say(locale, 'admin.stats.open_items', { count: openItems }),
  ];
}
