import {
  WithStartWorkflowOperation,
  type Client,
  type WorkflowStartOptions,
} from '@temporalio/client';
import type * as workflows from '../../workflows';

/** Every workflow the product has, by name; only types are loaded, never workflow code. */
export type Workflows = typeof workflows;
export type WorkflowName = keyof Workflows;
export type InputOf<N extends WorkflowName> = Parameters<Workflows[N]>[0];

export interface StartOptions<N extends WorkflowName> {
  readonly workflowId: string;
  readonly input: InputOf<N>;
  /** What an operator reads in the list of the Web UI. */
  readonly summary: string;
  readonly attributes: NonNullable<WorkflowStartOptions['typedSearchAttributes']>;
  readonly idReuse: 'REJECT_DUPLICATE' | 'ALLOW_DUPLICATE';
}

/** A start that an update rides on; the name is checked against the workflows that exist. */
export function startOperation<N extends WorkflowName>(
  name: N,
  taskQueue: string,
  options: StartOptions<N>,
): WithStartWorkflowOperation<Workflows[N]> {
  const start = { ...startOptions(taskQueue, options), workflowIdConflictPolicy: 'USE_EXISTING' };
  return new WithStartWorkflowOperation<Workflows[N]>(
    name,
    // The SDK's type wants literal argument tuples, which a generic name cannot give it.
    start as unknown as ConstructorParameters<typeof WithStartWorkflowOperation<Workflows[N]>>[1],
  );
}

/** Signals a workflow, starting it when it does not run; resolves once the server has both for certain. */
export async function signalWithStart<N extends WorkflowName>(
  client: Client,
  name: N,
  ride: StartOptions<N> & {
    readonly taskQueue: string;
    readonly signal: string;
    readonly signalArgs: unknown[];
  },
): Promise<void> {
  await client.workflow.signalWithStart(name, {
    ...startOptions(ride.taskQueue, ride),
    signal: ride.signal,
    signalArgs: ride.signalArgs,
  });
}

function startOptions<N extends WorkflowName>(taskQueue: string, options: StartOptions<N>) {
  return {
    taskQueue,
    workflowId: options.workflowId,
    args: [options.input],
    staticSummary: options.summary,
    typedSearchAttributes: options.attributes,
    workflowIdReusePolicy: options.idReuse,
  };
}
