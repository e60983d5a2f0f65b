import { conversionReminderMs, judgeTrial } from '../../src/domain/billing/trial';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RULES = {
  trialStack: true,
  trialRequiresNeverPaid: false,
  trialMinAccountAgeDays: 0,
  trialMaxAccountAgeDays: 0,
};
const NEW = { hadThis: false, hadAnother: false, hasPaid: false, accountAgeMs: 0 };
const SOME_AGE = { ...RULES, trialMinAccountAgeDays: 3, trialMaxAccountAgeDays: 30 };
const aged = (accountAgeMs: number) => ({ ...NEW, accountAgeMs });

test.each([
  ['a newcomer', NEW, RULES, undefined],
  ['somebody who had it', { ...NEW, hadThis: true }, RULES, 'trial_used'],
  ['somebody who had another', { ...NEW, hadAnother: true }, RULES, undefined],
  [
    'somebody who had another, where one is enough',
    { ...NEW, hadAnother: true },
    { ...RULES, trialStack: false },
    'trial_not_stacked',
  ],
  ['somebody who has paid', { ...NEW, hasPaid: true }, RULES, undefined],
  [
    'somebody who has paid, where it is for newcomers',
    { ...NEW, hasPaid: true },
    { ...RULES, trialRequiresNeverPaid: true },
    'trial_not_new',
  ],
  ['somebody of any age, where none is asked for', aged(3_650 * DAY), RULES, undefined],
  ['somebody a moment too young', aged(3 * DAY - 1), SOME_AGE, 'trial_too_early'],
  ['somebody just old enough', aged(3 * DAY), SOME_AGE, undefined],
  ['somebody just young enough', aged(30 * DAY), SOME_AGE, undefined],
  ['somebody a moment too old', aged(30 * DAY + 1), SOME_AGE, 'trial_too_late'],
])('a trial for %s', (_who, standing, rules, refusal) => {
  expect(judgeTrial(standing, rules)).toBe(refusal);
});

test.each([
  [30 * 24, 24],
  [49, 24],
  [48, 3],
  [4, 3],
])('a trial of %i hours is reminded %i hours before its end', (hours, lead) => {
  const endsMs = hours * HOUR;
  expect(conversionReminderMs({ startsMs: 0, endsMs })).toBe(endsMs - lead * HOUR);
});

test('a trial of three hours is not reminded', () => {
  expect(conversionReminderMs({ startsMs: 0, endsMs: 3 * HOUR })).toBeUndefined();
});
