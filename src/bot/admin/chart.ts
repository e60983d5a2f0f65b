import type { Locale } from '../../domain/messages';
import type { DaySales } from '../../reads/admin/statistics';
import { barPicture, type BarPanel } from '../chart';
import { sayPlainly } from '../wording';

/** More currencies than this are left to the figures. */
const MOST_PANELS = 3;

export interface SalesPicture {
  /** Every day of the picture, `YYYY-MM-DD`, oldest first; those without sales are drawn empty. */
  readonly days: readonly string[];
  readonly sales: readonly DaySales[];
  readonly locale: Locale;
}

/** Received money by day and provider as a PNG, one panel for each currency, the busiest first. */
export function salesPicture(picture: SalesPicture): Buffer {
  const currencies = currenciesOf(picture.sales);
  const shown = (currencies.length > 0 ? currencies : ['RUB']).slice(0, MOST_PANELS);
  return barPicture(
    shown.map((currency) => panelOf(picture, currency)),
    picture.locale,
  );
}

function currenciesOf(sales: readonly DaySales[]): readonly string[] {
  const days = new Map<string, number>();
  for (const { received } of sales) {
    days.set(received.currency, (days.get(received.currency) ?? 0) + 1);
  }
  return [...days.entries()].sort((a, b) => b[1] - a[1]).map(([currency]) => currency);
}

function panelOf({ days, sales, locale }: SalesPicture, currency: string): BarPanel {
  const ours = sales.filter(({ received }) => received.currency === currency);
  const providers = [...new Set(ours.map(({ provider }) => provider))];
  const series = providers.map((provider) => ({
    label: provider,
    heights: days.map((day) => {
      const sale = ours.find((each) => each.day === day && each.provider === provider);
      return sale ? sale.received.minor / 10 ** sale.received.exponent : 0;
    }),
  }));
  return { title: sayPlainly(locale, 'admin.chart.title', { currency }), days, series };
}
