import fc from 'fast-check';
import {
  boundaryMs,
  instantOf,
  localTimeOf,
  type Anchor,
  type CalendarUnit,
} from '../../src/domain/calendar';
import { periodOf, startTimeline } from '../../src/domain/billing/subscription';

const iso = (ms: number) => new Date(ms).toISOString();
const anchor = (local: string, zone = 'UTC', unit: CalendarUnit = 'month', count = 1): Anchor => ({
  local: `${local}.000`,
  zone,
  unit,
  count,
});
const days = (start: Anchor, periods: number) =>
  Array.from({ length: periods }, (_, n) => iso(boundaryMs(start, n)).slice(0, 10));

describe('months are counted from the anchor (SB-1)', () => {
  const cases: readonly [first: string, expected: readonly string[]][] = [
    ['2026-01-28T12:00:00', ['2026-01-28', '2026-02-28', '2026-03-28', '2026-04-28']],
    ['2026-01-29T12:00:00', ['2026-01-29', '2026-02-28', '2026-03-29', '2026-04-29']],
    ['2026-01-30T12:00:00', ['2026-01-30', '2026-02-28', '2026-03-30', '2026-04-30']],
    ['2026-01-31T12:00:00', ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']],
    ['2028-01-31T12:00:00', ['2028-01-31', '2028-02-29', '2028-03-31', '2028-04-30']],
    ['2026-12-31T23:59:59', ['2026-12-31', '2027-01-31', '2027-02-28', '2027-03-31']],
  ];

  test.each(cases)('from %s', (first, expected) => {
    expect(days(anchor(first), expected.length)).toEqual(expected);
  });

  test('a year from 29 February is 28 February, and 29 February again in a leap year', () => {
    const start = anchor('2028-02-29T00:00:00', 'UTC', 'year');
    expect(days(start, 5)).toEqual([
      '2028-02-29',
      '2029-02-28',
      '2030-02-28',
      '2031-02-28',
      '2032-02-29',
    ]);
  });

  test('years before 1970 and months before the anchor count as well', () => {
    expect(iso(boundaryMs(anchor('2026-03-31T00:00:00'), -1))).toBe('2026-02-28T00:00:00.000Z');
    expect(iso(boundaryMs(anchor('1969-01-31T00:00:00'), 1))).toBe('1969-02-28T00:00:00.000Z');
  });
});

describe('clocks that change (SB-2)', () => {
  const cases: readonly [name: string, local: string, zone: string, instant: string][] = [
    [
      'a reading the spring skips moves forward',
      '2026-03-29T02:30:00.000',
      'Europe/Berlin',
      '2026-03-29T01:30:00.000Z',
    ],
    [
      'a reading the autumn repeats means the first',
      '2026-10-25T02:30:00.000',
      'Europe/Berlin',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'just before the spring',
      '2026-03-29T01:59:59.999',
      'Europe/Berlin',
      '2026-03-29T00:59:59.999Z',
    ],
    [
      'just after the spring',
      '2026-03-29T03:00:00.000',
      'Europe/Berlin',
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'New York skips, too',
      '2026-03-08T02:30:00.000',
      'America/New_York',
      '2026-03-08T07:30:00.000Z',
    ],
    [
      'New York repeats, too',
      '2026-11-01T01:30:00.000',
      'America/New_York',
      '2026-11-01T05:30:00.000Z',
    ],
    [
      'Kathmandu stands 5:45 ahead',
      '2026-05-05T00:00:00.000',
      'Asia/Kathmandu',
      '2026-05-04T18:15:00.000Z',
    ],
    [
      'Lord Howe changes by half an hour',
      '2026-10-04T02:15:00.000',
      'Australia/Lord_Howe',
      '2026-10-03T15:45:00.000Z',
    ],
    [
      'Honolulu never changes',
      '2026-07-01T10:00:00.000',
      'Pacific/Honolulu',
      '2026-07-01T20:00:00.000Z',
    ],
    [
      'Moscow never changes now',
      '2026-07-01T10:00:00.000',
      'Europe/Moscow',
      '2026-07-01T07:00:00.000Z',
    ],
  ];

  test.each(cases)('%s', (_name, local, zone, instant) => {
    expect(iso(instantOf(local, zone))).toBe(instant);
  });

  test('a daily period keeps its hour over both changes; an hourly one its length', () => {
    const daily = anchor('2026-03-28T12:00:00', 'Europe/Berlin', 'day');
    expect([0, 1, 2].map((n) => iso(boundaryMs(daily, n)))).toEqual([
      '2026-03-28T11:00:00.000Z',
      '2026-03-29T10:00:00.000Z',
      '2026-03-30T10:00:00.000Z',
    ]);
    const hourly = anchor('2026-03-29T00:00:00', 'Europe/Berlin', 'hour');
    expect(boundaryMs(hourly, 3) - boundaryMs(hourly, 0)).toBe(3 * 3_600_000);
  });
});

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/Moscow',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Honolulu',
  'Pacific/Apia',
  'Africa/Cairo',
];

describe('periods tile time (T-P9, T-P10)', () => {
  const units = fc.constantFrom<CalendarUnit>('day', 'week', 'month', 'year');
  const starts = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) });

  test('without gap, overlap or empty period, in every zone, for twenty years', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), units, starts, (zone, unit, atMs) => {
        const timeline = startTimeline({ atMs, zone, n: 0 }, { unit, count: 1 });
        const last = { day: 400, week: 200, month: 240, year: 20, hour: 0 }[unit];
        for (let n = 0; n < last; n += 1) {
          const [period, next] = [periodOf(timeline, n), periodOf(timeline, n + 1)];
          expect(period.endsAt.getTime()).toBeGreaterThan(period.startsAt.getTime());
          expect(next.startsAt).toEqual(period.endsAt);
        }
      }),
      { numRuns: 30 },
    );
  });

  test.each([28, 29, 30, 31])(
    'T-P9 twenty years of months from the %ith tile, leap years included',
    (day) => {
      const atMs = Date.UTC(2026, 0, day, 12);
      const timeline = startTimeline({ atMs, zone: 'UTC', n: 0 }, { unit: 'month', count: 1 });
      const periods = Array.from({ length: 240 }, (_, n) => periodOf(timeline, n));
      const ends = new Set(periods.map(({ endsAt }) => iso(endsAt.getTime()).slice(0, 7)));
      expect(ends.size).toBe(240);
      for (const [n, { endsAt }] of periods.entries()) {
        expect(periods[n + 1]?.startsAt ?? endsAt).toEqual(endsAt);
      }
    },
  );

  test('keep the day of the month wherever the month has it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), starts, (zone, atMs) => {
        const timeline = startTimeline({ atMs, zone, n: 0 }, { unit: 'month', count: 1 });
        const day = Number(timeline.anchor.local.slice(8, 10));
        for (let n = 0; n < 36; n += 1) {
          const local = localTimeOf(boundaryMs(timeline.anchor, n), zone);
          const [year, month, got] = local.slice(0, 10).split('-').map(Number) as [
            number,
            number,
            number,
          ];
          const longest = new Date(Date.UTC(year, month, 0)).getUTCDate();
          expect(got).toBe(Math.min(day, longest));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('a reading and its instant agree wherever the clock shows the reading', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), starts, (zone, atMs) => {
        const local = localTimeOf(atMs, zone);
        const back = instantOf(local, zone);
        expect(localTimeOf(back, zone)).toBe(local);
        expect(back).toBeLessThanOrEqual(atMs);
        expect(atMs - back).toBeLessThanOrEqual(3_600_000);
      }),
    );
  });
});

test('a renewed subscription counts on from the number it has', () => {
  const begin = { atMs: Date.parse('2026-01-31T10:00:00Z'), zone: 'UTC', n: 5 };
  const timeline = startTimeline(begin, { unit: 'month', count: 1 });
  expect(periodOf(timeline, 6)).toEqual({
    n: 6,
    startsAt: new Date('2026-02-28T10:00:00Z'),
    endsAt: new Date('2026-03-31T10:00:00Z'),
  });
});
