import type { PaymentCard, ResolutionKind } from '../../workflows/billing/contract';

export type { PaymentCard, ResolutionKind };

/** A payment as its provider and we both call it. */
export interface PaymentRef {
  readonly provider: string;
  readonly providerPaymentId: string;
}

/** What an operator may have done with a payment that does not go on by itself (OPS-3). */
export type PaymentRepair = ResolutionKind | 'retry_delivery' | 'mark_paid';

export type RepairAnswer =
  | { readonly kind: 'accepted'; readonly answer: string }
  /** In the words of the workflow, which name what would be possible. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface RepairRequest {
  readonly payment: PaymentRef;
  readonly repair: PaymentRepair;
  /** What proves the payment; `mark_paid` alone needs it. */
  readonly evidence?: string;
  readonly operatorId: string;
  readonly reason: string;
  /** One wish has one id: asking again with the same does nothing twice. */
  readonly operationId: string;
}

/** A running workflow that says it needs a human. */
export interface StuckWorkflow {
  readonly workflowId: string;
  readonly type: string;
  readonly state: string;
  readonly reason: string;
  readonly userId: string | undefined;
  readonly startedAt: string;
}

/** An activity of a running workflow that has failed many times and is tried again. */
export interface FailingActivity {
  readonly workflowId: string;
  readonly activity: string;
  readonly tries: number;
  /** The words of its last failure. */
  readonly reason: string;
}

/** What operators ask of running workflows from the bot. */
export interface RepairCommands {
  /** The card of a payment's workflow; undefined when none runs, so nothing can be repaired. */
  paymentCard(payment: PaymentRef): Promise<PaymentCard | undefined>;
  /** Sends a repair as the Web UI would; it waits for what came of it. */
  repairPayment(request: RepairRequest): Promise<RepairAnswer>;
  /** Running workflows with a reason to look at them, the longest-waiting last, as visibility knows them now. */
  stuckWorkflows(limit: number): Promise<readonly StuckWorkflow[]>;
  /** Which of these workflows have an activity that still fails; those that have ended or go on are left out. */
  failingActivities(workflowIds: readonly string[]): Promise<readonly FailingActivity[]>;
}
