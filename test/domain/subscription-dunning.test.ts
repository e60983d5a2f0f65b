import {
  courseOf,
  courseRules,
  lastTryMs,
  type CourseFacts,
} from '../../src/domain/billing/subscription-course';
import { DEFAULT_SETTINGS } from '../../src/domain/billing/settings';
import { at, course, done, HOUR, RULES, UNPAID, unpaid } from '../support/course';

describe('an unpaid period (SB-11 to SB-16)', () => {
  const cases: readonly [string, Partial<CourseFacts>, readonly string[]][] = [
    [
      'is tried on each day of dunning, restricted after the grace and over a day after the last',
      {},
      [
        'renew:1 2026-04-02T12:00',
        'renew:2 2026-04-04T12:00',
        'restrict 2026-04-04T12:00',
        'renew:3 2026-04-06T12:00',
        'renew:4 2026-04-08T12:00',
        'expire 2026-04-09T12:00',
      ],
    ],
    [
      'goes on after the tries it had',
      { done: done('renew:0', 'renew:1', 'renew:2', 'renew:3', 'restrict'), access: 'restricted' },
      ['renew:4 2026-04-08T12:00', 'expire 2026-04-09T12:00'],
    ],
    [
      'that can be paid is paid now',
      { canPayNow: true },
      ['renew:funds now', 'restrict 2026-04-04T12:00', 'expire 2026-04-09T12:00'],
    ],
    [
      'whose method was refused for good keeps its term without tries',
      { isBarred: true },
      ['restrict 2026-04-04T12:00', 'expire 2026-04-09T12:00'],
    ],
    [
      'of somebody who stopped renewing has no tries',
      { isRenewing: false },
      ['restrict 2026-04-04T12:00', 'expire 2026-04-09T12:00'],
    ],
    [
      'by Stars waits for Telegram',
      { driver: 'stars' },
      ['restrict 2026-04-04T12:00', 'expire 2026-04-09T12:00'],
    ],
    [
      'is tried at the instant its owner chose instead of before it',
      { retryMs: at('2026-04-05T18:00') },
      [
        'restrict 2026-04-04T12:00',
        'renew:chosen 2026-04-05T18:00',
        'renew:3 2026-04-06T12:00',
        'renew:4 2026-04-08T12:00',
        'expire 2026-04-09T12:00',
      ],
    ],
    [
      'whose charge has no known outcome is restricted, but neither tried nor over',
      { attempt: { isSent: false, touchedMs: 0, questions: 0, isOverdue: false } },
      ['send now', 'restrict 2026-04-04T12:00'],
    ],
  ];

  test.each(cases)('%s', (_name, change, expected) => {
    expect(unpaid(change)).toEqual(expected);
  });

  test('a second instant that its owner chooses is tried, too', () => {
    const chosenMs = at('2026-04-02T18:00');
    const tried = new Map([['renew:chosen', chosenMs + 1_000]]);
    const names = (retryMs: number) =>
      courseOf({ ...UNPAID, retryMs, done: tried }, RULES).map(({ name }) => name);
    expect(names(chosenMs)).not.toContain('renew:chosen');
    expect(names(chosenMs + 24 * HOUR)).toContain('renew:chosen');
  });

  test('one that could be paid and was not after all is tried on its days', () => {
    const found = unpaid({ canPayNow: true, done: done('renew:0', 'renew:funds') });
    expect(found[0]).toBe('renew:1 2026-04-02T12:00');
  });

  test.each([
    [0, '2026-04-01T12:00'],
    [3, '2026-04-04T12:00'],
    [5, '2026-04-06T12:00'],
  ])('T-C8 %i days of full access in grace end at %s', (graceFullDays, instant) => {
    expect(unpaid({}, { graceFullDays })).toContain(`restrict ${instant}`);
    expect(unpaid({}, { graceFullDays })).toContain('expire 2026-04-09T12:00');
  });

  test('days of dunning may be parts of days and come in any order', () => {
    const rules = courseRules({ ...DEFAULT_SETTINGS, dunningDays: '1,0,0.5' });
    expect(unpaid({}, rules)).toEqual([
      'renew:1 2026-04-02T00:00',
      'renew:2 2026-04-02T12:00',
      'expire 2026-04-03T12:00',
    ]);
  });

  test('nobody may choose an instant after the last day of dunning', () => {
    expect(new Date(lastTryMs(UNPAID, RULES)).toISOString()).toBe('2026-04-08T12:00:00.000Z');
  });
});

describe('a pause (SB-20)', () => {
  const paused = { state: 'paused', pausedUntilMs: at('2026-05-01T12:00') } as const;

  test('ends by itself, and nothing else happens in it', () => {
    expect(course(paused)).toEqual(['resume 2026-05-01T12:00']);
  });

  test('the second one of a period ends, too', () => {
    const lastTime = new Map([['resume', at('2026-04-20T12:00')]]);
    expect(course({ ...paused, done: lastTime })).toEqual(['resume 2026-05-01T12:00']);
  });
});
