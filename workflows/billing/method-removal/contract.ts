import { defineUpdate } from '@temporalio/workflow';
import type { Repair } from '../contract';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** The end of one saved method; a method is removed once. */
export function methodRemovalId(methodId: string): string {
  return `methodRemoval:${methodId}`;
}

export interface MethodRemovalInput {
  readonly methodId: string;
  readonly userId: number;
  readonly clockOffsetMs?: number;
}

export type MethodRemovalOpening =
  /** Nothing is charged by it any more; the provider is told by and by. */
  | { readonly kind: 'removed' }
  /** `charging`: the outcome of a charge by it is open; `stars`: Telegram renews by it. */
  | { readonly kind: 'refused'; readonly reason: 'not_found' | 'charging' | 'stars' };

/** `unconfirmed`: the provider never said that it is revoked, so the operators must see to it. */
export type MethodRemovalResult = MethodRemovalOpening | { readonly kind: 'unconfirmed' };

/** Answers as soon as nothing can be charged by the method, or with why it stays. */
export const openMethodRemovalUpdate = defineUpdate<MethodRemovalOpening, []>('open');
/** Operators: asks the provider now to revoke it. */
export const revokeNowUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>('retryNow');
