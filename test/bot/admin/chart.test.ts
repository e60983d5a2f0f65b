import { writeFileSync } from 'node:fs';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { salesPicture, type SalesPicture } from '../../../src/bot/admin/chart';
import { money } from '../../../src/domain/money';

const DAYS = Array.from({ length: 30 }, (_, index) =>
  new Date(Date.UTC(2030, 0, 1 + index)).toISOString().slice(0, 10),
);
const SALES = DAYS.flatMap((day, index) => [
  { day, provider: 'robokassa', received: money(100_000 + ((index * 7_919) % 50_000), 'RUB') },
  { day, provider: 'mock', received: money(20_000 + ((index * 104_729) % 30_000), 'RUB') },
  ...(index % 3 === 0 ? [{ day, provider: 'stars', received: money(100 + index, 'XTR') }] : []),
]);

async function pixelsOf(picture: SalesPicture) {
  const png = salesPicture(picture);
  expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const image = await loadImage(png);
  const canvas = createCanvas(image.width, image.height);
  const pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  const colours = new Map<string, number>();
  for (let at = 0; at < data.length; at += 4) {
    const colour = `${data[at]},${data[at + 1]},${data[at + 2]}`;
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
  }
  if (process.env['CHART_FILE']) writeFileSync(process.env['CHART_FILE'], png);
  return { width: image.width, height: image.height, colours };
}

describe('the chart of sales', () => {
  it('has a panel for each currency and a colour for each provider', async () => {
    const { width, height, colours } = await pixelsOf({ days: DAYS, sales: SALES, locale: 'ru' });
    expect([width, height]).toEqual([1_200, 1_040]);
    expect(colours.get('59,130,246') ?? 0).toBeGreaterThan(50_000);
    expect(colours.get('245,158,11') ?? 0).toBeGreaterThan(10_000);
    expect(colours.get('255,255,255') ?? 0).toBeLessThan(width * height);
  });

  it('writes its words, in Russian too: without a font there would be no ink', async () => {
    const empty = { days: DAYS, sales: [], locale: 'ru' } as const;
    const { width, height, colours } = await pixelsOf(empty);
    expect([width, height]).toEqual([1_200, 520]);
    expect(colours.get('31,41,55') ?? 0).toBeGreaterThan(1_000);
  });

  it('draws a day without sales as nothing and a currency nobody knows in its units', async () => {
    const received = { minor: 5, currency: 'ZZZ', exponent: 0 };
    const sales = [{ day: DAYS[3] ?? '', provider: 'odd', received }];
    const { colours } = await pixelsOf({ days: DAYS, sales, locale: 'en' });
    expect(colours.get('59,130,246') ?? 0).toBeGreaterThan(1_000);
  });
});
