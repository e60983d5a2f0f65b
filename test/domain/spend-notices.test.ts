import {
  crossedThreshold,
  reachedPercent,
  thresholdsOf,
} from '../../src/domain/billing/spend-notices';

const THRESHOLDS = thresholdsOf('50,20,10,0.5');

test('thresholds are written in tokens, also in parts of one', () => {
  expect(THRESHOLDS).toEqual([50_000_000, 20_000_000, 10_000_000, 500_000]);
});

test.each([
  [51, 50, 50],
  [50, 49, undefined],
  [100, 15, 20],
  [100, 51, undefined],
  [100, -5, 0.5],
  [10, 60, undefined],
  [60, 60, undefined],
])('a balance that goes from %d to %d tokens is told at %p', (from, to, told) => {
  const change = { fromUtok: from * 1_000_000, toUtok: to * 1_000_000 };
  expect(crossedThreshold(change, THRESHOLDS)).toBe(told && told * 1_000_000);
});

test.each([
  [0, 49, undefined],
  [49, 50, 50],
  [50, 79, undefined],
  [0, 80, 80],
  [0, 100, 100],
  [80, 250, 100],
  [100, 120, undefined],
  [60, 40, undefined],
])('a limit of 100 of which %d and then %d are used is told at %p percent', (from, to, told) => {
  expect(reachedPercent({ fromUtok: from, toUtok: to, limitUtok: 100 })).toBe(told);
});

test('a limit of nothing is reached by nothing, and large ones are exact', () => {
  expect(reachedPercent({ fromUtok: 0, toUtok: 5, limitUtok: 0 })).toBeUndefined();
  const limitUtok = 900_000_000_000_001;
  const toUtok = 450_000_000_000_000;
  expect(reachedPercent({ fromUtok: 0, toUtok, limitUtok })).toBeUndefined();
  expect(reachedPercent({ fromUtok: 0, toUtok: toUtok + 1, limitUtok })).toBe(50);
});
