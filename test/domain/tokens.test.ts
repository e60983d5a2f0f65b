import { BugError } from '../../src/domain/assert';
import { convertMinor, tokenDisplay, tokens, tokenText } from '../../src/domain/tokens';

test.each([
  [19_999, 10_000, 199_990_000],
  [1, 10_000, 10_000],
  [0, 10_000, 0],
  [10_000_000, 10_000, 100_000_000_000],
])('%i kopecks at %i are %i micro-tokens (TP-5)', (minor, rate, utok) => {
  expect(convertMinor(minor, rate)).toBe(utok);
});

test('a conversion that would lose a digit is a mistake of the program', () => {
  expect(() => convertMinor(9_007_199_254_740_991, 10_000)).toThrow(BugError);
  expect(() => tokens(2 ** 40)).toThrow(BugError);
});

test.each([
  [9_840_000, '9.84'],
  [100_000_000, '100'],
  [1, '0.000001'],
  [0, '0'],
  [-0, '0'],
  [-2_500_000, '-2.5'],
  [10_000_000, '10'],
  [1_000_000_000_000, '1000000'],
])('tokenText of %i is %s', (utok, text) => {
  expect(tokenText(utok)).toBe(text);
});

test.each([
  [99_990_000, '99.99'],
  [99_994_999, '99.99'],
  [99_995_000, '100'],
  [4_999, '0'],
  [5_000, '0.01'],
  [-4_999, '0'],
  [-5_000, '-0.01'],
  [100_000_000, '100'],
  [100_500_000, '100.50'],
])('tokenDisplay of %i is %s, and minus zero does not exist', (utok, text) => {
  expect(tokenDisplay(utok)).toBe(text);
});
