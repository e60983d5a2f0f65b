import { ConfigError, type Config } from '../config';
import { createLog, type Log } from '../log';
import { keepBeating } from './alive';
import { configuration } from './configuration';

/** What every process starts from. */
export interface Process {
  readonly config: Config;
  readonly log: Log;
  /** Resolves when the process is asked to end. */
  readonly stopping: Promise<NodeJS.Signals>;
}

/**
 * Runs a process from its configuration to its end. A wrong configuration is told in words and without a stack;
 * everything else that escapes is logged and ends the process, so that whoever watches it starts it afresh.
 */
export function runProcess(name: string, work: (process: Process) => Promise<void>): void {
  start(name, work).then(
    () => process.exit(0),
    (error: unknown) => {
      if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
      else createLog({ level: 'error', name }).error({ err: error }, 'the process ends');
      process.exit(1);
    },
  );
}

async function start(name: string, work: (process: Process) => Promise<void>): Promise<void> {
  const config = configuration(process.env);
  const log = createLog({ level: config.logLevel, name });
  const stopping = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  log.info({ version: config.buildVersion }, 'starting');
  if (config.isProduction && config.payloads.keys.length === 0) {
    log.warn('PAYLOAD_KEYS is not set: whoever reads Temporal’s database reads its payloads');
  }
  keepBeating(name);
  await work({ config, log, stopping });
}
