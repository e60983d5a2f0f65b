import {
  problemOfCampaign,
  worthMinorOf,
  type NewCampaign,
} from '../../src/domain/billing/campaigns';
import { problemOfTerms, type TariffTerms } from '../../src/domain/billing/tariff-terms';
import type { TariffKind } from '../../src/domain/billing/pricing';

const CAMPAIGN: NewCampaign = { name: 'Spring', code: 'SPRING', kind: 'percent', value: 1_000 };

describe('a new campaign (PR-10)', () => {
  const cases: readonly [what: string, change: Partial<NewCampaign>, problem?: string][] = [
    ['without limits', {}],
    ['of many codes', { count: 1_000, budget: 10 }],
    ['of too many codes', { count: 1_001 }, 'count'],
    ['of no codes', { count: 0 }, 'count'],
    ['without a name', { name: ' ' }, 'name'],
    ['with a budget of nothing', { budget: 0 }, 'budget'],
    ['with a limit of nothing', { perUser: 0 }, 'perUser'],
    ['of a value out of range', { value: 10_000 }, 'value'],
    ['whose endings do not fit', { code: 'A'.repeat(45), count: 2 }, 'code'],
    [
      'that ends before it begins',
      { validFrom: '2026-03-02T00:00:00Z', validUntil: '2026-03-01T00:00:00Z' },
      'validUntil',
    ],
  ];

  const rows = cases.map(([what, change, problem]) => ({ what, change, problem }));

  test.each(rows)('$what', ({ change, problem }) => {
    expect(problemOfCampaign({ ...CAMPAIGN, ...change })).toBe(problem);
  });
});

describe('what a campaign may give away (OPS-12)', () => {
  const cases: readonly [what: string, change: Partial<NewCampaign>, minor: number | undefined][] =
    [
      ['without a bound', {}, undefined],
      ['10 % of ten usual orders', { budget: 10 }, 100_000],
      [
        'five roubles, a hundred times',
        { kind: 'fixed', currency: 'RUB', value: 500, budget: 100 },
        50_000,
      ],
      [
        'Stars are judged like a whole order',
        { kind: 'fixed', currency: 'XTR', value: 5, budget: 1 },
        100_000,
      ],
      ['tokens at what they cost', { kind: 'bonus_tokens', value: 50_000_000, budget: 2 }, 10_000],
      ['three days of thirty', { kind: 'bonus_days', value: 3, budget: 1 }, 10_000],
      ['a trial', { kind: 'trial', value: 1, tariffId: 't', budget: 1 }, 100_000],
      ['all that is combined', { budget: 1, alsoBonusUtok: 1_000_000, alsoBonusDays: 3 }, 20_100],
      ['the uses of each code', { count: 5, maxUses: 2 }, 100_000],
      ['the smaller of two bounds', { count: 5, maxUses: 2, budget: 1 }, 10_000],
    ];

  test.each(cases)('%s', (_what, change, minor) => {
    expect(worthMinorOf({ ...CAMPAIGN, ...change })).toBe(minor);
  });
});

describe('the terms of a tariff', () => {
  const PLAN: TariffTerms = {
    ...{ tokensUtok: 1, feeUtok: 0, periodUnit: 'month', periodCount: 1 },
    ...{ minAmountMinor: null, maxAmountMinor: null, prices: { RUB: 100, XTR: 1 } },
  };
  const TOPUP = { ...PLAN, minAmountMinor: 20_000, prices: {} };
  const cases: readonly [TariffKind, TariffTerms, Partial<TariffTerms>, string?][] = [
    ['mixed', PLAN, {}],
    ['pack', PLAN, { periodUnit: null, periodCount: null }],
    ['pack', PLAN, { tokensUtok: 0 }, 'tokensUtok'],
    ['pack', PLAN, { prices: {} }, 'prices'],
    ['pack', PLAN, { prices: { RUB: 0 } }, 'prices'],
    ['mixed', PLAN, { prices: { ZZZ: 100 } }, 'prices'],
    ['mixed', PLAN, { prices: { RUB: 1.5 } }, 'prices'],
    ['subscription', PLAN, { periodUnit: null, periodCount: null }, 'periodUnit'],
    ['subscription', PLAN, { periodCount: null }, 'periodCount'],
    ['subscription', PLAN, { periodCount: 0 }, 'periodCount'],
    ['trial', PLAN, { prices: { RUB: 0 } }],
    ['trial', PLAN, {}, 'prices'],
    ['topup', TOPUP, {}],
    ['topup', TOPUP, { minAmountMinor: null }, 'minAmountMinor'],
    ['topup', TOPUP, { maxAmountMinor: 19_999 }, 'minAmountMinor'],
    ['topup', TOPUP, { prices: { RUB: 100 } }, 'prices'],
    ['topup', TOPUP, { feeUtok: -1 }, 'feeUtok'],
  ];

  const rows = cases.map(([kind, terms, change, problem]) => ({ kind, terms, change, problem }));

  test.each(rows)('of a $kind with $change', ({ kind, terms, change, problem }) => {
    expect(problemOfTerms(kind, { ...terms, ...change })).toBe(problem);
  });
});
