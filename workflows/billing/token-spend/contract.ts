import type { TrackAnswer, TrackEvent } from '../../../src/domain/billing/track-event';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** The key of a charge that a client asked for: what two clients call the same is not the same. */
export function chargeKey(clientId: string, key: string): string {
  return `${clientId}:${key}`;
}

/** A spend that arrived alone is findable by its caller and key. */
export function spendId(request: Pick<SpendRequest, 'key'>): string {
  return `spend:${request.key}`;
}

/** Spends that arrived together leave in one workflow of the process that took them. */
export function spendBatchId(processId: string, n: number): string {
  return `spends:${processId}:${n}`;
}

/** How a client named its request: the same name means the same effect, once (API-4). */
export interface SpendName {
  /** The client's own key, without the client. */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** SHA-256 of what was asked, hexadecimal. */
  readonly bodyHash: string;
}

/** One request to pay for work with tokens. */
export interface SpendRequest {
  /** Unique over all callers: client and the caller's own key. A repeat is answered with the first charge. */
  readonly key: string;
  readonly clientId: string;
  /** The API key that was used, whose limits it fills too. */
  readonly keyId?: string;
  readonly userId: number;
  readonly amountUtok: number;
  readonly kind: 'spend' | 'track';
  /** The work is delivered already: charged down to the floor, never refused (LG-8). */
  readonly isPostPaid?: boolean;
  readonly track?: string;
  readonly description: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** What the work was reported to have cost: the amount is computed from it, with the whole batch. */
  readonly report?: TrackEvent;
  /** With it the claim of the name and the answer are written in the transaction of the charge (API-5). */
  readonly name?: SpendName;
  /** Instant of arrival, ISO 8601; a test customer's own clock is added where their row is read. */
  readonly asOf: string;
}

export interface SpentLot {
  readonly lotId: string;
  readonly amountUtok: number;
}

export type SpendAnswer =
  /** The key was given to another request, perhaps one that still runs; nothing moved. */
  | { readonly kind: 'mismatch'; readonly key: string }
  /** A report that only the workflow of its job can take; nothing moved. */
  | { readonly kind: 'diverted'; readonly key: string }
  | {
      readonly kind: 'charged';
      readonly key: string;
      /** True when this key had been charged before: nothing moved now. */
      readonly isReplay: boolean;
      readonly chargeId: string;
      /** Null for a charge of nothing. */
      readonly transferId: string | null;
      readonly chargedUtok: number;
      readonly uncollectedUtok: number;
      readonly balanceBeforeUtok: number;
      readonly balanceAfterUtok: number;
      readonly availableAfterUtok: number;
      readonly lots: readonly SpentLot[];
      /** What became of the report that came with it. */
      readonly report?: TrackAnswer;
    }
  | {
      readonly kind: 'refused';
      readonly key: string;
      readonly code:
        | 'user_not_found'
        | 'user_blocked'
        | 'money_frozen'
        | 'subscription_required'
        | 'invalid_amount'
        | 'insufficient_balance'
        | 'spend_limit_reached';
      readonly subscriptionState?: string;
      readonly requiredUtok?: number;
      readonly availableUtok?: number;
      readonly limit?: {
        readonly scope: 'user' | 'key' | 'client';
        readonly window: 'day' | 'month';
        readonly limitUtok: number;
        readonly usedUtok: number;
        readonly resetsAt: string;
      };
    };

/** Most spends that leave together: beyond it a batch only makes its own callers wait. */
export const FULL_BATCH = 200;

export interface TokenSpendInput {
  /** One to {@link FULL_BATCH}, each key once. */
  readonly spends: readonly SpendRequest[];
}
