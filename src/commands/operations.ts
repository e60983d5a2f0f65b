import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import {
  operationOutcomeUpdate,
  operationWorkflowId,
  type OperationOutcome,
} from '../../workflows/billing/operation/contract';
import {
  approveUpdate,
  proposalWorkflowId,
  rejectUpdate,
  type ProposalResult,
  type Vote,
  type VoteOutcome,
} from '../../workflows/billing/proposal/contract';
import { billingState, billingUserId } from '../../workflows/contract';
import type { OperationCommands, OperationRequest } from './operations-contract';
import { isGone } from './gone';
import { startOperation, type Workflows } from './start';

/** Asks for audited admin actions. */
export function operationCommands(client: Client, taskQueue: string): OperationCommands {
  return {
    operate: (request) => operate(client, taskQueue, request),
    vote: (vote) => castVote(client, vote),
  };
}

async function operate(
  client: Client,
  taskQueue: string,
  request: OperationRequest,
): Promise<OperationOutcome> {
  const { operationId, action, operator } = request;
  const workflowId = operationWorkflowId(operationId);
  const startWorkflowOperation = startOperation('operation', taskQueue, {
    workflowId,
    input: request,
    summary: `${action} by ${operator.userId}`,
    attributes: [
      { key: billingState, value: 'running' },
      { key: billingUserId, value: String(concerned(request)) },
    ],
    idReuse: 'REJECT_DUPLICATE',
  });
  try {
    return await client.workflow.executeUpdateWithStart(operationOutcomeUpdate, {
      startWorkflowOperation,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return client.workflow.getHandle<Workflows['operation']>(workflowId).result();
  }
}

async function castVote(
  client: Client,
  vote: Parameters<OperationCommands['vote']>[0],
): Promise<VoteOutcome> {
  const { proposalId, operatorId, isApproval, reason } = vote;
  const handle = client.workflow.getHandle<Workflows['proposal']>(proposalWorkflowId(proposalId));
  const update = isApproval ? approveUpdate : rejectUpdate;
  const args: [Vote] = [{ operatorId, ...(reason === undefined ? {} : { reason }) }];
  try {
    return await handle.executeUpdate(update, { args });
  } catch (error) {
    if (!isGone(error)) throw error;
    return { kind: 'over', state: await lastState(handle) };
  }
}

async function lastState(
  handle: WorkflowHandle<Workflows['proposal']>,
): Promise<ProposalResult['state']> {
  try {
    return (await handle.result()).state;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowFailedError) {
      return 'unknown';
    }
    throw error;
  }
}

/** Whose life it changes, so that the Web UI finds it by that person; else the operator. */
function concerned({ params, operator }: OperationRequest): number {
  return 'userId' in params ? params.userId : operator.userId;
}
