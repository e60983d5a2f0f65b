import fc from 'fast-check';
import { isOpen, isPayable, type InvoiceState } from '../../src/domain/billing/invoice';
import {
  FACT_RANK,
  foldFacts,
  judgePayment,
  unknownPollDelayMs,
  type FactState,
  type OrderTerms,
  type WireFact,
} from '../../src/domain/billing/payment';

const ORDER: OrderTerms = {
  invoiceId: 'i-1',
  invoiceNo: 7,
  userId: 42,
  amount: { minor: 99_900, currency: 'RUB', exponent: 2 },
};
const PAID: WireFact = {
  providerPaymentId: 'p-1',
  state: 'paid',
  amount: ORDER.amount,
  invoiceId: 'i-1',
  invoiceNo: 7,
  userId: 42,
};
const rub = (minor: number) => ({ minor, currency: 'RUB', exponent: 2 });
const usd = (minor: number) => ({ minor, currency: 'USD', exponent: 2 });

describe('judgePayment compares in the order of PC-7', () => {
  const cases: readonly [name: string, change: Partial<WireFact>, item: string | undefined][] = [
    ['everything as ordered', {}, undefined],
    [
      'what was not said is not held against it',
      { invoiceNo: undefined, userId: undefined },
      undefined,
    ],
    ['one rouble of 999', { amount: rub(100) }, 'underpaid'],
    ['a kopeck too little', { amount: rub(99_899) }, 'underpaid'],
    ['1000 of 999', { amount: rub(100_000) }, 'overpaid'],
    ['999 dollars', { amount: usd(99_900) }, 'wrong_currency'],
    ['an amount nobody could read', { amount: undefined }, 'wrong_currency'],
    ['another person', { userId: 43 }, 'wrong_owner'],
    ['the number of another invoice', { invoiceNo: 8 }, 'unmatched'],
    ['number before currency', { invoiceNo: 8, amount: usd(1) }, 'unmatched'],
    ['currency before amount', { amount: usd(1), userId: 43 }, 'wrong_currency'],
    ['amount before owner', { amount: rub(1), userId: 43 }, 'underpaid'],
  ];

  test.each(cases)('%s', (_name, change, item) => {
    const judgement = judgePayment({ ...PAID, ...change }, ORDER);
    expect(judgement.kind === 'mismatch' ? judgement.item : undefined).toBe(item);
  });

  test('money of no order we know is unmatched, whatever else it says', () => {
    expect(judgePayment({ ...PAID, amount: usd(1) }, undefined)).toMatchObject({
      item: 'unmatched',
    });
  });

  test('the reason names what was paid', () => {
    const judgement = judgePayment({ ...PAID, amount: rub(100) }, ORDER);
    expect(judgement).toMatchObject({ reason: 'paid 100 of 99900 minor units' });
  });
});

describe('foldFacts keeps the highest rank (PC-8)', () => {
  const STATES = Object.keys(FACT_RANK).filter((state) => state !== 'unknown') as FactState[];
  const fold = (...states: FactState[]) =>
    foldFacts(states.map((state) => ({ providerPaymentId: 'p', state })))?.state;

  test.each<[FactState[], FactState]>([
    [['paid', 'authorised', 'failed'], 'paid'],
    [['failed', 'paid'], 'paid'],
    [['paid', 'failed'], 'paid'],
    [['refunded', 'paid'], 'refunded'],
    [['partially_refunded', 'refunded'], 'refunded'],
    [['disputed', 'refunded'], 'disputed'],
    [['pending'], 'pending'],
  ])('%j gives %s', (states, expected) => {
    expect(fold(...states)).toBe(expected);
  });

  test('nothing gives nothing', () => {
    expect(foldFacts([])).toBeUndefined();
  });

  test('in any order gives the same state', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STATES), { minLength: 1 }), (states) => {
        const highest = Math.max(...states.map((state) => FACT_RANK[state]));
        const given = fold(...states);
        expect(given && FACT_RANK[given]).toBe(highest);
        expect(fold(...[...states].reverse())).toBe(given);
      }),
    );
  });
});

test('questions about an unknown outcome come at 10 s, 30 s, 1, 5, 15 min, hourly, daily (PC-11)', () => {
  const seconds = [0, 1, 2, 3, 4, 5, 99].map((n) => unknownPollDelayMs(n, false) / 1_000);
  expect(seconds).toEqual([10, 30, 60, 300, 900, 3_600, 3_600]);
  expect(unknownPollDelayMs(7, true)).toBe(86_400_000);
});

test.each<[InvoiceState, boolean, boolean]>([
  ['draft', true, true],
  ['pending', true, true],
  ['expired', false, true],
  ['cancelled', false, true],
  ['paid', false, false],
  ['refunded', false, false],
  ['partially_refunded', false, false],
])('an invoice that is %s is open: %p, may still be fulfilled: %p', (state, open, payable) => {
  expect([isOpen(state), isPayable(state)]).toEqual([open, payable]);
});
