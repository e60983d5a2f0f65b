import { SEARCH_ATTRIBUTES } from '../../workflows/contract';

// Temporal encrypts no search attribute, because it searches them: what stands here is readable to whoever reads its
// database, and to every operator without a key.

/** What each one holds. Names, texts, contacts and anything else that a person wrote have no place among them. */
const HOLDS: Record<keyof typeof SEARCH_ATTRIBUTES, string> = {
  BillingState: 'a word of a closed list',
  StuckReason: 'a word of a closed list',
  Provider: 'the name of a payment provider',
  Currency: 'a currency',
  BillingUserId: 'an account number',
  BillingUserIds: 'account numbers',
  InvoiceId: 'an id of a row',
  SubscriptionId: 'an id of a row',
  Plan: 'the slug of a tariff',
  TestClockId: 'the name of a test clock',
  AmountMinor: 'an amount',
  Attempt: 'a count',
  NextActionAt: 'an instant',
  PeriodEnd: 'an instant',
};

test('search attributes are these and no others, and none holds what a person is called or wrote', () => {
  expect(Object.keys(SEARCH_ATTRIBUTES).sort()).toEqual(Object.keys(HOLDS).sort());
  const personal = /name(?!Of)|phone|mail|address|text|comment|reason$|chat|title/i;
  const suspicious = Object.keys(SEARCH_ATTRIBUTES).filter((name) => personal.test(name));
  expect(suspicious).toEqual(['StuckReason']);
});
