import type { Client } from '@temporalio/client';
import { KEEPER_ID } from '../../workflows/billing/keeper/contract';
import type { PrivacyCommands } from './privacy-contract';
import type { Workflows } from './start';

/** Asks the workflows about the books and about personal data. */
export function privacyCommands(client: Client, taskQueue: string): PrivacyCommands {
  return { ensureKeeper: () => ensureKeeper(client, taskQueue) };
}

async function ensureKeeper(client: Client, taskQueue: string): Promise<void> {
  await client.workflow.start<Workflows['keeper']>('keeper', {
    taskQueue,
    workflowId: KEEPER_ID,
    args: [{}],
    staticSummary: 'Seals the audit and checks the books',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}
