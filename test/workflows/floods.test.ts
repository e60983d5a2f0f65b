import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { NO_TRACING } from '../../src/main/tracing';
import { ROOT } from '../support/house/tree';
import { takeServers } from '../support/servers';

// What a workflow can find waiting when its worker comes back: it has five seconds of the SDK's patience for all of it, so
// nothing that a signal costs may grow with the signals before it.

const FLOOD = 5_000;

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'OFF' } },
});

interface Event {
  readonly eventId: string;
  readonly eventType: string;
  readonly workflowExecutionStartedEventAttributes?: { readonly workflowId: string };
  readonly workflowExecutionSignaledEventAttributes?: { readonly signalName: string };
}

function recorded(name: string): Event[] {
  const path = join(ROOT, 'test', 'replay', 'histories', `${name}.json`);
  return (JSON.parse(readFileSync(path, 'utf8')) as { events: Event[] }).events;
}

/** An event moved so many places on, with whatever it says of events from a place on. */
function moved(event: Event, by: number, fromId: number): Event {
  return JSON.parse(JSON.stringify(event), (key, value: unknown) =>
    /eventId$/i.test(key) && Number(value) >= fromId ? String(Number(value) + by) : value,
  ) as Event;
}

async function replay(events: readonly Event[]): Promise<void> {
  const { workflowBundlePath: codePath } = await takeServers();
  const sinks = NO_TRACING.worker.sinks ?? {};
  const history = temporal.api.history.v1.History.fromObject({ events });
  const workflowId = events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? 'unnamed';
  await Worker.runReplayHistory({ workflowBundle: { codePath }, sinks }, history, workflowId);
}

/** A history with one of its signals as often again beside it, in the same task. */
function repeated(name: string, signalId: number): Event[] {
  const events = recorded(name);
  const at = events.findIndex(({ eventId }) => Number(eventId) === signalId);
  const signal = events[at];
  if (!signal?.workflowExecutionSignaledEventAttributes)
    throw new Error(`${signalId} is no signal`);
  const flood = Array.from({ length: FLOOD }, (_, n) => moved(signal, n, signalId));
  const rest = events.slice(at).map((event) => moved(event, FLOOD, signalId));
  return [...events.slice(0, at), ...flood, ...rest];
}

test.each([
  ['with its start', 2],
  ['while it looks at the outbox', 79],
])(
  'five thousand wakes of the sender that come at once %s are one look at the outbox',
  async (_when, wakeId) => {
    // A second look would be a command that the history does not have, and slow wakes a task that never ends.
    await replay(repeated('notifier-running', wakeId));
  },
);

const TASK = ['EVENT_TYPE_WORKFLOW_TASK_SCHEDULED', 'EVENT_TYPE_WORKFLOW_TASK_STARTED'];

/** An open workflow's history that goes on with a flood of a signal and the task that finds it. */
function continued(name: string, signalName: string): Event[] {
  const events = recorded(name);
  const known = events.find(
    (event) => event.workflowExecutionSignaledEventAttributes?.signalName === signalName,
  );
  const like = known ?? { workflowExecutionSignaledEventAttributes: { signalName } };
  const eventType = 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED';
  const first = events.length + 1;
  const flood = Array.from({ length: FLOOD }, (_, n) => ({
    ...{ ...like, eventType, eventId: String(first + n) },
  }));
  const task = TASK.map((type, n) => {
    const old = events.findLast((event) => event.eventType === type);
    if (!old) throw new Error(`${name} has no ${type}`);
    return moved(old, first + FLOOD + n - Number(old.eventId), Number(old.eventId) - n);
  });
  return [...events, ...flood, ...task];
}

test('five thousand hints at once are one task of a payment that waits for an operator', async () => {
  // Each of them wakes the question whether it says more than all before it.
  await replay(continued('payment-waiting-for-operator', 'hint'));
});
