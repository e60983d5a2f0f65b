import { amountText, instantText, signedTokensText, tokensText } from '../../src/bot/display';
import { plainText, splitHtml } from '../../src/bot/long-text';
import { money } from '../../src/domain/money';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('amounts', () => {
  it.each([
    { minor: 20_000, currency: 'RUB', ru: '200 ₽', en: '₽200' },
    { minor: 20_050, currency: 'RUB', ru: '200,50 ₽', en: '₽200.50' },
    { minor: 1_234_567, currency: 'RUB', ru: '12 345,67 ₽', en: '₽12,345.67' },
    { minor: 100, currency: 'XTR', ru: '⭐ 100', en: '⭐ 100' },
    { minor: 999, currency: 'USD', ru: '9,99 $', en: '$9.99' },
    { minor: 1_500, currency: 'JPY', ru: '1500 ¥', en: '¥1500' },
    { minor: 1_250_000, currency: 'USDT', ru: '1,25 USDT', en: '1.25 USDT' },
    { minor: 1_234, currency: 'KWD', ru: '1,234 KWD', en: '1.234 KWD' },
  ])('$minor minor units of $currency are $ru and $en', ({ minor, currency, ru, en }) => {
    expect(plain(amountText(money(minor, currency), 'ru'))).toBe(ru);
    expect(plain(amountText(money(minor, currency), 'en'))).toBe(en);
  });

  it('T-B6 tokens keep their fraction, and a minus is a minus', () => {
    expect(tokensText(99_990_000, 'ru')).toBe('99,99');
    expect(tokensText(99_990_000, 'en')).toBe('99.99');
    expect(tokensText(-1_500_000, 'en')).toBe('−1.50');
    expect(signedTokensText(200_000_000, 'en')).toBe('+200');
  });
});

describe('instants', () => {
  it('stand in the zone of the person, which is named', () => {
    const at = '2026-03-01T21:05:00.000Z';
    expect(plain(instantText(at, { locale: 'ru', timeZone: 'Europe/Moscow' }))).toBe(
      '02.03.2026 00:05 МСК',
    );
    expect(plain(instantText(at, { locale: 'en', timeZone: 'Europe/Moscow' }))).toBe(
      '2026-03-02 00:05 MSK',
    );
    expect(plain(instantText(at, { locale: 'en', timeZone: 'Asia/Kathmandu' }))).toBe(
      '2026-03-02 02:50 UTC+5:45',
    );
    expect(plain(instantText(at, { locale: 'en', timeZone: 'UTC' }))).toBe('2026-03-01 21:05 UTC');
  });
});

describe('long texts', () => {
  it('are cut between lines, and nothing is lost', () => {
    const lines = Array.from({ length: 300 }, (_, index) => `<b>line ${index}</b> with some words`);
    const parts = splitHtml(lines.join('\n'));
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(4096);
      expect(part.match(/<b>/g)?.length).toBe(part.match(/<\/b>/g)?.length);
    }
    expect(parts.join('\n')).toBe(lines.join('\n'));
  });

  it('lose the markup of a line that is too long by itself, and never cut an escape', () => {
    const parts = splitHtml(`<i>${'&lt;&amp;x'.repeat(2000)}</i>`);
    for (const part of parts) expect(part).not.toMatch(/<i>|&[a-z]*$/);
    expect(plainText(parts.join(''))).toBe('<&x'.repeat(2000));
  });
});
