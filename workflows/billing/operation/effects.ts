import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import { assertNever } from '../../../src/domain/assert';
import { wakeWallet } from '../wallet/waking';
import type { OperationEffect } from './contract';

/** Performs what follows from a committed action, in the order the action gave. */
export async function perform(effects: readonly OperationEffect[]): Promise<void> {
  for (const effect of effects) await performOne(effect);
}

async function performOne(effect: OperationEffect): Promise<void> {
  switch (effect.kind) {
    case 'start':
      return startOnce(effect);
    case 'watchLots':
      return wakeWallet(effect);
    case 'signal':
      return tell(effect);
    default:
      return assertNever(effect);
  }
}

/** As a child it lives by the same test clock; abandoned, it outlives the operation. */
async function startOnce(effect: OperationEffect & { kind: 'start' }): Promise<void> {
  try {
    await startChild(effect.workflow, {
      workflowId: effect.workflowId,
      args: [effect.input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: effect.summary,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function tell(effect: OperationEffect & { kind: 'signal' }): Promise<void> {
  try {
    await getExternalWorkflowHandle(effect.workflowId).signal(effect.signal, ...effect.args);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
