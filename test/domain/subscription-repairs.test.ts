import { allowedRepairs, type RepairFacts } from '../../src/domain/billing/subscription-repairs';

const ACTIVE: RepairFacts = {
  ...{ state: 'active', driver: 'wallet', isRenewing: true, isBarred: false },
  ...{ isCharging: false, isCancelled: false, hasPeriod: true, hasTriesLeft: true },
};
const UNPAID: RepairFacts = { ...ACTIVE, state: 'past_due' };

test.each<[string, RepairFacts, string]>([
  ['active', ACTIVE, 'skipPeriod editTimeline cancel forceExpire'],
  [
    'active with a pause agreed',
    { ...ACTIVE, pauseDays: 7 },
    'skipPeriod editTimeline resume cancel forceExpire',
  ],
  [
    'cancelled',
    { ...ACTIVE, state: 'cancelling', isCancelled: true },
    'editTimeline uncancel forceExpire',
  ],
  ['a trial', { ...ACTIVE, state: 'trialing' }, 'editTimeline cancel forceExpire'],
  ['paused', { ...ACTIVE, state: 'paused' }, 'editTimeline resume cancel forceExpire'],
  ['unpaid', UNPAID, 'renewNow skipPeriod editTimeline cancel forceExpire'],
  [
    'unpaid by Telegram',
    { ...UNPAID, driver: 'stars' },
    'skipPeriod editTimeline cancel forceExpire',
  ],
  [
    'unpaid by a card refused for good',
    { ...UNPAID, isBarred: true },
    'skipPeriod editTimeline cancel forceExpire',
  ],
  [
    'unpaid, tried too often',
    { ...UNPAID, hasTriesLeft: false },
    'skipPeriod editTimeline cancel forceExpire',
  ],
  ['without a period', { ...ACTIVE, hasPeriod: false }, 'editTimeline cancel forceExpire'],
  ['being charged', { ...UNPAID, isCharging: true }, 'cancel'],
])('of a subscription that is %s', (_name, facts, expected) => {
  expect(allowedRepairs(facts).join(' ')).toBe(expected);
});
