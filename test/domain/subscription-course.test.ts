import { courseOf, type CourseFacts } from '../../src/domain/billing/subscription-course';
import { parseQuietHours } from '../../src/domain/billing/quiet-hours';
import { at, course, done, HOUR, MARCH, RULES } from '../support/course';

const REMINDERS = [
  'remind:3 2026-03-29T12:00',
  'remind:1 2026-03-31T12:00',
  'remind:0 2026-04-01T09:00',
];

describe('a paid period (SB-5, SB-6)', () => {
  const cases: readonly [string, Partial<CourseFacts>, readonly string[]][] = [
    ['reminds three times and renews', {}, [...REMINDERS, 'renew:0 2026-04-01T12:00']],
    [
      'that is not renewed reminds and expires',
      { isRenewing: false },
      [...REMINDERS, 'expire 2026-04-01T12:00'],
    ],
    [
      'of somebody who cancelled reminds and expires',
      { state: 'cancelling', isRenewing: false },
      [...REMINDERS, 'expire 2026-04-01T12:00'],
    ],
    [
      'of somebody who wants no reminders only renews',
      { isMuted: true },
      ['renew:0 2026-04-01T12:00'],
    ],
    [
      'reminds nobody of the same twice',
      { done: done('remind:3', 'remind:1') },
      ['remind:0 2026-04-01T09:00', 'renew:0 2026-04-01T12:00'],
    ],
    [
      'with a pause agreed ends in it',
      { pauseDays: 10, isMuted: true },
      ['pause 2026-04-01T12:00'],
    ],
    [
      'by Stars waits a day longer than Telegram needs',
      { driver: 'stars', isMuted: true },
      ['renew:0 2026-04-02T12:00'],
    ],
    [
      'whose owner chose a later instant is renewed then',
      { retryMs: at('2026-04-03T08:00'), isMuted: true },
      ['renew:0 2026-04-03T08:00'],
    ],
    [
      'with a charge under way does nothing but ask for it',
      {
        attempt: {
          isSent: true,
          touchedMs: at('2026-04-01T12:00'),
          questions: 0,
          isOverdue: false,
        },
      },
      ['ask:0 2026-04-01T12:00'],
    ],
    [
      'with a charge that nobody sent sends it',
      { attempt: { isSent: false, touchedMs: 0, questions: 0, isOverdue: false } },
      ['send now'],
    ],
  ];

  test.each(cases)('%s', (_name, change, expected) => {
    const found = course(change);
    expect(found.map(minuteless)).toEqual(expected.map(minuteless));
  });

  /** A question's own delay is the business of `unknownPollDelayMs`. */
  function minuteless(step: string): string {
    return step.startsWith('ask') ? step.slice(0, -3) : step;
  }

  test('is not reminded on the second day before its end', () => {
    const days = course({}).map((step) => step.split(' ')[1]?.slice(0, 10));
    expect(days).not.toContain('2026-03-30');
  });
});

describe('reminders of short periods', () => {
  const lasting = (hours: number) => ({
    periodStartMs: MARCH.periodEndMs - hours * HOUR,
    isRenewing: true,
  });
  const cases: readonly [string, number, readonly string[]][] = [
    ['an hour has none', 1, []],
    ['three hours have none', 3, []],
    ['a day has the last', 24, ['remind:0']],
    ['two days have the last two', 48, ['remind:1', 'remind:0']],
    ['a week has all', 7 * 24, ['remind:3', 'remind:1', 'remind:0']],
  ];

  test.each(cases)('%s', (_name, hours, expected) => {
    const names = course(lasting(hours)).map((step) => step.split(' ')[0]);
    expect(names.filter((name) => name?.startsWith('remind'))).toEqual(expected);
  });

  test('one of before the period is not moved into it by quiet hours', () => {
    const quiet = parseQuietHours('22:00-09:00', 'UTC');
    const [periodStartMs, periodEndMs] = [at('2026-03-02T05:00'), at('2026-03-03T02:00')];
    const steps = course({ periodStartMs, periodEndMs, ...(quiet ? { quiet } : {}) });
    expect(steps).toEqual(['remind:0 2026-03-02T22:00', 'renew:0 2026-03-03T02:00']);
  });
});

describe('quiet hours (SB-5)', () => {
  const ending = (end: string, zone = 'UTC', span = '22:00-09:00') => {
    const quiet = parseQuietHours(span, zone);
    return course({ periodEndMs: at(end), ...(quiet ? { quiet } : {}) });
  };
  const cases: readonly [string, string, readonly string[]][] = [
    [
      'move a reminder later',
      '2026-04-01T08:00',
      [
        'remind:3 2026-03-29T09:00',
        'remind:1 2026-03-31T09:00',
        'remind:0 2026-03-31T22:00',
        'renew:0 2026-04-01T08:00',
      ],
    ],
    [
      'move the last one earlier when the end would pass',
      '2026-04-01T02:00',
      [
        'remind:3 2026-03-29T09:00',
        'remind:1 2026-03-31T09:00',
        'remind:0 2026-03-31T22:00',
        'renew:0 2026-04-01T02:00',
      ],
    ],
    [
      'touch nothing in the day',
      '2026-04-01T15:00',
      [
        'remind:3 2026-03-29T15:00',
        'remind:1 2026-03-31T15:00',
        'remind:0 2026-04-01T12:00',
        'renew:0 2026-04-01T15:00',
      ],
    ],
  ];

  test.each(cases)('%s', (_name, end, expected) => {
    expect(ending(end)).toEqual(expected);
  });

  test('are those of the zone of their owner', () => {
    const found = ending('2026-04-01T02:00', 'Asia/Kathmandu');
    expect(found[0]).toBe('remind:3 2026-03-29T03:15');
  });

  test('a reminder gives way to the next, and the last to the end', () => {
    const steps = courseOf(MARCH, RULES).filter(({ kind }) => kind === 'remind');
    const [three, one, zero] = steps;
    expect(three?.dropAfterMs).toBe(one?.atMs);
    expect(one?.dropAfterMs).toBe(zero?.atMs);
    expect(zero?.dropAfterMs).toBe(MARCH.periodEndMs);
  });

  test('reminders keep their hour over a change of the clock', () => {
    const facts = { zone: 'Europe/Berlin', periodEndMs: at('2026-03-30T10:00') };
    expect(course(facts).slice(0, 2)).toEqual([
      'remind:3 2026-03-27T11:00',
      'remind:1 2026-03-29T10:00',
    ]);
  });
});

describe('a trial (TR-5)', () => {
  const endsMs = MARCH.periodEndMs;
  const trial = { endsMs, remindMs: endsMs - 24 * HOUR };

  test('asks its owner to stay instead of reminding in that hour', () => {
    const found = course({ state: 'trialing', isRenewing: false, driver: 'none', trial });
    expect(found).toEqual([
      'remind:3 2026-03-29T12:00',
      'convert 2026-03-31T12:00',
      'remind:0 2026-04-01T09:00',
      'expire 2026-04-01T12:00',
    ]);
  });

  test('that renews asks nobody and reminds as a month does', () => {
    const found = course({ state: 'trialing', trial });
    expect(found).toEqual([...REMINDERS, 'renew:0 2026-04-01T12:00']);
  });

  test('that is paid on turns into what follows it at its own end', () => {
    const paidOn = { endsMs: at('2026-03-08T12:00') };
    const found = course({ state: 'trialing', isRenewing: false, trial: paidOn });
    expect(found[0]).toBe('trial_over 2026-03-08T12:00');
    expect(found.at(-1)).toBe('expire 2026-04-01T12:00');
  });
});

test('a renewal that was tried comes again when the end has moved behind it', () => {
  const tried = new Map([['renew:0', at('2026-04-01T12:00')]]);
  expect(course({ done: tried, isMuted: true })).toEqual([]);
  const periodEndMs = at('2026-04-11T12:00');
  expect(course({ done: tried, isMuted: true, periodEndMs })).toEqual(['renew:0 2026-04-11T12:00']);
});

test('of two things due in one instant what gives comes first', () => {
  const facts = { state: 'trialing', trial: { endsMs: at('2026-03-29T12:00') } } as const;
  expect(
    course(facts)
      .slice(0, 2)
      .map((step) => step.split(' ')[0]),
  ).toEqual(['remind:3', 'trial_over']);
});
