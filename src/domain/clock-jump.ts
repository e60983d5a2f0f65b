import { boundaryMs, localTimeOf, type CalendarUnit } from './calendar';

/** How far a test customer's clock is to be moved. */
export interface ClockJump {
  readonly unit: 'minute' | Extract<CalendarUnit, 'hour' | 'day' | 'year'>;
  readonly count: number;
}

const UNITS: Readonly<Record<string, ClockJump['unit']>> = {
  m: 'minute',
  h: 'hour',
  d: 'day',
  y: 'year',
};

const MINUTE = 60_000;
/** A slip of the finger is no reason to live through a century. */
const MOST_YEARS = 5;

/** Reads `+45m`, `+6h`, `+31d` or `+1y`; undefined for anything else, nothing, and more than five years. */
export function readClockJump(text: string): ClockJump | undefined {
  const [, digits = '', letter = ''] = /^\+(\d{1,7})([mhdy])$/.exec(text.trim()) ?? [];
  const unit = UNITS[letter];
  const count = Number(digits);
  if (unit === undefined || count === 0) return undefined;
  const jump = { unit, count };
  return jumpEndMs(0, jump) <= jumpEndMs(0, { unit: 'year', count: MOST_YEARS }) ? jump : undefined;
}

/** Where a jump from an instant (ms) ends; days and years are those of the calendar in UTC. */
export function jumpEndMs(fromMs: number, { unit, count }: ClockJump): number {
  if (unit === 'minute') return fromMs + count * MINUTE;
  return boundaryMs({ local: localTimeOf(fromMs, 'UTC'), zone: 'UTC', unit, count }, 1);
}
