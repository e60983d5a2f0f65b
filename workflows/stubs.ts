import { proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import { DATABASE } from './policies';

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
