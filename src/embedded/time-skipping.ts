import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';

// The raw calls of per-workflow time skipping, for which the SDK has no words yet.

export interface WorkflowTarget {
  readonly workflowId: string;
  readonly runId?: string;
}

export type Description = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;

/**
 * Children are told to take over the clock but not the skipping: left to themselves they would skip without an end,
 * because the server gives them no target. The jump gives them theirs.
 */
export async function requestJump(
  client: Client,
  target: WorkflowTarget,
  distanceMs: number,
): Promise<void> {
  const fastForwardConfig = { id: randomUUID(), duration: msToTs(distanceMs) };
  await changeSkipping(client, target, {
    ...{ enabled: true, disablePropagation: true, fastForwardConfig },
  });
}

async function changeSkipping(
  client: Client,
  target: WorkflowTarget,
  timeSkippingConfig: temporal.api.common.v1.ITimeSkippingConfig,
): Promise<void> {
  try {
    await client.workflowService.updateWorkflowExecutionOptions({
      namespace: client.options.namespace,
      workflowExecution: target,
      workflowExecutionOptions: { timeSkippingConfig },
      updateMask: { paths: ['time_skipping_config'] },
    });
  } catch (error) {
    // A workflow that closed in between is seen at the next look.
    if (isGone(error)) return;
    throw explained(error);
  }
}

const NOT_FOUND = 5;

/** Nothing of this name is there, or it is over. */
export function isGone(error: unknown): boolean {
  return (error as { code?: number }).code === NOT_FOUND;
}

const NEEDED =
  'it needs Temporal server 1.32.0 or later (CLI 1.9 or later) with the dynamic configuration ' +
  'frontend.WorkflowTimeSkippingEnabled: true';

/** The server is too old for time skipping, or was not told to allow it. */
export class ClockFixed extends Error {
  override readonly name = 'ClockFixed';
}

function explained(error: unknown): unknown {
  const text = String((error as { details?: string }).details ?? error);
  const isMissing = /time.?skipping|update.?mask|field.?mask|unimplemented|not implemented/i.test(
    text,
  );
  if (!isMissing) return error;
  return new ClockFixed(
    `This Temporal server cannot move the clock of a workflow (${text}); ${NEEDED}`,
    { cause: error },
  );
}

/** Ends a jump where it is; one that is over already stays so. */
export async function callOff(client: Client, target: WorkflowTarget): Promise<void> {
  await changeSkipping(client, target, { enabled: false });
}

/** Open workflows as visibility knows them, which is a moment later than history does. */
export async function openWorkflows(client: Client, query: string): Promise<WorkflowTarget[]> {
  const targets: WorkflowTarget[] = [];
  const filter = query.trim() === '' ? '' : `(${query}) and `;
  for await (const { workflowId } of client.workflow.list({
    query: `${filter}ExecutionStatus = 'Running'`,
  })) {
    targets.push({ workflowId });
  }
  return targets;
}

export async function describe(client: Client, target: WorkflowTarget): Promise<Description> {
  return client.workflowService.describeWorkflowExecution({
    namespace: client.options.namespace,
    execution: target,
  });
}

export function isRunning(description: Description): boolean {
  const running = temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
  return description.workflowExecutionInfo?.status === running;
}

export function clockOf(description: Description): Date | undefined {
  const time = description.workflowExtendedInfo?.timeSkippingInfo?.currentTime;
  return time == null ? undefined : new Date(tsToMs(time));
}

export function isSkipping(description: Description): boolean {
  return description.workflowExtendedInfo?.timeSkippingInfo?.effectiveConfig?.enabled === true;
}

export function idsOfChildren(description: Description): string[] {
  return (description.pendingChildren ?? []).flatMap(({ workflowId }) =>
    workflowId ? [workflowId] : [],
  );
}

export function waitOf(description: Description): string {
  const activities = (description.pendingActivities ?? []).map(
    (one) => `activity ${one.activityType?.name ?? ''} (attempt ${one.attempt ?? 1})`,
  );
  const children = idsOfChildren(description).map((id) => `child ${id}`);
  const task =
    description.pendingWorkflowTask == null ? [] : ['a worker to take its workflow task'];
  return [...task, ...activities, ...children].join(', ') || 'its timers';
}
