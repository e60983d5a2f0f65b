import { canPay, type PayablePlan, type Payer } from '../../src/domain/billing/plan-payers';

const RUB = { currency: 'RUB', minor: 19_900 };
const USD = { currency: 'USD', minor: 300 };
const XTR = { currency: 'XTR', minor: 100 };

const ACCESS: PayablePlan = {
  ...{ kind: 'subscription', feeUtok: 0, isRenewable: true, periodUnit: 'day', periodCount: 30 },
  prices: [RUB],
};

test.each<[string, Payer, Partial<PayablePlan>, boolean]>([
  ['nobody anything', { driver: 'none' }, { prices: [] }, true],
  ['the balance a price in roubles', { driver: 'wallet' }, {}, true],
  ['the balance a fee in tokens', { driver: 'wallet' }, { feeUtok: 1, prices: [] }, true],
  ['the balance no plan with tokens', { driver: 'wallet' }, { kind: 'mixed' }, false],
  ['the balance no price in dollars', { driver: 'wallet' }, { prices: [USD] }, false],
  ['the balance nothing that ends', { driver: 'wallet' }, { isRenewable: false }, false],
  ['a card roubles', { driver: 'saved_method' }, {}, true],
  ['a card of dollars dollars', { driver: 'saved_method', paidIn: 'USD' }, { prices: [USD] }, true],
  [
    'a card of roubles no dollars',
    { driver: 'saved_method', paidIn: 'RUB' },
    { prices: [USD] },
    false,
  ],
  ['a card no Stars', { driver: 'saved_method', paidIn: 'XTR' }, { prices: [XTR] }, false],
  ['a card of another bank nothing', { driver: 'saved_method', currencies: ['USD'] }, {}, false],
  ['a card nothing that ends', { driver: 'saved_method' }, { isRenewable: false }, false],
  ['Telegram the same Stars', { driver: 'stars', stars: 100 }, { prices: [RUB, XTR] }, true],
  ['Telegram no dearer Stars', { driver: 'stars', stars: 90 }, { prices: [XTR] }, false],
  ['Telegram no roubles', { driver: 'stars' }, {}, false],
  ['Telegram no month', { driver: 'stars' }, { prices: [XTR], periodUnit: 'month' }, false],
])('%s', (_name, payer, plan, expected) => {
  expect(canPay(payer, { ...ACCESS, ...plan })).toBe(expected);
});
