import fc from 'fast-check';
import { BugError } from '../../src/domain/assert';
import {
  decimalText,
  exponentOf,
  money,
  parseDecimal,
  sameMoney,
  scaledText,
} from '../../src/domain/money';

describe('parseDecimal (TP-11)', () => {
  const cases: readonly [text: string, exponent: number, minor: number | undefined][] = [
    ['200', 2, 20_000],
    ['200.0', 2, 20_000],
    ['200.00', 2, 20_000],
    ['200.000000', 2, 20_000],
    ['200.01', 2, 20_001],
    ['200.001', 2, undefined],
    ['0.01', 2, 1],
    ['0', 2, 0],
    ['75', 0, 75],
    ['75.0', 0, 75],
    ['75.5', 0, undefined],
    ['1.234', 3, 1_234],
    ['1.23456789', 8, 123_456_789],
    ['-1', 2, undefined],
    ['+1', 2, undefined],
    ['1e3', 2, undefined],
    ['1,5', 2, undefined],
    ['.5', 2, undefined],
    ['5.', 2, undefined],
    [' 5', 2, undefined],
    ['0x10', 2, undefined],
    ['', 2, undefined],
    ['NaN', 2, undefined],
    ['９', 2, undefined],
    ['90071992547409.92', 2, undefined],
    ['999999999999999', 9, undefined],
  ];

  test.each(cases)('reads %p with exponent %i as %p', (text, exponent, minor) => {
    expect(parseDecimal(text, exponent)).toBe(minor);
  });

  test('reads back every amount it writes, for every currency', () => {
    const currencies = fc.constantFrom('RUB', 'JPY', 'XTR', 'KWD', 'USDT', 'BTC', 'TON');
    const minor = fc.integer({ min: 0, max: 1_000_000_000_000 });
    fc.assert(
      fc.property(currencies, minor, (currency, amount) => {
        const exact = money(amount, currency);
        expect(parseDecimal(decimalText(exact), exact.exponent)).toBe(amount);
      }),
    );
  });

  test('never throws and never gives an inexact integer, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 9 }), (text, exponent) => {
        const minor = parseDecimal(text, exponent);
        expect(minor === undefined || (Number.isSafeInteger(minor) && minor >= 0)).toBe(true);
      }),
    );
  });
});

describe('money', () => {
  test.each([
    ['RUB', 2],
    ['JPY', 0],
    ['XTR', 0],
    ['KWD', 3],
    ['USDT', 6],
    ['BTC', 8],
    ['TON', 9],
    ['ZZZ', undefined],
  ])('%s has exponent %p', (currency, exponent) => {
    expect(exponentOf(currency)).toBe(exponent);
  });

  test('of an unknown currency or with a fraction is a mistake of the program', () => {
    expect(() => money(1, 'ZZZ')).toThrow(BugError);
    expect(() => money(0.5, 'RUB')).toThrow(BugError);
    expect(() => money(2 ** 53, 'RUB')).toThrow(BugError);
  });

  test('is the same only in currency, scale and number', () => {
    const amount = money(100, 'RUB');
    expect(sameMoney(amount, { ...amount })).toBe(true);
    expect(sameMoney(amount, money(101, 'RUB'))).toBe(false);
    expect(sameMoney(amount, money(100, 'USD'))).toBe(false);
    expect(sameMoney(amount, { ...amount, exponent: 3 })).toBe(false);
  });
});

test.each([
  [20_000, 2, '200.00'],
  [5, 2, '0.05'],
  [-5, 2, '-0.05'],
  [0, 2, '0.00'],
  [-0, 2, '0.00'],
  [75, 0, '75'],
  [1, 9, '0.000000001'],
])('scaledText of %i by %i places is %s', (value, places, text) => {
  expect(scaledText(value, places)).toBe(text);
});
