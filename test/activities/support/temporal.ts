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

/** A Temporal that remembers what activities started, all of which runs for ever, and whom they told what. */
export class FakeTemporal {
  readonly started: (Start & { readonly name: string })[] = [];
  /** `<workflow id> <signal>`, in order. */
  readonly told: string[] = [];
  /** Workflows that are gone: a word to them fails. */
  readonly gone = new Set<string>();

  /** Runs an activity as a step of the workflow of that id. */
  run<T>(workflowId: string, work: () => Promise<T>): Promise<T> {
    const environment = new MockActivityEnvironment(
      { workflowExecution: { workflowId, runId: 'r' }, taskQueue: 'billing' },
      { logger: new DefaultLogger('ERROR'), client: this.client() as never },
    );
    return environment.run(work);
  }

  private tell(workflowId: string, signal: string): Promise<void> {
    if (this.gone.has(workflowId)) return Promise.reject(new Error('workflow not found'));
    this.told.push(`${workflowId} ${signal}`);
    return Promise.resolve();
  }

  private client() {
    return {
      withAbortSignal: (_signal: unknown, work: () => unknown) => work(),
      workflow: {
        getHandle: (workflowId: string) => ({
          signal: (name: string) => this.tell(workflowId, name),
        }),
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
