import {
  expiryMs,
  nextOpenPollMs,
  nextWatchPollMs,
  reminderMs,
  watchEndMs,
} from '../../src/domain/billing/checkout';
import { parseQuietHours, quietDelayMs } from '../../src/domain/billing/quiet-hours';
import { DEFAULT_SETTINGS, LIVE_SETTINGS, mergeSettings } from '../../src/domain/billing/settings';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const CREATED = Date.parse('2026-03-10T12:00:00Z');

/** All questions of a timetable, in minutes from its beginning. */
function questions(next: (fromMs: number, afterMs: number) => number, count: number): number[] {
  const asked: number[] = [];
  for (let at = CREATED; asked.length < count;) {
    at = next(CREATED, at);
    asked.push((at - CREATED) / MINUTE);
  }
  return asked;
}

test('an open order is asked about at +2, +5, +15, +60 minutes, then hourly (CO-6)', () => {
  expect(questions(nextOpenPollMs, 7)).toEqual([2, 5, 15, 60, 120, 180, 240]);
});

test('a closed order is asked about at +1 h, +6 h, then daily (CO-8)', () => {
  const hours = questions(nextWatchPollMs, 5).map((minutes) => minutes / 60);
  expect(hours).toEqual([1, 6, 24, 48, 72]);
});

test('a question asked late moves none of the others', () => {
  expect(nextOpenPollMs(CREATED, CREATED + 61 * MINUTE)).toBe(CREATED + 120 * MINUTE);
  expect(nextOpenPollMs(CREATED, CREATED + 119 * MINUTE)).toBe(CREATED + 120 * MINUTE);
  expect(nextOpenPollMs(CREATED, CREATED + 120 * MINUTE)).toBe(CREATED + 180 * MINUTE);
});

test.each([
  [24, DAY],
  [0.5, 30 * MINUTE],
  [1 / 3_600, 1_000],
])('an order of %d hours ends exactly then', (ttlHours, ms) => {
  expect(expiryMs(CREATED, ttlHours)).toBe(CREATED + ms);
});

test.each([
  ['24 h and 120 min', DAY, 120, 22 * HOUR],
  ['switched off', DAY, 0, undefined],
  ['a lifetime as short as the lead', 2 * HOUR, 120, undefined],
  ['a lifetime just longer', 2 * HOUR + 1, 120, 1],
])('the reminder of %s (CO-5)', (_name, ttlMs, reminderBeforeMinutes, expected) => {
  const at = reminderMs({ createdMs: CREATED, expiresMs: CREATED + ttlMs, reminderBeforeMinutes });
  expect(at === undefined ? undefined : at - CREATED).toBe(expected);
});

test('late money is watched for thirty days', () => {
  expect(watchEndMs(CREATED, 30)).toBe(CREATED + 30 * DAY);
});

describe('quiet hours (NT-4)', () => {
  const cases: readonly [
    name: string,
    span: string,
    zone: string,
    asOf: string,
    minutes: number,
  ][] = [
    ['before the evening', '22:00-09:00', 'UTC', '2026-03-10T21:59:00Z', 0],
    ['at their first minute', '22:00-09:00', 'UTC', '2026-03-10T22:00:00Z', 11 * 60],
    ['after midnight', '22:00-09:00', 'UTC', '2026-03-11T03:00:00Z', 6 * 60],
    ['at their last minute', '22:00-09:00', 'UTC', '2026-03-11T08:59:00Z', 1],
    ['at their end', '22:00-09:00', 'UTC', '2026-03-11T09:00:00Z', 0],
    ['within one day', '13:00-15:00', 'UTC', '2026-03-10T14:30:00Z', 30],
    ['by the zone of the person', '22:00-09:00', 'Asia/Tokyo', '2026-03-10T13:00:00Z', 11 * 60],
    ['over the spring change', '22:00-09:00', 'Europe/Berlin', '2026-03-28T21:00:00Z', 10 * 60],
    ['over the autumn change', '22:00-09:00', 'Europe/Berlin', '2026-10-24T20:00:00Z', 12 * 60],
    ['switched off', '00:00-00:00', 'UTC', '2026-03-10T23:00:00Z', 0],
    ['unreadable', 'night', 'UTC', '2026-03-10T23:00:00Z', 0],
    ['of an hour that does not exist', '25:00-26:00', 'UTC', '2026-03-10T23:00:00Z', 0],
  ];

  test.each(cases)('%s', (_name, span, zone, asOf, minutes) => {
    expect(quietDelayMs(parseQuietHours(span, zone), Date.parse(asOf)) / MINUTE).toBe(minutes);
  });
});

describe('live settings', () => {
  const merge = (key: string, value: unknown) => mergeSettings(DEFAULT_SETTINGS, [{ key, value }]);

  test.each(Object.entries(LIVE_SETTINGS))('%s overrides %s', (key, name) => {
    const standing = DEFAULT_SETTINGS[name];
    const value = otherThan(standing);
    expect(merge(key, value)[name]).toBe(value);
  });

  function otherThan(standing: unknown): unknown {
    if (typeof standing === 'boolean') return !standing;
    return typeof standing === 'number' ? standing + 1 : 'other';
  }

  test('of another type than their default are ignored, never obeyed', () => {
    for (const value of ['48', null, {}, [], true]) {
      expect(merge('INVOICE_TTL_HOURS', value)).toEqual(DEFAULT_SETTINGS);
    }
  });

  test('that are not live, or not known, are ignored', () => {
    expect(merge('BILLING_TIME_ZONE', 'Asia/Tokyo')).toEqual(DEFAULT_SETTINGS);
    expect(merge('toString', 'x')).toEqual(DEFAULT_SETTINGS);
    expect(merge('INVOICE_TLL_HOURS', 1)).toEqual(DEFAULT_SETTINGS);
  });
});
