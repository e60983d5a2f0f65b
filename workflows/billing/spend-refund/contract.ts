import type { RequestName } from '../refund/contract';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** One refund of a charge for each name a client gives. */
export function spendRefundId({ caller, key }: Pick<RequestName, 'caller' | 'key'>): string {
  return `spend-refund:${caller}:${key}`;
}

export interface SpendRefundInput {
  readonly request: RequestName;
  readonly chargeId: string;
  /** Only the client that charged may give back. */
  readonly clientId: string;
  readonly clientName: string;
  /** Micro-tokens; all that is left when absent. */
  readonly amountUtok?: number;
  readonly reason: string;
}

export interface ReturnedShare {
  readonly lotId: string;
  readonly amountUtok: number;
}

/** What a refund did, in micro-tokens. */
export interface SpendRefundFigures {
  readonly chargeId: string;
  /** Null when nothing had been taken of what went back. */
  readonly transferId: string | null;
  readonly amountUtok: number;
  /** Came off what was never collected. */
  readonly waivedUtok: number;
  /** Came back to the wallet, what repaid a debt included. */
  readonly returnedUtok: number;
  /** Came back to lots whose time was over. */
  readonly lapsedUtok: number;
  /** How much of the charge can still go back. */
  readonly leftUtok: number;
  readonly balanceAfterUtok: number;
  readonly availableAfterUtok: number;
  readonly lots: readonly ReturnedShare[];
}

export type SpendRefundOutcome =
  | ({ readonly kind: 'refunded'; readonly isReplay: boolean } & SpendRefundFigures)
  | { readonly kind: 'refused'; readonly reason: 'not_found' | 'mismatch' }
  | { readonly kind: 'refused'; readonly reason: 'too_much'; readonly mostUtok: number };

/** The outcome with the fingerprint of the request it answers: another request may have taken the name meanwhile. */
export type SpendRefundResult = SpendRefundOutcome & { readonly fingerprint: string };
