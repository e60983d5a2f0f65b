import { dirname, join } from 'node:path';
import { createCanvas, GlobalFonts, type Canvas } from '@napi-rs/canvas';
import { Chart, type ChartConfiguration } from 'chart.js/auto';
import type { Locale } from '../domain/messages';

/** A bare container has no fonts at all; this one comes with a package and knows Cyrillic. */
const FONTS = join(dirname(require.resolve('pdfmake/package.json')), 'fonts', 'Roboto');
for (const weight of ['Regular', 'Medium']) {
  GlobalFonts.registerFromPath(join(FONTS, `Roboto-${weight}.ttf`), 'Roboto');
}

const WIDTH = 1_200;
const PANEL_HEIGHT = 520;
const COLOURS = ['#3b82f6', '#f59e0b', '#10b981', '#8b5cf6', '#ef4444', '#64748b'];
const INK = '#1f2937';
const GRID = '#e5e7eb';

/** Bars by day. Heights are pixels and neither money nor tokens: here an amount may become a fraction of a number. */
export interface BarPanel {
  readonly title: string;
  /** Every day of the picture, `YYYY-MM-DD`, oldest first. */
  readonly days: readonly string[];
  readonly series: readonly { readonly label: string; readonly heights: readonly number[] }[];
  /** Beside each other instead of on top of each other. */
  readonly isGrouped?: boolean;
}

/** Panels below each other as a PNG. */
export function barPicture(panels: readonly BarPanel[], locale: Locale): Buffer {
  const page = createCanvas(WIDTH, PANEL_HEIGHT * panels.length);
  const pen = page.getContext('2d');
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, page.width, page.height);
  for (const [index, panel] of panels.entries()) {
    drawPanel(configuration(panel, locale), (drawn) =>
      pen.drawImage(drawn, 0, PANEL_HEIGHT * index),
    );
  }
  return page.toBuffer('image/png');
}

/** The library wipes a canvas before it draws and when it lets go of it: the panel is taken in between. */
function drawPanel(wish: ChartConfiguration<'bar'>, take: (panel: Canvas) => void): void {
  const canvas = createCanvas(WIDTH, PANEL_HEIGHT);
  const item = canvas as unknown as ConstructorParameters<typeof Chart>[0];
  const chart = new Chart(item, wish);
  take(canvas);
  chart.destroy();
}

function configuration(panel: BarPanel, locale: Locale): ChartConfiguration<'bar'> {
  const font = { family: 'Roboto', size: 18 };
  const stacked = !panel.isGrouped;
  return {
    type: 'bar',
    data: {
      labels: panel.days.map((day) => dayLabel(day, locale)),
      datasets: panel.series.map(({ label, heights }, index) => ({
        ...{ label, data: [...heights] },
        backgroundColor: COLOURS[index % COLOURS.length] ?? INK,
      })),
    },
    options: {
      locale,
      ...{ responsive: false, animation: false, devicePixelRatio: 1, color: INK, font },
      layout: { padding: 24 },
      plugins: {
        title: { display: true, text: panel.title, color: INK, font: { ...font, size: 26 } },
        legend: { position: 'bottom', labels: { font, color: INK } },
      },
      scales: {
        x: { stacked, grid: { display: false }, ticks: { font, color: INK, maxRotation: 0 } },
        y: {
          ...{ stacked, beginAtZero: true, suggestedMax: 1, grid: { color: GRID } },
          ticks: { font, color: INK, precision: 0 },
        },
      },
    },
  };
}

/** `05.03` in Russian, `03-05` in English. */
function dayLabel(day: string, locale: Locale): string {
  return locale === 'ru' ? `${day.slice(8)}.${day.slice(5, 7)}` : day.slice(5);
}
