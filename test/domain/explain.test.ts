import {
  brokenChecks,
  checkEntry,
  type EntryFacts,
  type MoveFact,
  type OrderFact,
} from '../../src/domain/billing/explain';
import { tokens } from '../../src/domain/tokens';

const AT = '2026-03-10T12:00:00.000Z';

function move(amountUtok: number, change: Partial<MoveFact> = {}): MoveFact {
  return {
    ...{ lotId: 'lot', origin: 'topup', amountUtok, expiresAt: null, filledAt: AT },
    ...{ paidMinor: null, paidForUtok: null, currency: 'RUB', exponent: 2, isOpened: false },
    ...change,
  };
}

const ORDER: OrderFact = {
  ...{
    invoiceNo: 7,
    provider: 'mock',
    planName: { ru: 'П', en: 'P' },
    tariffKind: 'topup',
    version: 1,
  },
  ...{ listAmountMinor: 20_000, creditMinor: 0, discountMinor: 2_000, payAmountMinor: 18_000 },
  ...{ currency: 'RUB', exponent: 2, tokensUtok: tokens(200), bonusUtok: 0, utokPerMinor: 10_000 },
  ...{ promoCode: 'TEN', isIntact: true },
};

/** A spend of ten tokens for a work that cost 3.18 rubles. */
function spend(change: Partial<EntryFacts> = {}): EntryFacts {
  const amountUtok = -9_990_000;
  return {
    ...{ transferId: 't', userId: 42, kind: 'spend', asOf: AT, key: 'spend:c:k:post' },
    ...{ amountUtok, balanceBeforeUtok: tokens(100), balanceAfterUtok: tokens(100) + amountUtok },
    ...{ wallet: { balanceUtok: 5, heldUtok: 0, lotsUtok: 5 }, hadHold: false },
    ...{ sold: undefined, reason: undefined },
    legs: [
      { account: 'wallet:42:TOK', asset: 'TOK', amount: amountUtok },
      { account: 'sys:spend:TOK', asset: 'TOK', amount: -amountUtok },
    ],
    moves: [move(amountUtok)],
    charge: {
      ...{ description: 'work', requestedUtok: 9_990_000, chargedUtok: 9_990_000 },
      uncollectedUtok: 0,
    },
    events: [
      {
        ...{ track: 't-1', rawCost: '3.1800000000', currency: 'RUB', multiplier: '3.1400' },
        ...{ rounding: 'cent', costUtok: 9_990_000, totalTokens: 9, occurredAt: AT, isFinal: true },
      },
    ],
    ...{ order: undefined, fee: undefined, reverses: undefined, reversedBy: [] },
    ...change,
  };
}

/** A top-up of 200 rubles for 180, as its order promised. */
function topup(change: Partial<EntryFacts> = {}): EntryFacts {
  const amountUtok = tokens(200);
  return spend({
    ...{ kind: 'topup', key: 'pay:mock:1:post', sold: 'topup', order: ORDER, charge: undefined },
    ...{ amountUtok, balanceBeforeUtok: 0, balanceAfterUtok: amountUtok, events: [] },
    legs: [
      { account: 'clearing:mock:RUB', asset: 'RUB', amount: -18_000 },
      { account: 'sys:deferred:RUB', asset: 'RUB', amount: 18_000 },
      { account: 'sys:issuance:TOK', asset: 'TOK', amount: -amountUtok },
      { account: 'wallet:42:TOK', asset: 'TOK', amount: amountUtok },
    ],
    moves: [move(amountUtok, { isOpened: true, paidMinor: 18_000, paidForUtok: amountUtok })],
    ...change,
  });
}

const FEE = { planName: { ru: 'П', en: 'P' }, version: 1, periodN: 0, feeUtok: 9_990_000 };

describe('an entry that is as its story says', () => {
  it.each<[string, EntryFacts, string[]]>([
    ['spend', spend(), ['balance', 'legs', 'lots', 'cost', 'charge']],
    ['topup', topup(), ['balance', 'legs', 'lots', 'terms', 'price', 'tokens', 'unit_price']],
    ['fee', spend({ fee: FEE, charge: undefined, events: [] }), ['balance', 'legs', 'lots', 'fee']],
  ])('%s passes every check it has', (_, facts, names) => {
    expect(checkEntry(facts)).toEqual(names.map((name) => ({ name, holds: true })));
  });

  it('may repay a debt from its lot, or be owed itself', () => {
    const lot = { isOpened: true, paidMinor: 18_000, paidForUtok: tokens(200) };
    expect(
      brokenChecks(topup({ moves: [move(tokens(200), lot), move(-tokens(150), lot)] })),
    ).toEqual([]);
    const owed = {
      ...{ moves: [move(-4_990_000)], balanceBeforeUtok: 4_990_000, balanceAfterUtok: -5_000_000 },
    };
    expect(brokenChecks(spend(owed))).toEqual([]);
    expect(brokenChecks(spend({ ...owed, moves: [move(-4_989_999)] }))).toEqual(['lots']);
  });

  it('may be owed beside reserved tokens while the balance is positive', () => {
    const beside = { moves: [], wallet: { balanceUtok: 3, heldUtok: 5, lotsUtok: 5 } };
    expect(brokenChecks(spend({ ...beside, hadHold: true }))).toEqual([]);
    expect(brokenChecks(spend(beside))).toEqual(['lots']);
    const wallet = { balanceUtok: 3, heldUtok: 5, lotsUtok: 4 };
    expect(brokenChecks(spend({ ...beside, hadHold: true, wallet }))).toEqual(['lots']);
  });

  it('may be what the money was worth when the order could not be had', () => {
    const utok = tokens(180);
    const legs = topup().legs.map((leg) =>
      leg.asset === 'TOK' ? { ...leg, amount: Math.sign(leg.amount) * utok } : leg,
    );
    const moves = [move(utok, { isOpened: true, paidMinor: 18_000, paidForUtok: utok })];
    const credited = { amountUtok: utok, balanceAfterUtok: utok, legs, moves };
    expect(brokenChecks(topup(credited))).toEqual([]);
  });

  it('may take less than the work cost when the wallet reached its floor', () => {
    const charge = {
      description: 'w',
      requestedUtok: 9_990_000,
      chargedUtok: 5,
      uncollectedUtok: 9_989_995,
    };
    const legs = spend().legs.map((leg) => ({ ...leg, amount: Math.sign(leg.amount) * 5 }));
    const partial = { amountUtok: -5, balanceAfterUtok: tokens(100) - 5, moves: [move(-5)] };
    expect(brokenChecks(spend({ ...partial, charge, legs }))).toEqual([]);
  });

  it('may report in a currency whose cost was converted elsewhere', () => {
    const events = spend().events.map((event) => ({ ...event, currency: 'USD' }));
    expect(checkEntry(spend({ events })).map(({ name }) => name)).not.toContain('cost');
  });
});

describe('an entry that differs from its story', () => {
  const [event] = spend().events;
  it.each<[string, EntryFacts]>([
    ['balance', spend({ balanceAfterUtok: tokens(90) })],
    ['legs', spend({ legs: spend().legs.slice(0, 1) })],
    [
      'legs',
      spend({ legs: spend().legs.map((leg) => ({ ...leg, amount: Math.abs(leg.amount) })) }),
    ],
    ['lots', spend({ moves: [] })],
    ['lots', spend({ moves: [move(-9_990_001)] })],
    ['lots', topup({ moves: [move(tokens(199))] })],
    ['terms', topup({ order: { ...ORDER, isIntact: false } })],
    ['price', topup({ order: { ...ORDER, discountMinor: 1_999 } })],
    ['tokens', topup({ order: { ...ORDER, tokensUtok: tokens(201) } })],
    ['tokens', topup({ kind: 'promo_bonus', order: { ...ORDER, bonusUtok: 1 } })],
    ['fee', spend({ fee: { ...FEE, feeUtok: 9_000_000 }, charge: undefined, events: [] })],
    [
      'unit_price',
      topup({
        moves: [move(tokens(200), { isOpened: true, paidMinor: 20_000, paidForUtok: tokens(200) })],
      }),
    ],
  ])('is caught by its check of %s', (name, facts) => {
    expect(brokenChecks(facts)).toContain(name);
  });

  it('is caught when the cost, the report or the charge was altered', () => {
    if (!event) throw new Error('a spend has an event');
    expect(brokenChecks(spend({ events: [{ ...event, rawCost: '3.20' }] }))).toEqual(['cost']);
    const dearer = { ...event, rawCost: '6.36', costUtok: 19_970_000 };
    expect(brokenChecks(spend({ events: [dearer] }))).toEqual(['charge']);
    const charge = {
      description: 'w',
      requestedUtok: 9_990_000,
      chargedUtok: 9_000_000,
      uncollectedUtok: 0,
    };
    expect(brokenChecks(spend({ charge }))).toEqual(['charge']);
  });
});
