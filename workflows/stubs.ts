import {
  TemporalFailure,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
  type ActivityOptions,
} from '@temporalio/workflow';
import { DATABASE, STEP_AT_ONCE } from './policies';

type ActivityFunction = (...args: never[]) => Promise<unknown>;

/** One activity by name with options of its own; `F` is the function's type. */
export function stub<F>(name: string, options: ActivityOptions): F {
  return proxyActivities<Record<string, ActivityFunction>>(options)[name] as F;
}

/** Stubs of activities that are one PostgreSQL transaction each, with the sentence an operator reads beside them. */
export function databaseStubs<Family>() {
  return <K extends keyof Family & string>(name: K, summary: string): Family[K] =>
    stub<Family[K]>(name, { ...DATABASE, summary });
}

/**
 * True in runs whose transactions are done in the worker that holds them, and which show only what lasts longer than one
 * task. Runs that began before go on so from where they stand.
 */
export function isAtOnce(): boolean {
  return patched('at-once');
}

/**
 * Whether an activity tried here has used up its tries, so that an ordinary one may go on. Anything else is none of its
 * failures: a worker that does not know the activity throws before it asks for it, which no other worker would replay.
 */
export function isSpent(error: unknown): boolean {
  return error instanceof TemporalFailure && !isCancellation(error);
}

type Asked<F> = F extends (asked: infer A) => Promise<unknown> ? A : never;
type Answer<F> = F extends (...args: never[]) => Promise<infer R> ? R : never;

/**
 * The same, done in the worker that holds the workflow: the hop over a task queue costs more than the transaction. What
 * fails a few times goes on as an ordinary activity; `onFailure` can say so to operators before it does.
 */
export function databaseStubsAtOnce<Family>() {
  return <K extends keyof Family & string>(name: K, summary: string) => {
    type F = Family[K];
    const patiently = stub<(asked: Asked<F>) => Promise<Answer<F>>>(name, { ...DATABASE, summary });
    const here = proxyLocalActivities<Record<string, typeof patiently>>({
      ...STEP_AT_ONCE,
      summary,
    })[name] as typeof patiently;
    return async (asked: Asked<F>, onFailure?: () => void): Promise<Answer<F>> => {
      if (!isAtOnce()) return patiently(asked);
      try {
        return await here(asked);
      } catch (error) {
        if (!isSpent(error)) throw error;
        onFailure?.();
        return patiently(asked);
      }
    };
  };
}
