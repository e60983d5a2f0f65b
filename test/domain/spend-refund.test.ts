import { planSpendRefund, type RefundableCharge } from '../../src/domain/billing/spend-refund';

const lot = (lotId: string, leftUtok: number, isExpired = false) => ({
  lotId,
  leftUtok,
  isExpired,
});

const charge = (change: Partial<RefundableCharge> = {}): RefundableCharge => ({
  chargedUtok: 100,
  givenBackUtok: 0,
  uncollectedUtok: 0,
  waivedUtok: 0,
  burned: [lot('bought', 60), lot('trial', 40)],
  ...change,
});

test('without an amount all that is left goes back, to the lots it came from', () => {
  expect(planSpendRefund(charge(), undefined)).toMatchObject({
    waivedUtok: 0,
    owedUtok: 0,
    shares: [
      { lotId: 'bought', amountUtok: 60 },
      { lotId: 'trial', amountUtok: 40 },
    ],
    lapsed: [],
  });
});

test('a part goes back in the given order', () => {
  expect(planSpendRefund(charge(), 70)).toMatchObject({
    shares: [
      { lotId: 'bought', amountUtok: 60 },
      { lotId: 'trial', amountUtok: 10 },
    ],
  });
});

test('what comes back to an expired lot lapses', () => {
  const plan = planSpendRefund(
    charge({ burned: [lot('bought', 60), lot('trial', 40, true)] }),
    100,
  );
  expect(plan).toMatchObject({
    shares: [{ lotId: 'bought', amountUtok: 60 }],
    lapsed: [{ lotId: 'trial', amountUtok: 40 }],
  });
});

test('what was never collected goes first, then the debt, then the lots', () => {
  const owing = charge({ uncollectedUtok: 30, waivedUtok: 10, burned: [lot('bought', 60)] });
  expect(planSpendRefund(owing, 20)).toMatchObject({ waivedUtok: 20, owedUtok: 0, shares: [] });
  expect(planSpendRefund(owing, 50)).toMatchObject({ waivedUtok: 20, owedUtok: 30, shares: [] });
  expect(planSpendRefund(owing, 70)).toMatchObject({
    waivedUtok: 20,
    owedUtok: 40,
    shares: [{ lotId: 'bought', amountUtok: 10 }],
  });
});

test.each([
  [101, 100],
  [0, 100],
])('%d tokens of 100 cannot go back', (asked, mostUtok) => {
  expect(planSpendRefund(charge(), asked)).toEqual({ kind: 'too_much', mostUtok });
});

test('a charge that went back wholly gives nothing more', () => {
  const over = charge({ givenBackUtok: 100, burned: [] });
  expect(planSpendRefund(over, undefined)).toEqual({ kind: 'too_much', mostUtok: 0 });
});
