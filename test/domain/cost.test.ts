import {
  costUtok,
  costUtokIfSafe,
  exactProduct,
  isMore,
  plainDecimalText,
} from '../../src/domain/billing/cost';
import { tokenText } from '../../src/domain/tokens';

const at314 = { multiplier: '3.14' };

describe('the cost of work', () => {
  it.each([
    ['0.05', 'cent', '0.16'],
    ['0.004', 'cent', '0.01'],
    ['0.001', 'cent', '0'],
    ['0.05', 'exact', '0.157'],
    ['0.004', 'exact', '0.01256'],
    ['0', 'cent', '0'],
    ['0.0500000000', 'cent', '0.16'],
    ['1000', 'cent', '3140'],
    ['0.0000001', 'exact', '0'],
    ['0.00000016', 'exact', '0.000001'],
  ] as const)('%s × 3.14, %s, is %s tokens', (rawCost, rounding, tokens) => {
    expect(tokenText(costUtok({ ...at314, rawCost, rounding }))).toBe(tokens);
  });

  it.each([
    ['0.005', '1', 'cent', '0.01'],
    ['0.0049999999', '1', 'cent', '0'],
    ['0.1', '3', 'cent', '0.3'],
    ['1.005', '1', 'cent', '1.01'],
    ['0.0000005', '1', 'exact', '0.000001'],
    ['0.0000004999', '1', 'exact', '0'],
  ] as const)('rounds half up: %s × %s, %s, is %s', (rawCost, multiplier, rounding, tokens) => {
    expect(tokenText(costUtok({ rawCost, multiplier, rounding }))).toBe(tokens);
  });

  it('converts another currency before it rounds, once', () => {
    const cost = { ...at314, rawCost: '0.0011', rubPerUnit: '91.37', rounding: 'cent' } as const;
    expect(tokenText(costUtok(cost))).toBe('0.32');
    expect(tokenText(costUtok({ ...cost, rounding: 'exact' }))).toBe('0.315592');
  });

  it('is nothing where no wallet could ever hold it', () => {
    const cost = { rawCost: '9999999999', multiplier: '3.14', rounding: 'cent' } as const;
    expect(costUtokIfSafe(cost)).toBeUndefined();
    expect(() => costUtok(cost)).toThrow('fits');
  });

  it.each([
    ['0.1', '0.09', true],
    ['0.10', '0.1', false],
    ['2', '10', false],
    ['10', '9.99999', true],
  ])('%s is more than %s: %s', (first, second, expected) => {
    expect(isMore(first, second)).toBe(expected);
  });

  it('is computed in decimals, not in floats', () => {
    let sumUtok = 0;
    for (let step = 0; step < 10_000; step += 1)
      sumUtok += costUtok({ rawCost: '0.01', multiplier: '1', rounding: 'cent' });
    expect(tokenText(sumUtok)).toBe('100');
    expect(exactProduct('0.1', '0.2')).toBe('0.02');
    expect(exactProduct('0.05', '3.14')).toBe('0.157');
    expect(plainDecimalText('3.1400')).toBe('3.14');
    expect(plainDecimalText('12.0000')).toBe('12');
  });

  it.each(['-1', '1e3', '', 'NaN', 'Infinity', '1.', '.5', '0x10'])('refuses "%s"', (rawCost) => {
    expect(() => costUtok({ ...at314, rawCost, rounding: 'cent' })).toThrow('decimal');
  });

  it('refuses what no wallet could hold', () => {
    const huge = { rawCost: '99999999999', multiplier: '3.14', rounding: 'cent' } as const;
    expect(() => costUtok(huge)).toThrow('fits');
  });
});
