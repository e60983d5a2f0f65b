import {
  disputeDueMs,
  disputeReminderMs,
  foldStages,
  type DisputeStage,
} from '../../src/domain/billing/dispute';

test.each<[DisputeStage[], DisputeStage | undefined]>([
  [[], undefined],
  [['opened', 'opened'], 'opened'],
  [['won', 'opened'], 'won'],
  [['lost', 'opened'], 'lost'],
  [['lost', 'won', 'opened'], 'lost'],
])('of the stages %j stands %s', (stages, standing) => {
  expect(foldStages(stages)).toBe(standing);
});

const OPENED = Date.parse('2026-03-10T12:00:00Z');
const DAY = 86_400_000;

test('evidence is due when the bank says, or in a week', () => {
  expect(disputeDueMs(OPENED, '2026-03-20T00:00:00Z')).toBe(Date.parse('2026-03-20T00:00:00Z'));
  expect(disputeDueMs(OPENED, undefined)).toBe(OPENED + 7 * DAY);
  expect(disputeDueMs(OPENED, 'soon')).toBe(OPENED + 7 * DAY);
});

test('operators are reminded a day before, or half-way when that is past', () => {
  expect(disputeReminderMs(OPENED, OPENED + 7 * DAY)).toBe(OPENED + 6 * DAY);
  expect(disputeReminderMs(OPENED, OPENED + DAY)).toBe(OPENED + DAY / 2);
  expect(disputeReminderMs(OPENED, OPENED - DAY)).toBe(OPENED);
});
