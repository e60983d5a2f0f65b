import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { NO_TRACING } from '../../src/main/tracing';
import { ROOT } from '../support/house/tree';
import { takeServers } from '../support/servers';

// What a run of the sender can find waiting when its worker comes back: it has five seconds of the SDK's patience for all
// of it, so nothing that a wake costs may grow with the wakes before it.

const FLOOD = 5_000;
const PATH = join(ROOT, 'test', 'replay', 'histories', 'notifier-running.json');

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'OFF' } },
});

interface Event {
  readonly eventId: string;
  readonly workflowExecutionSignaledEventAttributes?: object;
}

/** The recorded history, with a wake of it as often again beside it, in the same task. */
function flooded(wakeId: number) {
  const { events } = JSON.parse(readFileSync(PATH, 'utf8')) as { events: Event[] };
  const at = events.findIndex(({ eventId }) => Number(eventId) === wakeId);
  const wake = events[at];
  if (!wake?.workflowExecutionSignaledEventAttributes) throw new Error(`${wakeId} is no wake`);
  const later = (event: Event, by: number): Event =>
    JSON.parse(JSON.stringify(event), (key, value: unknown) =>
      /eventId$/i.test(key) && Number(value) >= wakeId ? String(Number(value) + by) : value,
    ) as Event;
  const flood = Array.from({ length: FLOOD }, (_, n) => later(wake, n));
  const rest = events.slice(at).map((event) => later(event, FLOOD));
  return temporal.api.history.v1.History.fromObject({
    events: [...events.slice(0, at), ...flood, ...rest],
  });
}

test.each([
  ['with its start', 2],
  ['while it looks at the outbox', 79],
])('five thousand wakes that come at once %s are one look at the outbox', async (_when, wakeId) => {
  const { workflowBundlePath: codePath } = await takeServers();
  const sinks = NO_TRACING.worker.sinks ?? {};
  // A second look would be a command that the history does not have, and slow wakes a task that never ends.
  await Worker.runReplayHistory(
    { workflowBundle: { codePath }, sinks },
    flooded(wakeId),
    'notifier:0',
  );
});
