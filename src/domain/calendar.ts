import { assert } from './assert';

export type CalendarUnit = 'hour' | 'day' | 'week' | 'month' | 'year';

/** A wall-clock reading `YYYY-MM-DDTHH:MM:SS.mmm` in some zone; it names no instant by itself. */
export type LocalTime = string;

/** Where the periods of a subscription begin to be counted. */
export interface Anchor {
  readonly local: LocalTime;
  /** IANA zone, fixed when the subscription starts. */
  readonly zone: string;
  readonly unit: CalendarUnit;
  /** Units in one period. */
  readonly count: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * The instant (ms) at which period `n` begins: anchor + n periods, never a step from the previous boundary (SB-1).
 * Days are clamped to the month's length, then moved by `shiftDays`; hours are exact durations; all are whole numbers.
 */
export function boundaryMs(anchor: Anchor, n: number, shiftDays = 0): number {
  const steps = n * anchor.count;
  if (anchor.unit === 'hour') {
    return instantOf(addDays(anchor.local, shiftDays), anchor.zone) + steps * HOUR;
  }
  const local = addToLocal(anchor.local, anchor.unit, steps);
  return instantOf(addDays(local, shiftDays), anchor.zone);
}

/** The instant (ms) so many days later or earlier on a zone's calendar: a clock change in between moves no hour. */
export function addCalendarDays(instantMs: number, zone: string, days: number): number {
  const local = localTimeOf(instantMs, zone);
  return boundaryMs({ local, zone, unit: 'day', count: 1 }, days);
}

/** The wall-clock reading in a zone at an instant (ms). */
export function localTimeOf(instantMs: number, zone: string): LocalTime {
  return new Date(instantMs + offsetMs(instantMs, zone)).toISOString().slice(0, 23);
}

/**
 * The instant (ms) of a wall-clock reading. A reading that a spring switch skips moves forward by the gap; one that
 * an autumn switch repeats means the earlier instant (SB-2).
 */
export function instantOf(local: LocalTime, zone: string): number {
  const asUtc = Date.parse(`${local}Z`);
  assert(!Number.isNaN(asUtc), `${local} is not a local time`);
  const before = asUtc - offsetMs(asUtc - DAY, zone);
  const after = asUtc - offsetMs(asUtc + DAY, zone);
  const exact = [before, after].filter((at) => at + offsetMs(at, zone) === asUtc);
  return exact.length > 0 ? Math.min(...exact) : before;
}

/** A day of a calendar and the instant (ms) at which it begins; its midnight may be skipped by a clock change. */
export interface LocalDay {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly beginsMs: number;
}

/** The local days that a span touches, oldest first; an empty span touches the day of its beginning. */
export function localDays(span: { from: Date; to: Date }, zone: string): readonly LocalDay[] {
  const [fromMs, lastMs] = [
    span.from.getTime(),
    Math.max(span.from.getTime(), span.to.getTime() - 1),
  ];
  const midnight = `${localTimeOf(fromMs, zone).slice(0, 10)}T00:00:00.000`;
  const days: LocalDay[] = [];
  for (let n = 0; ; n += 1) {
    const local = addDays(midnight, n);
    const beginsMs = instantOf(local, zone);
    if (n > 0 && beginsMs > lastMs) return days;
    days.push({ day: local.slice(0, 10), beginsMs });
  }
}

function addToLocal(
  local: LocalTime,
  unit: Exclude<CalendarUnit, 'hour'>,
  steps: number,
): LocalTime {
  switch (unit) {
    case 'day':
      return addDays(local, steps);
    case 'week':
      return addDays(local, 7 * steps);
    case 'month':
      return addMonths(local, steps);
    case 'year':
      return addMonths(local, 12 * steps);
  }
}

function addDays(local: LocalTime, days: number): LocalTime {
  return new Date(Date.parse(`${local}Z`) + days * DAY).toISOString().slice(0, 23);
}

function addMonths(local: LocalTime, months: number): LocalTime {
  const date = new Date(`${local}Z`);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay);
  date.setUTCFullYear(Math.floor(month / 12), month % 12, day);
  return date.toISOString().slice(0, 23);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, format);
  return format;
}

/** How far the clocks of a zone stand ahead of UTC at an instant, in milliseconds. */
function offsetMs(instantMs: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instantMs)
      .map((part) => [part.type, Number(part.value)]),
  );
  const read = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const wall = Date.UTC(
    read('year'),
    read('month') - 1,
    read('day'),
    read('hour'),
    read('minute'),
    read('second'),
  );
  return wall - Math.floor(instantMs / 1000) * 1000;
}

/** True for the name of a zone that time can be counted in, such as `Europe/Moscow`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
