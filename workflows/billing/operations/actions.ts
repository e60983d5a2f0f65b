import {
  currentUpdateInfo,
  executeChild,
  ParentClosePolicy,
  setHandler,
  uuid4,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { describeRepair } from '../../visibility';
import {
  operationWorkflowId,
  type OperationInput,
  type OperationOutcome,
} from '../operation/contract';
import type { RoleSigned } from '../contract';
import { requireRole, requireWords } from '../repair-rules';
import { deskResendUpdate, deskWriteOffUpdate } from './contract';
import { findOpenItem } from './stubs';

/** What an operator with a role wants done; the operation itself looks the role up. */
export interface DeskAction {
  readonly action: 'write_off_item' | 'resend_message';
  /** The item by its id or key, or the id of the message. */
  readonly subject: string;
  readonly by: RoleSigned;
  readonly operationId: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Sets the handlers of what is carried out as an audited operation. */
export function hearActions(ask: (action: DeskAction) => Promise<OperationOutcome>): void {
  setHandler(
    deskWriteOffUpdate,
    ({ item: subject, ...by }) => ask({ action: 'write_off_item', subject, by, ...named() }),
    {
      validator: (order: RoleSigned & { item: string }) => {
        requireRole(order);
        requireWords(order.item, 'item is empty; name it by its id or its key');
      },
      ...describeRepair('operations', 'writeOff'),
    },
  );
  setHandler(
    deskResendUpdate,
    ({ messageId: subject, ...by }) => ask({ action: 'resend_message', subject, by, ...named() }),
    {
      validator: (order: RoleSigned & { messageId: string }) => {
        requireRole(order);
        if (!UUID.test(order.messageId)) throw new Error('messageId is no id of a message');
      },
      ...describeRepair('operations', 'resendMessage'),
    },
  );
}

function named(): { readonly operationId: string } {
  return { operationId: operationIdOf(currentUpdateInfo()?.id ?? '') };
}

/** The update's own id names the operation: the same request sent twice is one, in whichever run it lands. */
export function operationIdOf(updateId: string): string {
  return UUID.test(updateId) ? updateId.toLowerCase() : uuid4();
}

/** Carries the action out as the bot does: once, audited, by whoever may, and as a proposal where others must agree. */
export async function act({
  action,
  subject,
  by,
  operationId,
}: DeskAction): Promise<OperationOutcome> {
  const params =
    action === 'write_off_item' ? await findOpenItem({ item: subject }) : { messageId: subject };
  if (!params) return { kind: 'refused', reason: 'unknown_item' };
  const input: OperationInput = {
    ...{ operationId, action, params },
    operator: { userId: Number(by.operatorId) },
    reason: by.reason,
  };
  return executeChild<(order: OperationInput) => Promise<OperationOutcome>>('operation', {
    workflowId: operationWorkflowId(operationId),
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    // The stored answer makes a repeat harmless.
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    staticSummary: `${action} by ${by.operatorId}`,
  });
}
