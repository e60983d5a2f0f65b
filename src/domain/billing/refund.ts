/** What is done about tokens of a refunded order that are spent already (RF-1). */
export type RefundPolicy = 'unspent_only' | 'full_with_debt' | 'goodwill';

/** Every figure of a refund, as user and operator see it before the approval (RF-4). Money in minor units. */
export interface RefundPlan {
  readonly policy: RefundPolicy;
  readonly currency: string;
  readonly exponent: number;
  readonly paidMinor: number;
  /** Already given back by earlier refunds. */
  readonly refundedMinor: number;
  /** What goes back now. */
  readonly refundMinor: number;
  /** What the provider kept of the payment and the refund leaves with it, when the setting says so. */
  readonly providerFeeMinor: number;
  /** Unspent tokens of paid lots that are taken back. */
  readonly paidUtok: number;
  /** Bonus and promo tokens of the order that are withdrawn with them. */
  readonly bonusUtok: number;
  /** Spent tokens that become a debt, by policy. */
  readonly debtUtok: number;
  /** True when nothing of the payment stays: the promo slot goes back and the order's period ends. */
  readonly isFull: boolean;
}
