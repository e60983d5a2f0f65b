import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import {
  operationOutcomeUpdate,
  operationWorkflowId,
  type OperationOutcome,
} from '../../workflows/billing/operation/contract';
import { billingState, billingUserId } from '../../workflows/contract';
import type { OperationCommands, OperationRequest } from './operations-contract';
import { startOperation, type Workflows } from './start';

/** Asks for audited admin actions. */
export function operationCommands(client: Client, taskQueue: string): OperationCommands {
  return { operate: (request) => operate(client, taskQueue, request) };
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

/** Whose life it changes, so that the Web UI finds it by that person; else the operator. */
function concerned({ params, operator }: OperationRequest): number {
  return 'userId' in params ? params.userId : operator.userId;
}
