import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

class AlreadyStarted extends Error {
  override readonly name = 'WorkflowExecutionAlreadyStartedError';
}

interface Start {
  readonly workflowId: string;
  readonly args: readonly unknown[];
  readonly taskQueue: string;
}

/** A Temporal that remembers what activities started, all of which runs for ever. */
export class FakeTemporal {
  readonly started: (Start & { readonly name: string })[] = [];

  /** Runs an activity as a step of the workflow of that id. */
  run<T>(workflowId: string, work: () => Promise<T>): Promise<T> {
    const environment = new MockActivityEnvironment(
      { workflowExecution: { workflowId, runId: 'r' }, taskQueue: 'billing' },
      { logger: new DefaultLogger('ERROR'), client: this.client() as never },
    );
    return environment.run(work);
  }

  private client() {
    return {
      withAbortSignal: (_signal: unknown, work: () => unknown) => work(),
      workflow: {
        start: (name: string, options: Start) => {
          const isRunning = this.started.some(
            ({ workflowId }) => workflowId === options.workflowId,
          );
          if (isRunning) return Promise.reject(new AlreadyStarted());
          this.started.push({ name, ...options });
          return Promise.resolve({});
        },
      },
    };
  }
}
