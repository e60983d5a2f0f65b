/** What the owner of a subscription and the operators are told about its course; see `TemplateParams`. */
export type SubscriptionMessages = {
  /** Some days before a period ends; without a driver nothing is taken (SB-5). */
  readonly 'sub.reminder': {
    readonly subscriptionId: string;
    readonly until: string;
    readonly driver: string;
    readonly balanceUtok: number;
    readonly feeUtok?: number;
    readonly missingUtok?: number;
    readonly amountMinor?: number;
    readonly currency?: string;
    readonly exponent?: number;
    /** One when it comes later than it was due. */
    readonly isLate?: number;
  };
  readonly 'sub.renewed': {
    readonly until: string;
    readonly feeUtok: number;
    readonly balanceUtok: number;
  };
  /** Money renewed it, and its owner did nothing. */
  readonly 'sub.paid': {
    readonly amountMinor: number;
    readonly currency: string;
    readonly exponent: number;
    readonly until: string;
    readonly tokensUtok: number;
    readonly balanceUtok: number;
    readonly receiptId?: string;
    readonly receiptNo?: number;
  };
  /** Nobody knows yet whether the method was charged for the next period. */
  readonly 'sub.confirming': {
    readonly amountMinor: number;
    readonly currency: string;
    readonly exponent: number;
  };
  /** The charge in flight succeeded after a cancel, and goes back. */
  readonly 'sub.cancelled_refund': {
    readonly amountMinor: number;
    readonly currency: string;
    readonly exponent: number;
  };
  /** A try to renew failed; `next` is the next one by itself (SB-13). */
  readonly 'sub.failed': {
    readonly subscriptionId: string;
    readonly reason: string;
    readonly access: string;
    readonly next?: string;
    readonly missingUtok?: number;
  };
  /** The full access of grace is over; unpaid, it all ends at `until`. */
  readonly 'sub.restricted': { readonly subscriptionId?: string; readonly until: string };
  /** It rests until then: nothing is charged, and there is no access. */
  readonly 'sub.paused': { readonly until: string };
  /** It goes on, and what is paid lasts until then; one when that is over already. */
  readonly 'sub.resumed': { readonly until: string; readonly isUnpaid: number };
  /** An operator gave a period without a fee. */
  readonly 'sub.given': { readonly until: string };
  /** Periods that passed whole while nobody worked were given free (SB-10). */
  readonly 'ops.free_periods': {
    readonly subscriptionId: string;
    readonly userId: number;
    readonly count: number;
  };
  readonly 'sub.expired': { readonly balanceUtok: number };
};
