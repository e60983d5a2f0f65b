import { dirname, join } from 'node:path';
import { createCanvas, GlobalFonts, type Canvas } from '@napi-rs/canvas';
import { Chart, type ChartConfiguration } from 'chart.js/auto';
import type { Locale } from '../../domain/messages';
import type { DaySales } from '../../reads/admin/statistics';
import { sayPlainly } from '../wording';

/** A bare container has no fonts at all; this one comes with a package and knows Cyrillic. */
const FONTS = join(dirname(require.resolve('pdfmake/package.json')), 'fonts', 'Roboto');
for (const weight of ['Regular', 'Medium']) {
  GlobalFonts.registerFromPath(join(FONTS, `Roboto-${weight}.ttf`), 'Roboto');
}

const WIDTH = 1_200;
const PANEL_HEIGHT = 520;
/** More currencies than this are left to the figures. */
const MOST_PANELS = 3;
const COLOURS = ['#3b82f6', '#f59e0b', '#10b981', '#8b5cf6', '#ef4444', '#64748b'];
const INK = '#1f2937';
const GRID = '#e5e7eb';

export interface SalesPicture {
  /** Every day of the picture, `YYYY-MM-DD`, oldest first; those without sales are drawn empty. */
  readonly days: readonly string[];
  readonly sales: readonly DaySales[];
  readonly locale: Locale;
}

/** Received money by day and provider as a PNG, one panel for each currency, the busiest first. */
export function salesPicture(picture: SalesPicture): Buffer {
  const currencies = currenciesOf(picture.sales);
  const panels = (currencies.length > 0 ? currencies : ['RUB']).slice(0, MOST_PANELS);
  const page = createCanvas(WIDTH, PANEL_HEIGHT * panels.length);
  const pen = page.getContext('2d');
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, page.width, page.height);
  for (const [index, currency] of panels.entries()) {
    drawPanel(configuration(picture, currency), (panel) =>
      pen.drawImage(panel, 0, PANEL_HEIGHT * index),
    );
  }
  return page.toBuffer('image/png');
}

function currenciesOf(sales: readonly DaySales[]): readonly string[] {
  const days = new Map<string, number>();
  for (const { received } of sales) {
    days.set(received.currency, (days.get(received.currency) ?? 0) + 1);
  }
  return [...days.entries()].sort((a, b) => b[1] - a[1]).map(([currency]) => currency);
}

/** The library wipes a canvas before it draws and when it lets go of it: the panel is taken in between. */
function drawPanel(wish: ChartConfiguration<'bar'>, take: (panel: Canvas) => void): void {
  const canvas = createCanvas(WIDTH, PANEL_HEIGHT);
  const item = canvas as unknown as ConstructorParameters<typeof Chart>[0];
  const chart = new Chart(item, wish);
  take(canvas);
  chart.destroy();
}

function configuration(picture: SalesPicture, currency: string): ChartConfiguration<'bar'> {
  const { days, locale } = picture;
  const font = { family: 'Roboto', size: 18 };
  const title = sayPlainly(locale, 'admin.chart.title', { currency });
  return {
    type: 'bar',
    data: {
      labels: days.map((day) => dayLabel(day, locale)),
      datasets: datasets(picture, currency),
    },
    options: {
      locale,
      ...{ responsive: false, animation: false, devicePixelRatio: 1, color: INK, font },
      layout: { padding: 24 },
      plugins: {
        title: { display: true, text: title, color: INK, font: { ...font, size: 26 } },
        legend: { position: 'bottom', labels: { font, color: INK } },
      },
      scales: {
        x: { stacked: true, grid: { display: false }, ticks: { font, color: INK, maxRotation: 0 } },
        y: {
          ...{ stacked: true, beginAtZero: true, suggestedMax: 1, grid: { color: GRID } },
          ticks: { font, color: INK, precision: 0 },
        },
      },
    },
  };
}

/** Heights of bars are pixels and no money: here an amount may become a fraction of a number. */
function datasets({ days, sales }: SalesPicture, currency: string) {
  const ours = sales.filter(({ received }) => received.currency === currency);
  const providers = [...new Set(ours.map(({ provider }) => provider))];
  return providers.map((provider, index) => ({
    label: provider,
    backgroundColor: COLOURS[index % COLOURS.length] ?? INK,
    data: days.map((day) => {
      const sale = ours.find((each) => each.day === day && each.provider === provider);
      return sale ? sale.received.minor / 10 ** sale.received.exponent : 0;
    }),
  }));
}

/** `05.03` in Russian, `03-05` in English. */
function dayLabel(day: string, locale: Locale): string {
  return locale === 'ru' ? `${day.slice(8)}.${day.slice(5, 7)}` : day.slice(5);
}
