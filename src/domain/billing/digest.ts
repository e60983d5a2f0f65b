import type { Money } from '../money';

/** One business day of the operators, with what waits when it is told (NT-7). */
export interface DailyDigest {
  readonly revenue: readonly DigestRevenue[];
  readonly newPayers: number;
  /** Open items by kind, and how many of them are past their time. */
  readonly openItems: readonly {
    readonly kind: string;
    readonly count: number;
    readonly overdue: number;
  }[];
  /** Payments whose outcome has been unknown for longer than operators are asked to accept. */
  readonly unknownPayments: number;
  /** Refunds a provider was told of and has not confirmed. */
  readonly unconfirmedRefunds: number;
  /** Notifications of that day whose signature did not verify. */
  readonly unverified: number;
  /** Lists of providers that were compared with the books on that day; absent in digests of older versions. */
  readonly reconciled?: readonly DigestReconciliation[];
}

export interface DigestReconciliation {
  readonly provider: string;
  /** Payments on the lists. */
  readonly payments: number;
  /** Differences of that day, and what became of all of them until now. */
  readonly found: number;
  readonly healed: number;
  readonly open: number;
}

export interface DigestRevenue {
  readonly provider: string;
  readonly received: Money;
  readonly payments: number;
  readonly returned: Money;
  readonly returns: number;
}
