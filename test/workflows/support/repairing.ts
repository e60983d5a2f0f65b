import type { WorkflowHandle } from '@temporalio/client';
import type { WorkflowType } from '../../../src/domain/billing/workflow-repairs';
import { operatorCardQuery } from '../../../workflows/contract';
import { until } from '../../support/until';
import { REPAIR } from './cast';
import { ONE_OF_EACH } from './one-of-each';
import type { Roles, Theatre } from './theatre';

/** One workflow of a type, brought to where one of its repairs is possible. */
export async function repairable(
  theatre: Theatre,
  type: WorkflowType,
  change: { update: string; roles?: Roles; id?: string },
): Promise<WorkflowHandle> {
  const { input, roles = {}, signal } = ONE_OF_EACH[type];
  theatre.recast({ ...roles, ...change.roles });
  const workflowId = change.id ?? `repairable:${type}`;
  const start = { workflowId, input, ...(signal ? { signal } : {}) };
  const handle = await theatre.start(type, start);
  await until(`${change.update} is possible`, async () => {
    const { allowedRepairs } = await handle.query(operatorCardQuery);
    return change.update in allowedRepairs;
  });
  return theatre.client.workflow.getHandle(workflowId);
}

/** Sends a repair signed by the operator of every test; resolves with what the workflow answers. */
export function send(handle: WorkflowHandle, update: string, members: object = {}) {
  return handle.executeUpdate(update, { args: [{ ...members, ...REPAIR }], updateId: 'wish-1' });
}
