import fc from 'fast-check';
import { giftCode, referralCode, userIdOfReferralCode } from '../../drizzle/carried-codes';
import { judgeReward, rewardUtok } from '../../src/domain/billing/referral';

const RATE = 10_000;
const TERMS = { utokPerMinor: RATE, rewardPercent: 10, minimumTokens: 200 };

test.each([
  ['the minimum', 20_000, TERMS, 20_000_000],
  ['a kopeck less', 19_999, TERMS, undefined],
  ['an odd sum, rounded down', 20_003, { ...TERMS, rewardPercent: 3.33 }, 6_660_999],
  ['no rate', 20_000, { ...TERMS, utokPerMinor: null }, undefined],
  ['no percent', 20_000, { ...TERMS, rewardPercent: 0 }, undefined],
])('a payment of %s earns its share', (_what, paidMinor, terms, reward) => {
  expect(rewardUtok({ paidMinor, ...terms })).toBe(reward);
});

const FINE = {
  isRefunded: false,
  isRefundUnderWay: false,
  dispute: 'none',
  isReferrerGone: false,
  isReferrerFrozen: false,
} as const;

test.each([
  ['pay', {}],
  ['void', { isRefunded: true }],
  ['void', { dispute: 'lost' }],
  ['void', { isReferrerGone: true }],
  ['void', { isRefunded: true, dispute: 'open' }],
  ['wait', { isRefundUnderWay: true }],
  ['wait', { dispute: 'open' }],
  ['wait', { isReferrerFrozen: true }],
] as const)('a due reward: %s for %j', (kind, change) => {
  expect(judgeReward({ ...FINE, ...change })).toMatchObject({ kind });
});

describe('codes in links', () => {
  const ids = fc.integer({ min: 1, max: 2 ** 52 - 1 });

  test('of invitations lead back to their person and to nobody else', () => {
    fc.assert(
      fc.property(ids, ids, (one, other) => {
        const code = referralCode('pepper', one);
        expect(code).toMatch(/^[0-9a-z]{11}$/);
        expect(userIdOfReferralCode('pepper', code)).toBe(one);
        expect(code === referralCode('pepper', other)).toBe(one === other);
        expect(userIdOfReferralCode('another pepper', code)).not.toBe(one);
      }),
    );
  });

  test.each(['', 'zzzzzzzzzzz', 'short', `' or 1=1 --`, 'ABCDEFGHIJK'])(
    'that are none lead nowhere: %s',
    (code) => {
      expect(userIdOfReferralCode('pepper', code)).toBeUndefined();
    },
  );

  test('of gifts depend on the gift and on the pepper', () => {
    const codes = [giftCode('a', '1'), giftCode('a', '2'), giftCode('b', '1')];
    expect(new Set(codes).size).toBe(3);
    for (const code of codes) expect(code).toMatch(/^[\w-]{22}$/);
  });
});
