import { jumpEndMs, readClockJump } from '../../src/domain/clock-jump';

const FROM = Date.parse('2028-02-29T10:00:00Z');

test.each([
  ['+45m', '2028-02-29T10:45:00.000Z'],
  ['+6h', '2028-02-29T16:00:00.000Z'],
  ['+31d', '2028-03-31T10:00:00.000Z'],
  ['+1y', '2029-02-28T10:00:00.000Z'],
  ['+5y', '2033-02-28T10:00:00.000Z'],
])('%s from 29 February ends at %s', (text, expected) => {
  const jump = readClockJump(text);
  expect(jump && new Date(jumpEndMs(FROM, jump)).toISOString()).toBe(expected);
});

test.each(['', '31d', '-1d', '+0h', '+1.5d', '+6y', '+99999d', '+1w', '+1d2h', '+ 1d'])(
  '%j is no jump',
  (text) => {
    expect(readClockJump(text)).toBeUndefined();
  },
);
