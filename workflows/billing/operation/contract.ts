import { defineUpdate } from '@temporalio/workflow';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** One audited admin action; a double tap carries the same id and is one operation. */
export function operationWorkflowId(operationId: string): string {
  return `op:${operationId}`;
}

/** Who acts. What they may do is read from the database when it is done, never taken from here. */
export interface Operator {
  readonly userId: number;
}

export interface OperationInput {
  /** A UUID made once by the screen that asks; the proposal of an action that others must allow takes it over. */
  readonly operationId: string;
  /** A name of the registry in activities/billing/operations. */
  readonly action: string;
  readonly params: unknown;
  readonly operator: Operator;
  /** At least ten characters; it goes to the audit. */
  readonly reason: string;
  /** Test customers only: milliseconds the business clock runs ahead of the workflow's own (OPS-20). */
  readonly clockOffsetMs?: number;
  /** The proposal that others have allowed; it is looked up, not believed. */
  readonly proposalId?: string;
}

/** A value that survives JSON. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };

/** What becomes of an action once its rows are committed; every effect is harmless when it is repeated. */
export type OperationEffect =
  /** Starts a workflow that outlives the operation; one that runs or has run under the id is left alone. */
  | {
      readonly kind: 'start';
      readonly workflow: string;
      readonly workflowId: string;
      readonly input: Json;
      /** What an operator reads in the list of the Web UI. */
      readonly summary: string;
    }
  /** Sets a watch on the lots of a person after one came that ends some day. */
  | { readonly kind: 'watchLots'; readonly userId: number; readonly clockOffsetMs: number }
  /** Tells a workflow that something changed; one that has ended needs no word. */
  | {
      readonly kind: 'signal';
      readonly workflowId: string;
      readonly signal: string;
      readonly args: readonly Json[];
    };

/** Why nothing was done; an action of the registry adds reasons of its own. */
export type OperationRefusal =
  | 'unknown_action'
  | 'bad_params'
  | 'short_reason'
  | 'no_role'
  | 'proposal_mismatch'
  | (string & {});

export type OperationOutcome =
  | { readonly kind: 'done'; readonly result: Json }
  | {
      readonly kind: 'refused';
      readonly reason: OperationRefusal;
      /** What exactly did not fit, for an operator. */
      readonly detail?: string;
    }
  /** Others must allow it first (OPS-12). */
  | { readonly kind: 'proposed'; readonly proposalId: string; readonly quorum: number };

/** Returns when the action is done, refused or proposed. */
export const operationOutcomeUpdate = defineUpdate<OperationOutcome, []>('outcome');
