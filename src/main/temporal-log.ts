import { DefaultLogger, type Logger } from '@temporalio/worker';
import type { Log } from '../log';

const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const;

/**
 * What Temporal's SDK has to say, through the log of the process. By itself it writes failures of activities to standard
 * error as they are, past everything that hides secrets.
 */
export function temporalLogger(log: Log): Logger {
  const own = log.child({ of: 'temporal' });
  return new DefaultLogger('INFO', ({ level, message, meta }) =>
    own[LEVELS[level]]({ ...meta }, message),
  );
}
