import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { RefundPlan, RefundPolicy } from '../../../src/domain/billing/refund';
import type { Repair, RoleSigned } from '../contract';
import type { OperationOutcome } from '../operation/contract';

// Every type here is a wire format between processes of different age: fields are only added, and only optional.

/** The one desk at which operators begin from the Web UI what has no workflow of its own yet (OPS-3). */
export const OPERATIONS_ID = 'operations:0';

/** Nothing is carried from run to run: every request is a workflow or a row of its own. */
export type OperationsInput = Readonly<Record<string, never>>;

/** Which payment: by our id, or by the number of its order, of which the newest booked payment is meant. */
export interface PaymentName {
  readonly paymentId?: string;
  readonly invoiceNo?: number;
}

export type DeskRefund = Repair &
  PaymentName & {
    /** Minor units; all that the policy gives when absent. */
    readonly amountMinor?: number;
    readonly policy?: RefundPolicy;
  };

export type DeskAnswer =
  | {
      readonly kind: 'started';
      readonly workflowId: string;
      readonly plan: RefundPlan;
      /** How many other operators must still agree, by the update `approve` of that workflow. */
      readonly approvals: number;
    }
  | { readonly kind: 'refused'; readonly reason: string; readonly mostMinor?: number };

/** What is known of a payment and of what went back of it. */
export interface PaymentStanding {
  readonly paymentId: string;
  readonly provider: string;
  readonly providerPaymentId: string;
  readonly state: string;
  readonly userId: number | null;
  readonly invoiceNo: number | null;
  readonly amountMinor: number;
  readonly currency: string;
  readonly refunds: readonly {
    readonly workflowId: string;
    readonly state: string;
    readonly amountMinor: number;
    readonly policy: string;
    readonly reason: string;
  }[];
  readonly disputes: readonly { readonly ref: string; readonly state: string }[];
}

export type DeskDescription =
  | {
      readonly kind: 'known';
      readonly payment: PaymentStanding;
      /** What could go back now by the default policy; undefined when nothing could. */
      readonly plan: RefundPlan | undefined;
      readonly refusal: string | undefined;
    }
  | { readonly kind: 'unknown' };

/** Starts a refund; sending the same update twice starts one. */
export const deskRefundUpdate = defineUpdate<DeskAnswer, [DeskRefund]>('refund');
/** Tells where a payment stands and what could go back; changes nothing. */
export const describePaymentUpdate = defineUpdate<DeskDescription, [PaymentName]>('describe');

/** Proposes to write an open item off, named by its id or its key; others allow it (OPS-12). */
export const deskWriteOffUpdate = defineUpdate<
  OperationOutcome,
  [RoleSigned & { readonly item: string }]
>('writeOff');
/** Puts a message that did not reach its person into the queue once more. */
export const deskResendUpdate = defineUpdate<
  OperationOutcome,
  [RoleSigned & { readonly messageId: string }]
>('resendMessage');

/** An open item as an operator names it. */
export interface NamedItem {
  readonly openItemId: string;
  readonly amountMinor: number;
}

export interface DeskCard {
  readonly waitingFor: string;
  /** What can be asked here, with the members of each request. */
  readonly allowedRepairs: Readonly<Record<string, string>>;
}

export const operationsQuery = defineQuery<DeskCard>('repairs');
