import { activityInfo, asyncLocalStorage, CancelledFailure } from '@temporalio/activity';
import { promiseToOperators } from './outbox';
import type { ActivityDeps } from './deps';
import { inTellingTransaction } from './telling';
import { readSettings } from './transactions';

/** Tries after which a failing activity is no hiccup any more: some twenty seconds of a database step. */
const STUCK_TRIES = 8;
/** Letters of an error that operators read; the log and the history have all of it. */
const SHOWN_LETTERS = 200;

type Activity = (input: never) => Promise<unknown>;

/**
 * The same activity, whose operators hear once that it fails and fails (NT-7). While the database is away nobody is
 * told, because then nothing is stuck by itself: it goes on as soon as the database is back.
 */
export function watched(
  deps: Pick<ActivityDeps, 'db' | 'settings'>,
  name: string,
  run: Activity,
): Activity {
  return async (input) => {
    try {
      return await run(input);
    } catch (error) {
      if (isStuck(error)) await tellStuck(deps, name, error).catch(() => undefined);
      throw error;
    }
  };
}

function isStuck(error: unknown): boolean {
  if (error instanceof CancelledFailure || asyncLocalStorage.getStore() === undefined) return false;
  return activityInfo().attempt >= STUCK_TRIES;
}

async function tellStuck(
  { db, settings: defaults }: Pick<ActivityDeps, 'db' | 'settings'>,
  activity: string,
  error: unknown,
): Promise<void> {
  const { workflowExecution, activityId, scheduledTimestampMs, attempt } = activityInfo();
  const workflowId = workflowExecution?.workflowId ?? '';
  await inTellingTransaction(db, async (tx) =>
    promiseToOperators(tx, await readSettings(tx, defaults), {
      key: `ops:ops.stuck:${workflowId}:${workflowExecution?.runId ?? ''}:${activityId}`,
      template: 'ops.stuck',
      params: { workflowId, activity, tries: attempt, reason: reasonOf(error) },
      asOf: new Date(scheduledTimestampMs),
    }),
  );
}

/** The innermost error says what is wrong; those around it repeat the statement with all its values. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.cause instanceof Error
    ? reasonOf(error.cause)
    : error.message.slice(0, SHOWN_LETTERS);
}
