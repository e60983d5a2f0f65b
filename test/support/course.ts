import {
  courseOf,
  courseRules,
  type CourseFacts,
  type CourseRules,
} from '../../src/domain/billing/subscription-course';
import { DEFAULT_SETTINGS } from '../../src/domain/billing/settings';

export const RULES = courseRules(DEFAULT_SETTINGS);
export const HOUR = 3_600_000;
export const at = (instant: string) => Date.parse(`${instant}:00Z`);
export const done = (...names: string[]) => new Map(names.map((name) => [name, Infinity]));

/** March, renewed from the wallet at its end, in UTC. */
export const MARCH: CourseFacts = {
  state: 'active',
  driver: 'wallet',
  isRenewing: true,
  zone: 'UTC',
  periodStartMs: at('2026-03-01T12:00'),
  periodEndMs: at('2026-04-01T12:00'),
  access: 'full',
  done: done(),
  isBarred: false,
  canPayNow: false,
  isMuted: false,
};
export const UNPAID: CourseFacts = { ...MARCH, state: 'past_due', done: done('renew:0') };

/** The course in words: `name` and instant without seconds; `now` for what waits for nothing. */
export function course(
  change: Partial<CourseFacts>,
  rules: Partial<CourseRules> = {},
  from = MARCH,
) {
  return courseOf({ ...from, ...change }, { ...RULES, ...rules }).map(({ name, atMs }) =>
    atMs === 0 ? `${name} now` : `${name} ${new Date(atMs).toISOString().slice(0, 16)}`,
  );
}

/** As `course`, of March without payment. */
export const unpaid = (change: Partial<CourseFacts>, rules: Partial<CourseRules> = {}) =>
  course(change, rules, UNPAID);
