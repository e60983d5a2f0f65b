import type { WorkflowInterceptors } from '@temporalio/workflow';

/** One call of the worker into a workflow: what happened, at which instant, after how many events. */
interface Activation {
  readonly timestamp?: { readonly seconds?: unknown; readonly nanos?: number | null } | null;
  readonly historyLength?: number | null;
  readonly jobs?: readonly { readonly queryWorkflow?: unknown }[] | null;
}

/**
 * Keeps a workflow from going on from where only a query has seen it. A query that reaches a worker which does not hold
 * the workflow makes the SDK's core live through its whole history, also through events that no workflow task has
 * handed over yet, and hold it so. The next task then brings an update or a signal to a workflow that is ahead; whoever
 * replays that task is told of the events and the update at once and in another order, comes to other commands, and
 * the workflow stands still for ever (TMPRL1100). The query is answered; the task that finds the workflow ahead fails,
 * the worker lets go of it, and the task comes again to a workflow that starts from its history.
 *
 * Loaded by the worker into every workflow. It makes no command, so a history lives again the same with and without it.
 */
export function interceptors(): WorkflowInterceptors {
  const place = new Place();
  return {
    internals: [
      {
        activate: (input, next) => {
          place.move(input.activation);
          next(input);
        },
      },
    ],
  };
}

/** Where a workflow stands, and whether only a query brought it there. */
class Place {
  private at = '';
  private length = 0;
  private isUnasked = false;
  private isAhead = false;

  move({ timestamp, historyLength, jobs }: Activation): void {
    if (jobs?.every(({ queryWorkflow }) => queryWorkflow != null)) {
      this.isAhead ||= this.isUnasked;
      return;
    }
    if (this.isAhead)
      throw new Error('a query went ahead of this task; it is tried again from the history');
    const at = `${String(timestamp?.seconds)}.${timestamp?.nanos}`;
    const length = historyLength ?? 0;
    // Each task has an instant of its own: events without another instant belong to none.
    this.isUnasked = at === this.at && (this.isUnasked || length > this.length);
    this.at = at;
    this.length = length;
  }
}
