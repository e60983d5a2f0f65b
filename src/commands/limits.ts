import type { Client } from '@temporalio/client';
import {
  limitChangeId,
  type LimitChangeInput,
  type LimitChangeOutcome,
} from '../../workflows/billing/limit-change/contract';
import { billingUserId } from '../../workflows/contract';
import type { Workflows } from './start';

export type { LimitChangeInput, LimitChangeOutcome };

/** Changes of spending limits. */
export interface LimitCommands {
  /** Sets limits and answers when every later debit keeps to them. Repeating it with the same id changes nothing. */
  setLimits(change: LimitChangeInput): Promise<LimitChangeOutcome>;
}

export function limitCommands(client: Client, taskQueue: string): LimitCommands {
  return {
    setLimits: (change) => {
      const own = change.wishes.find(({ scope }) => scope === 'user');
      return client.workflow.execute<Workflows['limitChange']>('limitChange', {
        taskQueue,
        workflowId: limitChangeId(change),
        args: [change],
        staticSummary: own ? `Limits of ${own.scopeId}` : 'Limits of an API client',
        typedSearchAttributes: own ? [{ key: billingUserId, value: own.scopeId }] : [],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
    },
  };
}
