import type { SearchAttributeType } from '@temporalio/common';

/** Name of a custom search attribute → its type, as the server must know it before a workflow may use it. */
export type SearchAttributeTypes = Readonly<Record<string, SearchAttributeType>>;

/** Those of the specification (OPS-1). SQL visibility has room for 10 keywords, 3 ints, 3 datetimes and 3 keyword lists. */
export const PRODUCT_SEARCH_ATTRIBUTES: SearchAttributeTypes = {
  BillingState: 'KEYWORD',
  StuckReason: 'KEYWORD',
  Provider: 'KEYWORD',
  Currency: 'KEYWORD',
  BillingUserId: 'KEYWORD',
  InvoiceId: 'KEYWORD',
  SubscriptionId: 'KEYWORD',
  Plan: 'KEYWORD',
  TestClockId: 'KEYWORD',
  UserIds: 'KEYWORD_LIST',
  AmountMinor: 'INT',
  Attempt: 'INT',
  NextActionAt: 'DATETIME',
  PeriodEnd: 'DATETIME',
};
