import fc from 'fast-check';
import { rawCostText } from '../../src/domain/billing/raw-cost';

test.each([
  ['0.05', '0.05'],
  ['0.0500000000', '0.05'],
  ['12', '12'],
  ['1e-7', '0.0000001'],
  ['0.000000000100', '0.0000000001'],
  [0.05, '0.05'],
  [1e-7, '0.0000001'],
  [1.5e2, '150'],
  [0, '0'],
  [-0, '0'],
  [0.1 + 0.2, '0.3'],
  [1e-11, '0'],
  [5e-11, '0.0000000001'],
])('%p is %s', (reported, text) => {
  expect(rawCostText(reported)).toBe(text);
});

test.each([
  ['-0.05'],
  ['+1'],
  ['abc'],
  [''],
  ['0,05'],
  [' 1'],
  ['0.12345678901'],
  ['1e-11'],
  ['10000000000'],
  ['1e400'],
  [-1],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [1e300],
])('%p is no cost', (reported) => {
  expect(rawCostText(reported)).toBeUndefined();
});

test('text and number of the same cost read the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 14 }), (units) => {
      const number = units / 1e6;
      expect(rawCostText(number)).toBe(rawCostText(number.toFixed(6)));
    }),
  );
});
