import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowExecutionInfo,
  type WorkflowHandle,
} from '@temporalio/client';
import {
  markPaidUpdate,
  paymentConfirmationId,
  paymentFactsQuery,
  resolvePaymentUpdate,
  retryDeliveryUpdate,
} from '../../workflows/billing/contract';
import { billingState, billingUserId, stuckReason } from '../../workflows/contract';
import type {
  FailingActivity,
  RepairCommands,
  PaymentCard,
  PaymentRef,
  RepairAnswer,
  RepairRequest,
  StuckWorkflow,
} from './repairs-contract';
import type { Workflows } from './start';

type Confirmation = WorkflowHandle<Workflows['paymentConfirmation']>;

/** Asks running workflows on behalf of operators. */
export function repairCommands(client: Client): RepairCommands {
  const confirmationOf = ({ provider, providerPaymentId }: PaymentRef): Confirmation =>
    client.workflow.getHandle(paymentConfirmationId(provider, providerPaymentId));
  return {
    paymentCard: (payment) => cardOf(confirmationOf(payment)),
    repairPayment: (request) => repair(confirmationOf(request.payment), request),
    stuckWorkflows: (limit) => stuckWorkflows(client, limit),
    failingActivities: async (workflowIds) =>
      (await Promise.all(workflowIds.map((id) => failingOf(client, id)))).flat(),
  };
}

async function cardOf(handle: Confirmation): Promise<PaymentCard | undefined> {
  try {
    const { status } = await handle.describe();
    return status.name === 'RUNNING' ? await handle.query(paymentFactsQuery) : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

async function repair(handle: Confirmation, request: RepairRequest): Promise<RepairAnswer> {
  try {
    const { accepted } = await sendRepair(handle, request);
    const refusal = /^refused: (.*)$/s.exec(accepted)?.[1];
    return refusal === undefined
      ? { kind: 'accepted', answer: accepted }
      : { kind: 'refused', reason: refusal };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      return { kind: 'refused', reason: 'the payment is settled; its workflow has ended' };
    }
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    return { kind: 'refused', reason: error.cause?.message ?? error.message };
  }
}

function sendRepair(
  handle: Confirmation,
  { repair: how, evidence = '', operatorId, reason, operationId: updateId }: RepairRequest,
): Promise<{ readonly accepted: string }> {
  const by = { operatorId, reason };
  switch (how) {
    case 'mark_paid':
      return handle.executeUpdate(markPaidUpdate, { args: [{ ...by, evidence }], updateId });
    case 'retry_delivery':
      return handle.executeUpdate(retryDeliveryUpdate, { args: [by], updateId });
    case 'credit_wallet':
    case 'complete_order':
    case 'refund':
      return handle.executeUpdate(resolvePaymentUpdate, { args: [{ ...by, how }], updateId });
  }
}

async function stuckWorkflows(client: Client, limit: number): Promise<readonly StuckWorkflow[]> {
  const query = `${stuckReason.name} is not null and ExecutionStatus = 'Running'`;
  const found: StuckWorkflow[] = [];
  for await (const execution of client.workflow.list({ query, pageSize: limit })) {
    found.push(toStuck(execution));
    if (found.length === limit) break;
  }
  return found;
}

function toStuck({ workflowId, type, startTime, ...rest }: WorkflowExecutionInfo): StuckWorkflow {
  const attributes = rest.typedSearchAttributes;
  return {
    workflowId,
    type,
    state: attributes.get(billingState) ?? '',
    reason: attributes.get(stuckReason) ?? '',
    userId: attributes.get(billingUserId),
    startedAt: startTime.toISOString(),
  };
}

/** As many tries as operators are told of. */
const MANY_TRIES = 8;

async function failingOf(client: Client, workflowId: string): Promise<FailingActivity[]> {
  try {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    return (raw.pendingActivities ?? [])
      .filter(({ attempt }) => (attempt ?? 0) >= MANY_TRIES)
      .map(({ activityType, attempt, lastFailure }) => ({
        workflowId,
        activity: activityType?.name ?? '',
        tries: attempt ?? 0,
        reason: lastFailure?.message ?? '',
      }));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return [];
    throw error;
  }
}
