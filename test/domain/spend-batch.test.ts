import fc from 'fast-check';
import {
  decideSpends,
  type SpendDecision,
  type Spender,
  type SpendLimit,
  type SpendWish,
  type SpendWorld,
} from '../../src/domain/billing/spend-batch';

const FLOOR = -1_000;
let made = 0;
const wish = (change: Partial<SpendWish> = {}): SpendWish => ({
  key: `k${(made += 1)}`,
  userId: 1,
  amountUtok: 50,
  isPostPaid: false,
  limitIds: [],
  ...change,
});
const spender = (change: Partial<Spender> = {}): Spender => ({
  userId: 1,
  refusal: undefined,
  balanceUtok: 100,
  heldUtok: 0,
  lots: [{ lotId: 'a', freeUtok: 100 }],
  ...change,
});
const world = (spenders: readonly Spender[], limits: readonly SpendLimit[] = []): SpendWorld => ({
  spenders: new Map(spenders.map((one) => [one.userId, one])),
  limits: new Map(limits.map((one) => [one.limitId, one])),
  floorUtok: FLOOR,
});
const kinds = (decisions: readonly SpendDecision[]) => decisions.map(({ kind }) => kind);
const codes = (decisions: readonly SpendDecision[]) =>
  decisions.map((one) => (one.kind === 'refused' ? one.refusal.code : one.chargedUtok));

test('of three spends of 50 on 100 exactly two fit, and the third is told what is missing', () => {
  const decided = decideSpends([wish(), wish(), wish()], world([spender()]));
  expect(codes(decided)).toEqual([50, 50, 'insufficient_balance']);
  expect(decided[2]).toMatchObject({ refusal: { requiredUtok: 50, availableUtok: 0 } });
});

test('one refused spend changes nothing for its neighbours', () => {
  const decided = decideSpends(
    [wish({ amountUtok: 101 }), wish({ userId: 2 }), wish({ amountUtok: 100 })],
    world([spender()]),
  );
  expect(codes(decided)).toEqual(['insufficient_balance', 'user_not_found', 100]);
});

test('what is held is not there', () => {
  const decided = decideSpends([wish({ amountUtok: 61 })], world([spender({ heldUtok: 40 })]));
  expect(codes(decided)).toEqual(['insufficient_balance']);
});

test('lots burn in their order, across spends', () => {
  const lots = [
    { lotId: 'a', freeUtok: 70 },
    { lotId: 'b', freeUtok: 30 },
  ];
  const decided = decideSpends([wish(), wish()], world([spender({ lots })]));
  expect(decided.map((one) => (one.kind === 'charged' ? one.takes : []))).toEqual([
    [{ lotId: 'a', amountUtok: 50 }],
    [
      { lotId: 'a', amountUtok: 20 },
      { lotId: 'b', amountUtok: 30 },
    ],
  ]);
});

test.each(['user_blocked', 'money_frozen', 'subscription_required'] as const)(
  '%s refuses new work but not work that was delivered',
  (refusal) => {
    const decided = decideSpends(
      [wish(), wish({ isPostPaid: true })],
      world([spender({ refusal })]),
    );
    expect(codes(decided)).toEqual([refusal, 50]);
  },
);

test('delivered work makes debt down to the floor; the rest is uncollected, never free', () => {
  const poor = spender({ balanceUtok: 10, lots: [{ lotId: 'a', freeUtok: 10 }] });
  const [decided] = decideSpends([wish({ amountUtok: 5_000, isPostPaid: true })], world([poor]));
  expect(decided).toMatchObject({
    chargedUtok: 1_010,
    uncollectedUtok: 3_990,
    balanceAfterUtok: FLOOR,
    takes: [{ lotId: 'a', amountUtok: 10 }],
  });
});

test('a wallet below the floor already is not credited by a charge', () => {
  const deep = spender({ balanceUtok: -1_500, lots: [] });
  const [decided] = decideSpends([wish({ isPostPaid: true })], world([deep]));
  expect(decided).toMatchObject({ chargedUtok: 0, uncollectedUtok: 50, balanceAfterUtok: -1_500 });
});

test('a zero spend is legal and takes nothing', () => {
  const [decided] = decideSpends([wish({ amountUtok: 0 })], world([spender()]));
  expect(decided).toMatchObject({ kind: 'charged', chargedUtok: 0, takes: [] });
});

test('a zero spend of a wallet in debt takes nothing and gives nothing', () => {
  const inDebt = spender({ balanceUtok: -40, lots: [] });
  const [decided] = decideSpends([wish({ amountUtok: 0 })], world([inDebt]));
  expect(decided).toMatchObject({ kind: 'charged', chargedUtok: 0, balanceAfterUtok: -40 });
});

describe('limits', () => {
  const limit: SpendLimit = {
    limitId: 'user:1:day',
    scope: 'user',
    window: 'day',
    limitUtok: 120,
    usedUtok: 30,
    resetsAt: '2030-01-02T00:00:00.000Z',
  };
  const rich = spender({ balanceUtok: 1_000, lots: [{ lotId: 'a', freeUtok: 1_000 }] });

  test('twenty spends against a limit for one: exactly one', () => {
    const one = { ...limit, usedUtok: 70 };
    const wishes = Array.from({ length: 20 }, () => wish({ limitIds: [limit.limitId] }));
    const decided = decideSpends(wishes, world([rich], [one]));
    expect(kinds(decided).filter((kind) => kind === 'charged')).toHaveLength(1);
    expect(decided.at(-1)).toMatchObject({
      refusal: { code: 'spend_limit_reached', limit: { usedUtok: 120 } },
    });
  });

  test('of several the first that is full refuses, and none is filled by a refusal', () => {
    const full = { ...limit, limitId: 'key:x:day', limitUtok: 40, usedUtok: 0 };
    const ids = [limit.limitId, full.limitId];
    const decided = decideSpends(
      [wish({ limitIds: ids }), wish({ limitIds: [limit.limitId] })],
      world([rich], [limit, full]),
    );
    expect(codes(decided)).toEqual(['spend_limit_reached', 50]);
  });

  test('delivered work fills a limit but is not stopped by it', () => {
    const paid = wish({ limitIds: [limit.limitId], isPostPaid: true, amountUtok: 500 });
    const decided = decideSpends(
      [paid, wish({ limitIds: [limit.limitId] })],
      world([rich], [limit]),
    );
    expect(codes(decided)).toEqual([500, 'spend_limit_reached']);
  });
});

test('any batch leaves what deciding one by one leaves, and burns exactly what it charges', () => {
  const anyWish = fc.record({
    userId: fc.integer({ min: 1, max: 3 }),
    amountUtok: fc.integer({ min: 0, max: 400 }),
    isPostPaid: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyWish, { maxLength: 40 }), (wishes) => {
      const people = [1, 2].map((userId) =>
        spender({
          userId,
          balanceUtok: 300,
          lots: [
            { lotId: `${userId}a`, freeUtok: 100 },
            { lotId: `${userId}b`, freeUtok: 200 },
          ],
        }),
      );
      const decided = decideSpends(wishes.map(wish), world(people));
      for (const { userId, balanceUtok } of people) {
        const own = decided.filter((one) => one.wish.userId === userId);
        const charged = own.reduce(
          (sum, one) => sum + (one.kind === 'charged' ? one.chargedUtok : 0),
          0,
        );
        const burnt = own
          .flatMap((one) => (one.kind === 'charged' ? one.takes : []))
          .reduce((sum, take) => sum + take.amountUtok, 0);
        expect(burnt).toBe(Math.min(charged, balanceUtok));
        expect(balanceUtok - charged).toBeGreaterThanOrEqual(FLOOR);
      }
      expect(decided.filter((one) => one.kind === 'charged' && one.wish.userId === 3)).toEqual([]);
    }),
  );
});
