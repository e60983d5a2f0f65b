import { pausedDays } from '../../src/domain/billing/pause';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-03-10T12:00:00Z');

const span = (hours: number, zone = 'UTC', fromMs = NOON) => ({
  fromMs,
  toMs: fromMs + hours * HOUR,
  zone,
});

test.each([
  [0, 0, 0],
  [1, 0, 1],
  [23.9, 0, 1],
  [24, 1, 1],
  [24.1, 1, 2],
  [48, 2, 2],
  [90 * 24, 90, 90],
  [90 * 24 + 1, 90, 91],
])("a pause of %d hours is %d whole days, or %d in its owner's favour", (hours, down, up) => {
  expect(pausedDays(span(hours), 'down')).toBe(down);
  expect(pausedDays(span(hours), 'up')).toBe(up);
});

test('a day that a clock change makes shorter or longer is one day', () => {
  const spring = Date.parse('2026-03-28T12:00:00Z');
  expect(pausedDays(span(23, 'Europe/Berlin', spring), 'up')).toBe(1);
  expect(pausedDays(span(23, 'Europe/Berlin', spring), 'down')).toBe(1);
  const autumn = Date.parse('2026-10-24T12:00:00Z');
  expect(pausedDays(span(25, 'Europe/Berlin', autumn), 'up')).toBe(1);
  expect(pausedDays(span(24, 'Europe/Berlin', autumn), 'down')).toBe(0);
});
