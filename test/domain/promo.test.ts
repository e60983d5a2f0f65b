import {
  bonusDaysOf,
  bonusUtokOf,
  discountMinor,
  freeSlot,
  judgePromo,
  judgeUnbound,
  normalizeCode,
  problemOfPromo,
  slotsLeftOf,
  type NewPromoCode,
  type PromoTerms,
  type PromoUse,
} from '../../src/domain/billing/promo';
import { canonicalTerms, priceOrder, type VersionTerms } from '../../src/domain/billing/pricing';

const NOW = new Date('2026-03-10T12:00:00Z');
const before = (ms: number) => new Date(NOW.getTime() - ms);
const later = (ms: number) => new Date(NOW.getTime() + ms);

const PERCENT: PromoTerms = {
  codeId: 'code-1',
  code: 'SALE10',
  kind: 'percent',
  value: 1_000,
  currency: null,
  alsoBonusUtok: 0,
  alsoBonusDays: 0,
  isActive: true,
  validFrom: before(1),
  validUntil: null,
  tariffId: null,
  perUser: 1,
  slotsLeft: null,
};
const USE: PromoUse = {
  asOf: NOW,
  tariffId: 'tariff-1',
  isTrial: false,
  hasPeriod: false,
  currency: 'RUB',
  usedByPerson: 0,
};

describe('a code as it is looked up (PR-1)', () => {
  const cases: readonly [typed: string, code: string | undefined][] = [
    ['SALE10', 'SALE10'],
    ['  sale10 \n', 'SALE10'],
    ['ｓａｌｅ１０', 'SALE10'],
    ['with-hyphen_and_line', 'WITH-HYPHEN_AND_LINE'],
    ['AB', undefined],
    ['A'.repeat(50), 'A'.repeat(50)],
    ['A'.repeat(51), undefined],
    ['%', undefined],
    ['_', undefined],
    ['___', '___'],
    ["' or 1=1", undefined],
    ['SALE%', undefined],
    ['СКИДКА', undefined],
    ['🎟🎟🎟', undefined],
    ['SALE 10', undefined],
    ['', undefined],
    ['x'.repeat(5_000), undefined],
  ];

  test.each(cases)('reads %j as %j', (typed, code) => {
    expect(normalizeCode(typed)).toBe(code);
  });
});

describe('whether a code may be used (PR-2)', () => {
  const cases: readonly [
    what: string,
    promo: Partial<PromoTerms> | undefined,
    use: Partial<PromoUse>,
    refusal: string | undefined,
  ][] = [
    ['in force', {}, {}, undefined],
    ['unknown', undefined, {}, 'promo_bad'],
    ['off', { isActive: false }, {}, 'promo_bad'],
    ['of tomorrow', { validFrom: later(1) }, {}, 'promo_bad'],
    ['that begins now', { validFrom: NOW }, {}, undefined],
    ['of yesterday', { validUntil: before(1) }, {}, 'promo_bad'],
    ['that ends now', { validUntil: NOW }, {}, 'promo_bad'],
    ['in its last millisecond', { validUntil: later(1) }, {}, undefined],
    ['of this tariff', { tariffId: 'tariff-1' }, {}, undefined],
    ['of another tariff', { tariffId: 'tariff-2' }, {}, 'promo_not_here'],
    ['for a discount, under a trial', {}, { isTrial: true }, 'promo_not_here'],
    ['for a trial, on a purchase', { kind: 'trial', value: 1 }, {}, 'promo_not_here'],
    ['for a trial, under that trial', { kind: 'trial' }, { isTrial: true }, undefined],
    ['in this currency', { kind: 'fixed', currency: 'RUB' }, {}, undefined],
    ['in another currency', { kind: 'fixed', currency: 'XTR' }, {}, 'promo_not_here'],
    ['for days, where there is no period', { kind: 'bonus_days' }, {}, 'promo_not_here'],
    ['for days, where there is one', { kind: 'bonus_days' }, { hasPeriod: true }, undefined],
    ['used once of once', {}, { usedByPerson: 1 }, 'promo_used'],
    ['used once of twice', { perUser: 2 }, { usedByPerson: 1 }, undefined],
    ['with a slot left', { slotsLeft: 1 }, {}, undefined],
    ['without a slot', { slotsLeft: 0 }, {}, 'promo_exhausted'],
    ['used and without a slot', { slotsLeft: 0 }, { usedByPerson: 1 }, 'promo_used'],
    ['off and of another tariff', { isActive: false, tariffId: 'x' }, {}, 'promo_bad'],
    ['of another tariff and used', { tariffId: 'x' }, { usedByPerson: 1 }, 'promo_not_here'],
  ];

  test.each(cases)('a code %s', (_what, promo, use, refusal) => {
    const terms = promo && { ...PERCENT, ...promo };
    expect(judgePromo(terms, { ...USE, ...use })).toBe(refusal);
  });

  test('is the same before anything is chosen, but for what it fits', () => {
    const use = { asOf: NOW, usedByPerson: 0 };
    expect(judgeUnbound({ ...PERCENT, tariffId: 'any', kind: 'trial' }, use)).toBeUndefined();
    expect(judgeUnbound({ ...PERCENT, isActive: false }, use)).toBe('promo_bad');
    expect(judgeUnbound(undefined, use)).toBe('promo_bad');
    expect(judgeUnbound(PERCENT, { ...use, usedByPerson: 1 })).toBe('promo_used');
  });
});

describe('slots', () => {
  test.each([
    [[], null],
    [[{ limit: null, reserved: 5, used: 5 }], null],
    [[{ limit: 10, reserved: 2, used: 3 }], 5],
    [
      [
        { limit: 10, reserved: 2, used: 3 },
        { limit: 4, reserved: 0, used: 4 },
      ],
      0,
    ],
  ])('left of %j are %j', (limits, left) => {
    expect(slotsLeftOf(limits)).toBe(left);
  });

  test.each([
    [[], 1],
    [[1], 2],
    [[2], 1],
    [[1, 2, 4], 3],
    [[3, 1], 2],
  ])('the free one beside %j is %i', (taken, slot) => {
    expect(freeSlot(taken)).toBe(slot);
  });
});

const TOPUP: VersionTerms = {
  tariffVersionId: 'v1',
  kind: 'topup',
  tokensUtok: 0,
  feeUtok: 100_000_000,
  periodUnit: 'month',
  periodCount: 1,
  minAmountMinor: 20_000,
  maxAmountMinor: null,
  priceMinor: undefined,
  utokPerMinor: 10_000,
};
const PLAN: VersionTerms = {
  ...TOPUP,
  kind: 'subscription',
  feeUtok: 0,
  minAmountMinor: null,
  priceMinor: 19_900,
};
const PACK: VersionTerms = { ...PLAN, kind: 'pack', periodUnit: null, periodCount: null };

function priced(promo: Partial<PromoTerms>, version = TOPUP, change = {}) {
  const price = priceOrder(version, {
    ...{ userId: 1, currency: 'RUB', amountMinor: 20_000, promo: { ...PERCENT, ...promo } },
    ...change,
  });
  if (price.kind === 'refused') throw new Error(price.reason);
  return price.terms;
}

describe('what a code does to a price (TP-10)', () => {
  const cases: readonly [what: string, promo: Partial<PromoTerms>, pay: number, off: number][] = [
    ['10 % off', { value: 1_000 }, 18_000, 2_000],
    ['half a hundredth rounds up', { value: 1 }, 19_998, 2],
    ['33.33 % off', { value: 3_333 }, 13_334, 6_666],
    ['99.99 % off leaves a rouble', { value: 9_999 }, 100, 19_900],
    ['a fixed amount', { kind: 'fixed', value: 5_000, currency: 'RUB' }, 15_000, 5_000],
    ['more than the price leaves a rouble', { kind: 'fixed', value: 90_000 }, 100, 19_900],
    ['all but 50 kopecks leaves a rouble', { kind: 'fixed', value: 19_950 }, 100, 19_900],
    ['bonus tokens take nothing off', { kind: 'bonus_tokens', value: 50_000_000 }, 20_000, 0],
  ];

  test.each(cases)('T-D4 T-D6 %s', (_what, promo, payAmountMinor, off) => {
    expect(priced(promo)).toMatchObject({
      payAmountMinor,
      discountMinor: off,
      listAmountMinor: 20_000,
      tokensUtok: 200_000_000,
    });
  });

  test.each([
    [1, 5_000, 1],
    [3, 5_000, 2],
    [5, 1_000, 1],
    [4, 1_000, 0],
    [9_999, 5_000, 5_000],
  ])('%i minor units less %i hundredths of a percent are %i less', (amount, value, off) => {
    expect(discountMinor({ ...PERCENT, value }, amount)).toBe(off);
  });

  test('is never less than one unit of a currency without decimals', () => {
    const stars = priced({ value: 9_999 }, { ...PACK, priceMinor: 75 }, { currency: 'XTR' });
    expect(stars).toMatchObject({ payAmountMinor: 1, discountMinor: 74 });
  });

  test('makes nothing dearer that costs less than the minimum', () => {
    const cheap = priced({ value: 5_000 }, { ...PACK, priceMinor: 60 });
    expect(cheap).toMatchObject({ payAmountMinor: 60, discountMinor: 0 });
  });

  test('gives bonus tokens and days of a combined code together', () => {
    const both = { alsoBonusUtok: 5_000_000, alsoBonusDays: 3 };
    expect(priced(both, PLAN)).toMatchObject({
      ...{ discountMinor: 1_990, bonusUtok: 5_000_000, bonusDays: 3, promoCodeId: 'code-1' },
    });
    expect(bonusUtokOf({ ...PERCENT, kind: 'bonus_tokens', value: 7, alsoBonusUtok: 2 })).toBe(9);
    expect(bonusDaysOf({ ...PERCENT, kind: 'bonus_days', value: 7, alsoBonusDays: 2 })).toBe(9);
  });

  test.each([
    ['a top-up', TOPUP],
    ['a pack', PACK],
  ])('promises no days with %s, which surely sells none', (_what, version) => {
    expect(priced({ alsoBonusDays: 3 }, version).bonusDays).toBe(0);
  });

  test('applies the minimum of a top-up before the discount (TP-4)', () => {
    expect(priced({ value: 5_000 }).payAmountMinor).toBe(10_000);
  });

  test('makes another order of it (CO-2)', () => {
    const plain = canonicalTerms({ ...priced({ value: 1_000 }), promoCodeId: null });
    expect(canonicalTerms(priced({ value: 1_000 }))).not.toBe(plain);
  });
});

describe('a new code (PR-10)', () => {
  const base: NewPromoCode = { code: 'SALE10', kind: 'percent', value: 1_000 };
  const cases: readonly [what: string, change: Partial<NewPromoCode>, problem?: string][] = [
    ['of 10 %', {}],
    ['of 0.01 %', { value: 1 }],
    ['of 99.99 %', { value: 9_999 }],
    ['of 0 %', { value: 0 }, 'value'],
    ['of 100 %', { value: 10_000 }, 'value'],
    ['of 150 %', { value: 15_000 }, 'value'],
    ['of −5 %', { value: -500 }, 'value'],
    ['of a fraction', { value: 10.5 }, 'value'],
    ['in lower case', { code: 'sale10' }, 'code'],
    ['too short', { code: 'AB' }, 'code'],
    ['that is a wildcard', { code: '%%%' }, 'code'],
    ['of a percentage with a currency', { currency: 'RUB' }, 'currency'],
    ['of an amount', { kind: 'fixed', value: 1, currency: 'RUB' }],
    ['of nothing', { kind: 'fixed', value: 0, currency: 'RUB' }, 'value'],
    ['of an amount without a currency', { kind: 'fixed', value: 1 }, 'currency'],
    ['of a currency nobody knows', { kind: 'fixed', value: 1, currency: 'ZZZ' }, 'currency'],
    ['of a day', { kind: 'bonus_days', value: 1 }],
    ['of 366 days', { kind: 'bonus_days', value: 366 }],
    ['of 367 days', { kind: 'bonus_days', value: 367 }, 'value'],
    ['of 367 days besides', { alsoBonusDays: 367 }, 'alsoBonusDays'],
    ['of tokens', { kind: 'bonus_tokens', value: 1 }],
    ['of negative tokens besides', { alsoBonusUtok: -1 }, 'alsoBonusUtok'],
    ['for a trial', { kind: 'trial', value: 1, tariffId: 't' }],
    ['for no trial', { kind: 'trial', value: 1 }, 'tariffId'],
    ['for two trials', { kind: 'trial', value: 2, tariffId: 't' }, 'value'],
    [
      'for a trial and tokens',
      { kind: 'trial', value: 1, tariffId: 't', alsoBonusUtok: 1 },
      'alsoBonusUtok',
    ],
    ['for one use', { maxUses: 1 }],
    ['for no use', { maxUses: 0 }, 'maxUses'],
  ];

  const rows = cases.map(([what, change, problem]) => ({ what, change, problem }));

  test.each(rows)('T-D4 $what', ({ change, problem }) => {
    expect(problemOfPromo({ ...base, ...change })).toBe(problem);
  });
});
