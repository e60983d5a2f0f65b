import { DefaultLogger, type Logger, type RuntimeOptions } from '@temporalio/worker';
import type { Config } from '../config';
import type { Log } from '../log';
import { temporalTelemetry } from './metrics';

const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const;

/**
 * How Temporal's SDK lives in a process: it speaks and measures as the process does, and leaves it to the process when to
 * end, which is after the last request is answered and before the pool is closed.
 */
export function temporalRuntime(config: Pick<Config, 'metrics'>, log: Log): RuntimeOptions {
  return { logger: temporalLogger(log), shutdownSignals: [], ...temporalTelemetry(config) };
}

/**
 * What Temporal's SDK has to say, through the log of the process. By itself it writes failures of activities to standard
 * error as they are, past everything that hides secrets.
 */
function temporalLogger(log: Log): Logger {
  const own = log.child({ of: 'temporal' });
  return new DefaultLogger('INFO', ({ level, message, meta }) =>
    own[LEVELS[level]]({ ...meta }, message),
  );
}
