import { roundAmounts, topupLimits } from '../../src/domain/billing/topup-limits';
import { money } from '../../src/domain/money';
import { priceOrder, type VersionTerms } from '../../src/domain/billing/pricing';

const LIMITS = { minAmountMinor: 20_000, maxAmountMinor: 10_000_000 };

describe('the limits of a top-up', () => {
  it.each([
    ['RUB', 10_000, 20_000, 10_000_000],
    ['USD', 950_000, 211, 105_263],
    ['JPY', 600_000, 334, 166_666],
    ['XTR', 1_300_000, 154, 76_923],
    ['KWD', 260_000, 770, 384_615],
    ['USDT', 80, 2_500_000, 1_250_000_000],
    ['BTC', 60_000, 3_334, 1_666_666],
  ])('in %s at %i µtok a minor unit are %i and %i', (currency, utokPerMinor, least, most) => {
    expect(topupLimits(LIMITS, { currency, utokPerMinor })).toEqual({
      minimum: money(least, currency),
      maximum: money(most, currency),
    });
  });

  it('never buy fewer tokens than the minimum is worth, nor more than the maximum', () => {
    for (let utokPerMinor = 1; utokPerMinor < 3_000_000; utokPerMinor += 9_973) {
      const limits = topupLimits(LIMITS, { currency: 'USD', utokPerMinor });
      const [least, most] = [limits?.minimum.minor ?? 0, limits?.maximum.minor ?? 0];
      expect(BigInt(least) * BigInt(utokPerMinor)).toBeGreaterThanOrEqual(200_000_000n);
      expect(BigInt(least - 1) * BigInt(utokPerMinor)).toBeLessThan(200_000_000n);
      expect(BigInt(most) * BigInt(utokPerMinor)).toBeLessThanOrEqual(100_000_000_000n);
    }
  });

  it('stand in where a version names none, and do not exist for a currency nobody knows', () => {
    const open = { minAmountMinor: null, maxAmountMinor: null };
    expect(topupLimits(open, { currency: 'RUB', utokPerMinor: 10_000 })).toEqual({
      minimum: money(1, 'RUB'),
      maximum: money(10_000_000, 'RUB'),
    });
    expect(topupLimits(open, { currency: 'ZZZ', utokPerMinor: 1 })).toBeUndefined();
  });

  it.each([
    [213, 384],
    [999, 5_000],
  ])('give the least of %i the round amounts above it', (minimum, maximum) => {
    const limits = { minimum: money(minimum, 'USD'), maximum: money(maximum, 'USD') };
    const minors = roundAmounts(limits, 2).map(({ minor }) => minor);
    expect(minors).toEqual(minimum === 213 ? [213] : [999, 1_000, 2_000]);
  });

  it('bind the price', () => {
    const version: VersionTerms = {
      ...{ tariffVersionId: 'v', kind: 'topup', tokensUtok: 0, feeUtok: 0, priceMinor: undefined },
      ...{ periodUnit: null, periodCount: null, utokPerMinor: 600_000, ...LIMITS },
    };
    const price = (amountMinor: number) =>
      priceOrder(version, { userId: 1, currency: 'JPY', amountMinor });
    expect(price(333)).toMatchObject({ reason: 'below_minimum', minimum: money(334, 'JPY') });
    expect(price(334)).toMatchObject({ terms: { tokensUtok: 200_400_000, exponent: 0 } });
    expect(price(166_667)).toMatchObject({ reason: 'above_maximum' });
  });
});
