import fc from 'fast-check';
import {
  approvalsNeeded,
  claimEndsMs,
  planRefund,
  type RefundCase,
  type RefundPlan,
} from '../../src/domain/billing/refund';

/** A top-up of 200 roubles for 200 tokens of which nothing was spent. */
function sold(change: Partial<RefundCase> = {}): RefundCase {
  return {
    policy: 'unspent_only',
    currency: 'RUB',
    exponent: 2,
    paidMinor: 20_000,
    refundedMinor: 0,
    feeMinor: 0,
    keptFeeMinor: 0,
    lotPaidMinor: 20_000,
    boughtUtok: 200_000_000,
    freeUtok: 200_000_000,
    takenBackUtok: 0,
    bonusFreeUtok: 0,
    hasPeriodBegun: false,
    debtRoomUtok: 1_000_000_000,
    canRefund: 'partial',
    ...change,
  };
}

function planned(change: Partial<RefundCase>): RefundPlan {
  const planning = planRefund(sold(change));
  if (planning.kind === 'refused') throw new Error(planning.reason);
  return planning.plan;
}

describe('a plan', () => {
  const HALF = { freeUtok: 100_000_000 };
  test.each<[string, Partial<RefundCase>, Partial<RefundPlan>]>([
    [
      'gives all of an untouched order back',
      {},
      { refundMinor: 20_000, paidUtok: 200_000_000, isFull: true },
    ],
    [
      'gives the unspent half',
      HALF,
      {
        refundMinor: 10_000,
        paidUtok: 100_000_000,
        spentUtok: 100_000_000,
        debtUtok: 0,
        isFull: false,
      },
    ],
    [
      'withdraws what is left of a bonus',
      { ...HALF, bonusFreeUtok: 7 },
      { refundMinor: 10_000, bonusUtok: 7 },
    ],
    [
      'takes spent tokens as a debt by policy',
      { ...HALF, policy: 'full_with_debt' },
      { refundMinor: 20_000, paidUtok: 100_000_000, debtUtok: 100_000_000, isFull: true },
    ],
    [
      'stops at the floor of the wallet',
      { ...HALF, policy: 'full_with_debt', debtRoomUtok: 50_000_000 },
      { refundMinor: 15_000, debtUtok: 50_000_000, isFull: false },
    ],
    [
      'leaves the tokens out of goodwill',
      { ...HALF, policy: 'goodwill', bonusFreeUtok: 7 },
      { refundMinor: 20_000, paidUtok: 0, bonusUtok: 0, debtUtok: 0, isFull: true },
    ],
    [
      'leaves the provider’s fee with it',
      { feeMinor: 700 },
      { refundMinor: 19_300, providerFeeMinor: 700, paidUtok: 200_000_000, isFull: true },
    ],
    [
      'leaves it there once',
      {
        feeMinor: 700,
        keptFeeMinor: 700,
        refundedMinor: 9_300,
        takenBackUtok: 100_000_000,
        ...HALF,
      },
      { refundMinor: 10_000, providerFeeMinor: 0, isFull: true },
    ],
    [
      'takes tokens in the proportion of a wished part',
      { wishMinor: 5_000, bonusFreeUtok: 40 },
      { refundMinor: 5_000, paidUtok: 50_000_000, bonusUtok: 10, isFull: false },
    ],
    [
      'rounds money down and tokens up',
      { boughtUtok: 3, freeUtok: 1, lotPaidMinor: 100, paidMinor: 100 },
      { refundMinor: 33, paidUtok: 1 },
    ],
    [
      'ends with the last minor unit',
      {
        boughtUtok: 3,
        freeUtok: 1,
        takenBackUtok: 2,
        lotPaidMinor: 100,
        paidMinor: 100,
        refundedMinor: 66,
      },
      { refundMinor: 34, isFull: true },
    ],
    [
      'gives a period back that has not begun',
      { boughtUtok: 0, freeUtok: 0, lotPaidMinor: 0 },
      { refundMinor: 20_000, isFull: true },
    ],
    [
      'gives a begun period back by another policy',
      {
        boughtUtok: 0,
        freeUtok: 0,
        lotPaidMinor: 0,
        hasPeriodBegun: true,
        policy: 'full_with_debt',
      },
      { refundMinor: 20_000, isFull: true },
    ],
  ])('%s', (_name, change, expected) => {
    expect(planned(change)).toMatchObject(expected);
  });

  test.each<[string, Partial<RefundCase>, string, number]>([
    ['of what went back already', { refundedMinor: 20_000 }, 'all_refunded', 0],
    ['of what is spent', { freeUtok: 0 }, 'nothing_unspent', 0],
    [
      'of a begun period',
      { boughtUtok: 0, freeUtok: 0, hasPeriodBegun: true },
      'nothing_unspent',
      0,
    ],
    [
      'of more than is left',
      { freeUtok: 100_000_000, wishMinor: 10_001 },
      'more_than_refundable',
      10_000,
    ],
    [
      'of a part where only all can go back',
      { canRefund: 'full', freeUtok: 1_000_000 },
      'only_in_full',
      100,
    ],
    ['where the provider cannot', { canRefund: 'none' }, 'provider_cannot', 0],
    ['that a fee eats up', { feeMinor: 20_000 }, 'nothing_unspent', 0],
  ])('is refused %s', (_name, change, reason, mostMinor) => {
    expect(planRefund(sold(change))).toEqual({ kind: 'refused', reason, mostMinor });
  });
});

describe('refunds of one order', () => {
  const wishes = fc.array(
    fc.record({ wishMinor: fc.integer({ min: 1, max: 1_000_000 }), spentUtok: fc.nat(10_000_000) }),
    { maxLength: 12 },
  );

  test('never give back more than was paid, nor money for tokens that stay', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000_000 }),
        fc.integer({ min: 1, max: 500_000_000 }),
        fc.nat(5_000),
        wishes,
        (paidMinor, boughtUtok, feeMinor, steps) => {
          let standing = sold({
            paidMinor,
            lotPaidMinor: paidMinor,
            boughtUtok,
            freeUtok: boughtUtok,
            feeMinor,
          });
          let spentUtok = 0;
          for (const { wishMinor, spentUtok: wanted } of steps) {
            const spent = Math.min(wanted, standing.freeUtok);
            spentUtok += spent;
            standing = { ...standing, freeUtok: standing.freeUtok - spent };
            const planning = planRefund({ ...standing, wishMinor });
            if (planning.kind === 'refused') continue;
            const { refundMinor, providerFeeMinor, paidUtok } = planning.plan;
            expect(paidUtok).toBeLessThanOrEqual(standing.freeUtok);
            standing = {
              ...standing,
              refundedMinor: standing.refundedMinor + refundMinor,
              keptFeeMinor: standing.keptFeeMinor + providerFeeMinor,
              freeUtok: standing.freeUtok - paidUtok,
              takenBackUtok: standing.takenBackUtok + paidUtok,
            };
          }
          const gone = standing.refundedMinor + standing.keptFeeMinor;
          expect(gone).toBeLessThanOrEqual(paidMinor);
          // The value of what was spent stays with us, to the minor unit.
          const kept = BigInt(paidMinor - gone) * BigInt(boughtUtok);
          expect(kept >= BigInt(spentUtok) * BigInt(paidMinor)).toBe(true);
        },
      ),
    );
  });

  test('are planned in whole numbers that add up', () => {
    fc.assert(
      fc.property(
        fc.record({
          policy: fc.constantFrom(
            'unspent_only' as const,
            'full_with_debt' as const,
            'goodwill' as const,
          ),
          paidMinor: fc.integer({ min: 1, max: 1e9 }),
          boughtUtok: fc.integer({ min: 0, max: 1e12 }),
          free: fc.double({ min: 0, max: 1, noNaN: true }),
          bonusFreeUtok: fc.nat(1e9),
          debtRoomUtok: fc.integer({ min: -1e9, max: 1e9 }),
        }),
        ({ paidMinor, boughtUtok, free, ...rest }) => {
          const freeUtok = Math.floor(boughtUtok * free);
          const planning = planRefund(
            sold({ ...rest, paidMinor, lotPaidMinor: paidMinor, boughtUtok, freeUtok }),
          );
          if (planning.kind === 'refused') return;
          const { plan } = planning;
          for (const value of Object.values(plan)) {
            if (typeof value === 'number')
              expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
          }
          expect(plan.paidUtok + plan.debtUtok).toBeLessThanOrEqual(boughtUtok);
          expect(plan.debtUtok).toBeLessThanOrEqual(Math.max(0, rest.debtRoomUtok));
          expect(plan.isFull).toBe(plan.refundMinor === paidMinor);
        },
      ),
    );
  });
});

describe('consent', () => {
  const rule = { isWithinClaimTerm: true, autoLimitMinor: 100_000, fourEyesLargeMinor: 1_000_000 };
  test.each([
    ['a person within limit and term', { origin: 'user', refundMinor: 100_000 }, 0],
    ['a person after the term', { origin: 'user', refundMinor: 1, isWithinClaimTerm: false }, 1],
    [
      'an operator within the limit',
      { origin: 'operator', refundMinor: 100_000, isWithinClaimTerm: false },
      0,
    ],
    ['an operator above it', { origin: 'operator', refundMinor: 100_001 }, 1],
    ['anybody with a large sum', { origin: 'api', refundMinor: 1_000_001 }, 2],
    ['a provider that has paid already', { origin: 'provider', refundMinor: 1_000_001 }, 0],
  ] as const)('%s needs it', (_name, change, expected) => {
    expect(approvalsNeeded({ ...rule, ...change })).toBe(expected);
  });

  test.each([
    ['2026-03-09T12:00:00Z', 5, '2026-03-16T12:00:00.000Z'],
    ['2026-03-13T23:59:00Z', 1, '2026-03-16T23:59:00.000Z'],
    ['2026-03-14T10:00:00Z', 1, '2026-03-16T10:00:00.000Z'],
    ['2026-03-09T12:00:00Z', 0, '2026-03-09T12:00:00.000Z'],
  ])('claims of %s end %d working days later', (paid, days, ends) => {
    expect(new Date(claimEndsMs(Date.parse(paid), days)).toISOString()).toBe(ends);
  });
});
