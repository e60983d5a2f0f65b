import type { ClientOptions } from '@temporalio/client';
import type { WorkerOptions } from '@temporalio/worker';
import type { Config } from '../config';
import type { Log } from '../log';

/** What has the work of a process traced. */
export interface Tracing {
  /** For clients of Temporal. */
  readonly client: Pick<ClientOptions, 'interceptors'>;
  /** For workers. */
  readonly worker: Pick<WorkerOptions, 'interceptors' | 'sinks'>;
  /** Sends what is left, and waits no longer than a second and a half for it. */
  stop(): Promise<void>;
}

/** Workflows that were started by a process which traces name their moments also where nobody writes them down. */
const DEAF = { tracing: { mark: { fn: () => undefined, callDuringReplay: false } } };

/** Without a collector nothing of OpenTelemetry's SDK is loaded, and no call takes another way. */
export const NO_TRACING: Tracing = {
  client: {},
  worker: { sinks: DEAF },
  stop: () => Promise.resolve(),
};

export async function startTracing(
  { tracing, buildVersion }: Pick<Config, 'tracing' | 'buildVersion'>,
  about: { readonly process: string; readonly log: Pick<Log, 'warn' | 'info'> },
): Promise<Tracing> {
  if (tracing === undefined) return NO_TRACING;
  const { startSpans } = await import('./tracing-sdk');
  return startSpans(tracing, { ...about, buildVersion });
}
