import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import {
  assignMismatchUpdate,
  mismatchId,
  resolveMismatchUpdate,
  type MismatchRemedy,
} from '../../workflows/billing/mismatch/contract';
import { reconciliationId } from '../../workflows/billing/reconciliation/contract';
import {
  verificationAlarmId,
  verificationFailedSignal,
} from '../../workflows/billing/verification-alarm/contract';
import { billingState, providerName } from '../../workflows/contract';
import type { PaymentRef, RepairAnswer } from './repairs-contract';
import { startOnce, type SignalWithStart, type Workflows } from './start';

/** What keeps our books and those of the providers together. */
export interface ReconciliationCommands {
  /** Starts the nightly comparison with a provider that lists its payments, unless it runs. */
  ensureReconciliation(provider: string): Promise<void>;
  /** A notification of a provider did not verify; resolves once the watch over them knows for certain. */
  reportUnverified(provider: string): Promise<void>;
  /** Decides about a payment that both sides tell differently, as the Web UI would; it waits for what came of it. */
  resolveMismatch(request: MismatchRequest & { how: MismatchRemedy }): Promise<RepairAnswer>;
  /** Gives the difference to somebody who sees to it. */
  assignMismatch(request: MismatchRequest & { owner: string }): Promise<RepairAnswer>;
}

/** Who wants what of a difference; one wish has one id: asking again with the same does nothing twice. */
export interface MismatchRequest {
  readonly payment: PaymentRef;
  readonly operatorId: string;
  readonly reason: string;
  readonly operationId: string;
}

export function reconciliationCommands(
  client: Client,
  taskQueue: string,
  signalWithStart: SignalWithStart,
): ReconciliationCommands {
  return {
    ensureReconciliation: (provider) =>
      startOnce(client, 'reconciliation', {
        taskQueue,
        workflowId: reconciliationId(provider),
        input: { provider },
        summary: `Compares the books with the list of ${provider}`,
        attributes: [{ key: providerName, value: provider }],
        idReuse: 'ALLOW_DUPLICATE',
      }),
    reportUnverified: (provider) =>
      signalWithStart('verificationAlarm', {
        taskQueue,
        workflowId: verificationAlarmId(provider),
        input: { provider },
        summary: `Notifications of ${provider} do not verify`,
        attributes: [
          { key: billingState, value: 'watching' },
          { key: providerName, value: provider },
        ],
        idReuse: 'ALLOW_DUPLICATE',
        signal: verificationFailedSignal.name,
        signalArgs: [],
      }),
    resolveMismatch: ({ how, ...request }) =>
      repairMismatch(client, request, (handle, by, updateId) =>
        handle.executeUpdate(resolveMismatchUpdate, { args: [{ ...by, how }], updateId }),
      ),
    assignMismatch: ({ owner, ...request }) =>
      repairMismatch(client, request, (handle, by, updateId) =>
        handle.executeUpdate(assignMismatchUpdate, { args: [{ ...by, owner }], updateId }),
      ),
  };
}

type Mismatch = WorkflowHandle<Workflows['mismatch']>;

async function repairMismatch(
  client: Client,
  { payment, operatorId, reason, operationId }: MismatchRequest,
  send: (
    handle: Mismatch,
    by: { operatorId: string; reason: string },
    updateId: string,
  ) => Promise<{ readonly accepted: string }>,
): Promise<RepairAnswer> {
  const workflowId = mismatchId(payment.provider, payment.providerPaymentId);
  const handle: Mismatch = client.workflow.getHandle(workflowId);
  try {
    const { accepted } = await send(handle, { operatorId, reason }, operationId);
    return { kind: 'accepted', answer: accepted };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      return { kind: 'refused', reason: 'the difference is closed; its workflow has ended' };
    }
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    return { kind: 'refused', reason: error.cause?.message ?? error.message };
  }
}
