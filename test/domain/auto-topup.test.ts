import {
  capIn,
  decideTopup,
  minorFor,
  retryDelayMs,
  topupWindows,
  type TopupSituation,
} from '../../src/domain/billing/auto-topup';
import { topupLimits } from '../../src/domain/billing/topup-limits';
import { tokens } from '../../src/domain/tokens';

const RUB = { currency: 'RUB', utokPerMinor: 10_000 };
const limits = topupLimits({ minAmountMinor: 20_000, maxAmountMinor: 200_000 }, RUB);
if (!limits) throw new Error('rubles have limits');

const situation = (change: Partial<TopupSituation> = {}): TopupSituation => ({
  order: {
    thresholdUtok: tokens(50),
    targetUtok: tokens(500),
    dailyCapMinor: 100_000,
    weeklyCapMinor: null,
  },
  availableUtok: tokens(40),
  limits,
  utokPerMinor: 10_000,
  operatorCapMinor: 300_000,
  takenTodayMinor: 0,
  takenThisWeekMinor: 0,
  ...change,
});
const order = (change: Partial<TopupSituation['order']>) => ({
  order: { ...situation().order, ...change },
});
const charge = (amountMinor: number) => ({ kind: 'charge', amountMinor });
const deferred = (window: string) => ({ kind: 'deferred', window });

test.each<[string, Partial<TopupSituation>, object]>([
  ['exactly the threshold is enough', { availableUtok: tokens(50) }, { kind: 'enough' }],
  ['one micro-token less is not', { availableUtok: tokens(50) - 1 }, charge(45_001)],
  ['the gap to the target is closed at once', {}, charge(46_000)],
  ['a part of a kopeck is rounded up', { availableUtok: tokens(40) + 1 }, charge(46_000)],
  ['a debt is part of the gap', { availableUtok: -tokens(100) }, charge(60_000)],
  ['a gap below the minimum takes the minimum', order({ targetUtok: tokens(60) }), charge(20_000)],
  ['a gap above the cap takes the cap', order({ targetUtok: tokens(5_000) }), charge(100_000)],
  [
    'a gap above the maximum takes the maximum',
    order({ targetUtok: tokens(5_000), dailyCapMinor: 300_000 }),
    charge(200_000),
  ],
  ['the rest of the day takes what is left', { takenTodayMinor: 60_000 }, charge(40_000)],
  [
    'less than the minimum left waits for the next day',
    { takenTodayMinor: 80_001 },
    deferred('day'),
  ],
  ['exactly the minimum left is taken', { takenTodayMinor: 80_000 }, charge(20_000)],
  ['the operator’s cap holds too', { operatorCapMinor: 30_000 }, charge(30_000)],
  [
    'a week that is used up waits for Monday, whatever the day says',
    {
      ...order({ weeklyCapMinor: 150_000 }),
      takenTodayMinor: 100_000,
      takenThisWeekMinor: 140_000,
    },
    deferred('week'),
  ],
  [
    'a week with a rest takes it',
    { ...order({ weeklyCapMinor: 150_000 }), takenThisWeekMinor: 120_000 },
    charge(30_000),
  ],
  [
    'a cap below the minimum never allows one',
    { operatorCapMinor: 19_999 },
    { kind: 'impossible' },
  ],
  ['a cap of nothing neither', { operatorCapMinor: 0 }, { kind: 'impossible' }],
])('%s', (_name, change, expected) => {
  expect(decideTopup(situation(change))).toEqual(expected);
});

test('an amount buys at least the tokens asked for', () => {
  expect(minorFor(tokens(1), 10_000)).toBe(100);
  expect(minorFor(tokens(1) + 1, 10_000)).toBe(101);
  expect(minorFor(tokens(1), 900_000)).toBe(2);
});

test('a cap in kopecks is worth the same tokens in other money', () => {
  expect(capIn(RUB, 100_000)).toBe(100_000);
  expect(capIn({ currency: 'USD', utokPerMinor: 900_000 }, 100_000)).toBe(1_111);
});

test.each([
  ['a Monday begins the week', '2026-03-09T00:00:00Z', 'UTC', '2026-03-09', '2026-03-16'],
  ['a Sunday ends it', '2026-03-15T23:59:59Z', 'UTC', '2026-03-09', '2026-03-16'],
  [
    'a zone moves both',
    '2026-03-15T22:30:00Z',
    'Europe/Moscow',
    '2026-03-15T21:00',
    '2026-03-22T21:00',
  ],
])('%s', (_name, at, zone, from, to) => {
  const { week, day } = topupWindows({ zone, atMs: Date.parse(at) });
  expect(new Date(week.startsMs).toISOString()).toContain(from);
  expect(new Date(week.endsMs).toISOString()).toContain(to);
  expect(day.endsMs - day.startsMs).toBe(86_400_000);
});

test('a soft decline is tried again three times, further and further apart', () => {
  expect([1, 2, 3, 4].map(retryDelayMs)).toEqual([3_600_000, 21_600_000, 86_400_000, undefined]);
});
