// What messages are made of, shared by their templates.

/** Money flattened for a message row; see `Money`. */
export type MoneyParams = {
  readonly amountMinor: number;
  readonly currency: string;
  readonly exponent: number;
};

/** Names an order in a message; with the id the message can carry a button that opens it. */
export type OrderParams = {
  readonly no: number;
  readonly invoiceId?: string;
};

/** The receipt a message tells of: its number, and the id its button makes the document of. */
export type ReceiptParams = {
  readonly receiptId?: string;
  readonly receiptNo?: number;
};

/** Names a plan in both languages. */
export type PlanParams = { readonly planRu: string; readonly planEn: string };

/** Names a proposal in a message. */
export type ProposalParams = {
  readonly proposalId: string;
  readonly action: string;
  readonly details: string;
};

/** Tokens that a promo code added. */
export type BonusParams = { readonly bonusUtok?: number };

/** How much of a spending limit is used. */
export type LimitParams = {
  readonly window: 'day' | 'month';
  readonly percent: number;
  readonly limitUtok: number;
  readonly usedUtok: number;
  readonly until: string;
};
