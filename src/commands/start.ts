import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
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

/** Starts a workflow unless it runs or ran before; resolves once the server has it for certain. */
export async function startOnce<N extends WorkflowName>(
  client: Client,
  name: N,
  start: StartOptions<N> & { readonly taskQueue: string },
): Promise<void> {
  try {
    await client.workflow.start(name, {
      ...startOptions(start.taskQueue, start),
      // One that runs is no error, neither here nor in the metrics.
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

export interface Ride<N extends WorkflowName> extends StartOptions<N> {
  readonly taskQueue: string;
  readonly signal: string;
  readonly signalArgs: unknown[];
}

/** Signals a workflow, starting it when it does not run; resolves once the server has both for certain. */
export type SignalWithStart = <N extends WorkflowName>(name: N, ride: Ride<N>) => Promise<void>;

/**
 * Signals of one workflow leave this process one after the other: fifty copies of a notification would otherwise race
 * to start it, and the server answers such races with errors and delays.
 */
export function createSignalWithStart(client: Client): SignalWithStart {
  const lastOf = new Map<string, Promise<unknown>>();
  return async (name, ride) => {
    const { workflowId, signal, signalArgs } = ride;
    const options = { ...startOptions(ride.taskQueue, ride), signal, signalArgs };
    const send = () => client.workflow.signalWithStart(name, options);
    const sent = (lastOf.get(workflowId) ?? Promise.resolve()).then(send, send);
    lastOf.set(workflowId, sent);
    try {
      await sent;
    } finally {
      if (lastOf.get(workflowId) === sent) lastOf.delete(workflowId);
    }
  };
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
