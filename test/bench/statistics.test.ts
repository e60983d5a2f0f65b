import { median, percentile, ratio, sampleOf, spread, summaryOf } from '../../bench/statistics';

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test.each([
    [0.5, 50],
    [0.95, 95],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('of one to a hundred at %d is %d', (share, value) => {
    expect(percentile(hundred, share)).toBe(value);
  });

  test('of one value is that value', () => {
    expect(percentile([7], 0.99)).toBe(7);
  });

  test('of nothing is no number', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

test.each([
  [[3], 3],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (values, middle) => {
  expect(median(values)).toBe(middle);
});

test.each([
  [6, 3, 2],
  [1, 0, undefined],
  [undefined, 3, undefined],
  [3, undefined, undefined],
  [Number.NaN, 3, undefined],
])('%p to %p is a ratio of %p', (of, to, expected) => {
  expect(ratio(of, to)).toBe(expected);
});

test('the spread is what the largest has above the smallest', () => {
  expect(spread([10, 12, 11])).toBeCloseTo(0.2);
  expect(spread([5])).toBe(0);
});

test('a window counts its answers and not its order', () => {
  const sample = sampleOf([30, 10, 20], { seconds: 2, failed: 1 });
  expect(sample).toEqual({
    answered: 3,
    failed: 1,
    seconds: 2,
    p50Ms: 20,
    p95Ms: 30,
    p99Ms: 30,
  });
});

test('a summary takes the middle repetition of each number and adds up the failures', () => {
  const window = { failed: 1, seconds: 2, p95Ms: 9, p99Ms: 9 };
  const summary = summaryOf([
    { ...window, answered: 200, p50Ms: 1 },
    { ...window, answered: 20, p50Ms: 50 },
    { ...window, answered: 220, p50Ms: 2 },
  ]);
  expect(summary).toEqual({
    perSecond: 100,
    lowestPerSecond: 10,
    highestPerSecond: 110,
    p50Ms: 2,
    p95Ms: 9,
    p99Ms: 9,
    failed: 3,
    repetitions: 3,
  });
});
