import type { Actor } from '../../workflows/billing/contract';
import type {
  RefundCard,
  RefundInput,
  RefundOpening,
  RefundResult,
} from '../../workflows/billing/refund/contract';

export type { RefundCard, RefundInput, RefundOpening, RefundResult };

/** A refund that has ended already answers with its end. */
export type OpenedRefund = RefundOpening | { readonly kind: 'over'; readonly result: RefundResult };

export interface RefundCommands {
  /** Starts the operators' desk of the Web UI unless it runs. */
  ensureOperations(): Promise<void>;
  /**
   * Plans a refund and, unless it is a preview, carries it out; returns when its plan stands. `n` tells the refunds of
   * one payment apart: repeating the same one gives the same refund.
   */
  openRefund(order: { readonly n: string; readonly input: RefundInput }): Promise<OpenedRefund>;
  /** The asker of a preview wants it. Undefined when there is none of that name, or it is somebody else's. */
  confirmRefund(order: {
    readonly paymentId: string;
    readonly n: string;
    readonly actor: Actor;
  }): Promise<OpenedRefund | undefined>;
  /** An operator's word about a refund that waits: agree, or give it up. A refusal comes in the workflow's words. */
  steerRefund(order: {
    readonly workflowId: string;
    readonly how: 'approve' | 'abandon';
    readonly operatorId: string;
    readonly reason: string;
  }): Promise<
    | { readonly kind: 'accepted'; readonly text: string }
    | { readonly kind: 'refused'; readonly reason: string }
  >;
  /** Where a refund stands; undefined when nothing of that name runs or ran lately. */
  refundCard(workflowId: string): Promise<RefundCard | undefined>;
}
