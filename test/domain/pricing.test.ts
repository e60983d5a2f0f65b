import {
  canonicalTerms,
  parseTypedAmount,
  priceOrder,
  type QuoteTerms,
  type VersionTerms,
} from '../../src/domain/billing/pricing';

const TOPUP: VersionTerms = {
  tariffVersionId: 'v1',
  kind: 'topup',
  tokensUtok: 0,
  feeUtok: 100_000_000,
  periodUnit: 'month',
  periodCount: 1,
  minAmountMinor: 20_000,
  maxAmountMinor: 10_000_000,
  priceMinor: undefined,
  utokPerMinor: 10_000,
};
const PACK: VersionTerms = {
  ...TOPUP,
  kind: 'pack',
  tokensUtok: 20_000_000,
  feeUtok: 0,
  periodUnit: null,
  periodCount: null,
  minAmountMinor: null,
  maxAmountMinor: null,
  priceMinor: 9_900,
};

const price = (version: VersionTerms, amountMinor?: number, currency = 'RUB') =>
  priceOrder(version, {
    userId: 1,
    currency,
    ...(amountMinor === undefined ? {} : { amountMinor }),
  });

describe('a top-up', () => {
  const cases: readonly [name: string, amount: number | undefined, expected: object][] = [
    ['below the minimum', 19_999, { reason: 'below_minimum', minimum: { minor: 20_000 } }],
    ['of 50 roubles', 5_000, { reason: 'below_minimum' }],
    ['at the minimum', 20_000, { terms: { payAmountMinor: 20_000, tokensUtok: 200_000_000 } }],
    ['with kopecks', 20_001, { terms: { tokensUtok: 200_010_000 } }],
    ['at the maximum', 10_000_000, { terms: { tokensUtok: 100_000_000_000 } }],
    ['above the maximum', 10_000_001, { reason: 'above_maximum', maximum: { minor: 10_000_000 } }],
    ['of no amount', undefined, { reason: 'amount_missing' }],
    ['of nothing', 0, { reason: 'below_minimum' }],
    ['of a negative amount', -1, { reason: 'below_minimum' }],
  ];

  test.each(cases)('%s (TP-4, TP-5)', (_name, amount, expected) => {
    expect(price(TOPUP, amount)).toMatchObject(expected);
  });

  test('carries fee, period and rate of its version, whatever is on sale today', () => {
    expect(price(TOPUP, 20_000)).toMatchObject({
      terms: { feeUtok: 100_000_000, periodUnit: 'month', periodCount: 1, utokPerMinor: 10_000 },
    });
  });

  test('has a maximum even where its version names none', () => {
    const open = { ...TOPUP, maxAmountMinor: null };
    expect(price(open, 10_000_000)).toMatchObject({ kind: 'priced' });
    expect(price(open, 10_000_001)).toMatchObject({ reason: 'above_maximum' });
  });

  test('needs a rate', () => {
    const rateless = { ...TOPUP, utokPerMinor: undefined };
    expect(price(rateless, 20_000)).toMatchObject({ reason: 'currency_not_sold' });
  });
});

describe('a product', () => {
  test('costs its price and gives its tokens, whatever amount somebody asks for', () => {
    expect(price(PACK, 1)).toMatchObject({
      terms: {
        listAmountMinor: 9_900,
        payAmountMinor: 9_900,
        discountMinor: 0,
        tokensUtok: 20_000_000,
        exponent: 2,
      },
    });
  });

  test('is not sold where it has no price, nor in a currency nobody knows', () => {
    expect(price({ ...PACK, priceMinor: undefined })).toMatchObject({
      reason: 'currency_not_sold',
    });
    expect(price(PACK, undefined, 'ZZZ')).toMatchObject({ reason: 'currency_not_sold' });
  });

  test('is sold without a rate, which only money that comes late would need', () => {
    const rateless = { ...PACK, utokPerMinor: undefined };
    expect(price(rateless)).toMatchObject({ terms: { utokPerMinor: null } });
  });
});

describe('canonicalTerms', () => {
  const terms = (version: VersionTerms, amount?: number): QuoteTerms => {
    const priced = price(version, amount);
    if (priced.kind === 'refused') throw new Error(priced.reason);
    return priced.terms;
  };

  test('is equal for equal orders (TP-7)', () => {
    expect(canonicalTerms(terms(TOPUP, 20_000))).toBe(canonicalTerms(terms(TOPUP, 20_000)));
  });

  const base = terms(TOPUP, 20_000);
  const changes = Object.keys(base) as (keyof QuoteTerms)[];

  test.each(changes)('differs when %s differs', (member) => {
    const value = base[member];
    const other = typeof value === 'number' ? value + 1 : `${value}x`;
    expect(canonicalTerms({ ...base, [member]: other })).not.toBe(canonicalTerms(base));
  });
});

describe('parseTypedAmount (TP-6)', () => {
  const cases: readonly [text: string, minor: number | undefined][] = [
    ['250', 25_000],
    ['250.50', 25_050],
    ['250,50', 25_050],
    ['250.5', 25_050],
    [' 250 ', 25_000],
    ['1 000', 100_000],
    ['12 345,67', 1_234_567],
    ['1\u00a0000', 100_000],
    ['1\u202f000', 100_000],
    ['100 000', 10_000_000],
    ['250.505', undefined],
    ['250.', undefined],
    ['1 00', undefined],
    ['-250', undefined],
    ['+250', undefined],
    ['2e3', undefined],
    ['1.000,50', undefined],
    ['много', undefined],
    ['250 ₽', undefined],
    ['', undefined],
    ['9999999999', undefined],
    ['0x10', undefined],
  ];

  test.each(cases)('reads %p as %p', (text, minor) => {
    expect(parseTypedAmount(text, 2)).toBe(minor);
  });

  test('takes no decimals where the currency has none', () => {
    expect(parseTypedAmount('75', 0)).toBe(75);
    expect(parseTypedAmount('75.0', 0)).toBeUndefined();
  });
});
