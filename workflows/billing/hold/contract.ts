import type { UpdateDefinition } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { HoldView, OnExpiry, PlacedUnder } from '../../../src/domain/billing/hold';
import type { Repair } from '../contract';
import type { RequestName } from '../refund/contract';
import type { SpendAnswer } from '../token-spend/contract';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

export type { HoldView, OnExpiry, RequestName };

/** The unique key of a hold's row: the client and the caller's own key, never a random id. */
export function holdKeyOf(clientId: string, key: string): string {
  return `${clientId}:${key}`;
}

/** A hold is findable by its client and key. */
export function holdWorkflowId(holdKey: string): string {
  return `hold:${holdKey}`;
}

/** What a client wants reserved before it begins a job. */
export interface HoldWish {
  readonly clientId: string;
  /** The API key that was used, whose limits it fills too. */
  readonly keyId?: string;
  readonly amountUtok: number;
  readonly leaseSeconds: number;
  readonly onExpiry: OnExpiry;
  readonly track?: string;
  readonly description?: string;
  readonly request: RequestName;
}

export interface HoldInput {
  readonly holdKey: string;
  readonly userId: number;
  /** Absent for a hold that stands already and lost its keeper. */
  readonly wish?: HoldWish;
  /** A hold that continues as new. */
  readonly kept?: KeptHold;
}

/** What the keeper of a hold has to know of it. */
export interface KeptHold {
  readonly hold: HoldView;
  readonly leaseSeconds: number;
  /** Test customers only: milliseconds the business clock runs ahead of the workflow's own (OPS-20). */
  readonly clockOffsetMs: number;
  /** What was asked for under its key; an erased person's holds have forgotten it. */
  readonly request?: PlacedUnder;
}

export type HoldRefusal = Omit<Extract<SpendAnswer, { kind: 'refused' }>, 'key'>;

/** The name was given to another request (API-4). */
export interface NameTaken {
  readonly kind: 'mismatch';
}

export type PlaceAnswer =
  | {
      readonly kind: 'placed';
      readonly hold: HoldView;
      /** True when this key was placed before: nothing was reserved now. */
      readonly isReplay: boolean;
    }
  | HoldRefusal
  | NameTaken;

export type HoldAnswer =
  | { readonly kind: 'done'; readonly hold: HoldView; readonly isReplay: boolean }
  /** It had ended before, by somebody or something else; the view says how. */
  | { readonly kind: 'closed'; readonly hold: HoldView }
  /** More than is held, and not declared as work already delivered. */
  | { readonly kind: 'too_much'; readonly hold: HoldView }
  /** There is no such hold any more. */
  | { readonly kind: 'unknown' }
  | NameTaken;

export interface PlaceOrder {
  readonly request: RequestName;
}

export interface HeartbeatOrder {
  readonly request: RequestName;
  /** Total so far; a lower one than before changes nothing. */
  readonly reportedUtok?: number;
  /** From now on; the length of the first lease when absent. */
  readonly extendSeconds?: number;
}

export interface CaptureOrder {
  readonly request: RequestName;
  /** Everything held when absent. */
  readonly amountUtok?: number;
  /** The work is delivered: more than held takes other lots, then debt down to the floor (LG-8). */
  readonly isPostPaid?: boolean;
}

export interface ReleaseOrder {
  readonly request: RequestName;
}

export interface HoldResult {
  readonly kind: 'refused' | 'settled' | 'unknown';
  readonly hold?: HoldView;
}

/** A word about a hold that stands. */
export type HoldUpdate<Order> = UpdateDefinition<HoldAnswer, [Order]>;

/** Returns when the tokens are reserved or refused. */
export const placeHoldUpdate = defineUpdate<PlaceAnswer, [PlaceOrder]>('place');
export const heartbeatHoldUpdate = defineUpdate<HoldAnswer, [HeartbeatOrder]>('heartbeat');
export const captureHoldUpdate = defineUpdate<HoldAnswer, [CaptureOrder]>('capture');
export const releaseHoldUpdate = defineUpdate<HoldAnswer, [ReleaseOrder]>('release');
/** Operators: ends the lease now, as its policy says. */
export const expireHoldUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>(
  'forceExpire',
);
/** Somebody settled it in PostgreSQL: the report of its job, or an operator. */
export const holdSettledSignal = defineSignal('settled');

export interface HoldCard {
  readonly hold: HoldView | undefined;
  readonly waitingFor: string;
  readonly nextActionAt: string | undefined;
}

export const holdQuery = defineQuery<HoldCard>('hold');
