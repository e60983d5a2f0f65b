import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities, createDeliveryActivities, type ActivityDeps } from '../../../activities';
import type { StartOptions, WorkflowName, Workflows } from '../../../src/commands/start';
import { fastForward, fastForwardTo, type Landing } from '../../../src/embedded/clock';
import { messagesTaskQueue } from '../../../workflows/contract';
import type { Activities } from '../../activities/support/books';
import { takeServers } from '../../support/servers';
import { happyActivities } from './cast';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What activities do in a play; what a test leaves out succeeds. */
export type Roles = Partial<Activities>;

/** The product's workflows on a real server with activities that a test writes. */
export interface Theatre {
  readonly client: Client;
  readonly taskQueue: string;
  /** Sets what activities do from here on and forgets what was called. */
  play(roles?: Roles): void;
  /** Changes some roles in the middle of a play. */
  recast(roles: Roles): void;
  /** What activities do at this moment, to be wrapped by a recast. */
  roles(): Activities;
  /** Inputs an activity was called with, oldest first. */
  calls<N extends keyof Activities>(name: N): Parameters<Activities[N]>[0][];
  /** Names of all activities called so far, without the nudges of the notifier. */
  log(): string[];
  start<N extends WorkflowName>(name: N, options: Start<N>): Promise<WorkflowHandle<Workflows[N]>>;
  /** Lets so much of a workflow's own time pass. */
  pass(workflowId: string, ms: number): Promise<Landing>;
  /** Lets a workflow's own time come to an instant. */
  passTo(workflowId: string, instantMs: number): Promise<Landing>;
  /** Ends what a test left running. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export type Start<N extends WorkflowName> = Pick<StartOptions<N>, 'workflowId' | 'input'> & {
  /** A signal that comes with the start, before any handler exists. */
  readonly signal?: readonly [name: string, ...args: unknown[]];
};

export async function openTheatre(): Promise<Theatre> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const { temporalAddress: address, namespace, workflowBundlePath } = await takeServers();
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection, namespace });
  const taskQueue = `play-${randomUUID().slice(0, 8)}`;
  const stage = new Stage();
  const shared = { connection: native, namespace, activities: stage.activities() };
  const workers = [
    await Worker.create({
      ...shared,
      taskQueue,
      workflowBundle: { codePath: workflowBundlePath },
      maxCachedWorkflows: 100,
    }),
    await Worker.create({ ...shared, taskQueue: messagesTaskQueue(taskQueue) }),
  ];
  const runs = Promise.all(workers.map((worker) => worker.run()));
  runs.catch(() => undefined);
  return {
    client,
    taskQueue,
    play: (roles = {}) => stage.play(roles),
    recast: (roles) => stage.recast(roles),
    roles: () => stage.roles(),
    calls: (name) => stage.inputsOf(name) as never,
    log: () => stage.names(),
    start: (name, options) => start(client, name, { ...options, taskQueue }),
    pass: (workflowId, ms) => fastForward(client, { workflowId }, ms),
    passTo: (workflowId, instantMs) => fastForwardTo(client, { workflowId }, new Date(instantMs)),
    clear: () => terminateAll(client),
    close: async () => {
      for (const worker of workers) worker.shutdown();
      await runs;
      await Promise.all([connection.close(), native.close()]);
    },
  };
}

interface Call {
  readonly name: string;
  readonly input: unknown;
}

class Stage {
  private cast: Record<string, unknown> = {};
  private heard: Call[] = [];

  play(roles: Roles): void {
    this.cast = { ...happyActivities(), ...roles };
    this.heard = [];
  }

  recast(roles: Roles): void {
    this.cast = { ...this.cast, ...roles };
  }

  roles(): Activities {
    return { ...this.cast } as unknown as Activities;
  }

  inputsOf(name: string): unknown[] {
    return this.heard.filter((call) => call.name === name).map(({ input }) => input);
  }

  names(): string[] {
    return this.heard.map(({ name }) => name).filter((name) => name !== 'wakeNotifier');
  }

  /** One function for each activity the product has, so that none can be forgotten. */
  activities(): Record<string, (input: unknown) => Promise<unknown>> {
    const deps = {} as ActivityDeps;
    const names = Object.keys({ ...createActivities(deps), ...createDeliveryActivities(deps) });
    return Object.fromEntries(
      names.map((name) => [name, (input: unknown) => this.perform(name, input)]),
    );
  }

  private async perform(name: string, input: unknown): Promise<unknown> {
    this.heard.push({ name, input });
    const role = this.cast[name] as ((input: unknown) => Promise<unknown>) | undefined;
    if (!role) throw new Error(`nobody plays ${name}; add it to test/workflows/support/cast.ts`);
    return role(input);
  }
}

async function start<N extends WorkflowName>(
  client: Client,
  name: N,
  options: Start<N> & { taskQueue: string },
): Promise<WorkflowHandle<Workflows[N]>> {
  const { workflowId, input, signal, taskQueue } = options;
  const shared = { workflowId, taskQueue, args: [input] as never };
  if (!signal) return client.workflow.start<Workflows[N]>(name, shared);
  const [signalName, ...signalArgs] = signal;
  const ride = { ...shared, signal: signalName, signalArgs };
  return client.workflow.signalWithStart<Workflows[N]>(name, ride as never);
}

async function terminateAll(client: Client): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  for await (const { workflowId } of client.workflow.list({
    query: `ExecutionStatus = 'Running'`,
  })) {
    await client.workflow
      .getHandle(workflowId)
      .terminate('the play is over')
      .catch(() => undefined);
  }
}
