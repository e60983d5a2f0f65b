import { asyncLocalStorage } from '@temporalio/activity';
import { ConfigError, type Config } from '../config';
import { createLog, hiding, type Log } from '../log';
import { keepBeating } from './alive';
import { configuration, secretsKnownTo } from './configuration';
import { startTracing, type Tracing } from './tracing';

/** What every process starts from. */
export interface Process {
  readonly config: Config;
  readonly log: Log;
  readonly tracing: Tracing;
  /** Resolves when the process is asked to end. */
  readonly stopping: Promise<NodeJS.Signals>;
}

/**
 * Runs a process from its configuration to its end. A wrong configuration is told in words and without a stack;
 * everything else that escapes, also from a callback or a promise nobody waits for, is logged and ends the process, so
 * that whoever watches it starts it afresh. Secrets of the environment are hidden in whatever is said.
 */
export function runProcess(name: string, work: Work): void {
  run(name, { work });
}

/** The same for a command whose standard output is its answer, for programs to read: it logs to the other one. */
export function runCommand(name: string, work: Work): void {
  run(name, { work, destination: process.stderr });
}

type Work = (process: Process) => Promise<void>;

function run(name: string, task: { work: Work; destination?: NodeJS.WriteStream }): void {
  const secrets = secretsKnownTo(process.env);
  const fail = (error: unknown): never => {
    if (error instanceof ConfigError) process.stderr.write(`${hiding(secrets)(error.message)}\n`);
    else createLog({ level: 'error', name, secrets }).error({ err: error }, 'the process ends');
    process.exit(1);
  };
  // Node itself would print the error as it is, with whatever its message holds.
  process.on('uncaughtException', fail);
  start(name, { secrets, ...task }).then(() => process.exit(0), fail);
}

interface Start {
  readonly secrets: readonly string[];
  readonly work: Work;
  readonly destination?: NodeJS.WriteStream;
}

async function start(name: string, { secrets, work, ...sink }: Start): Promise<void> {
  const config = configuration(process.env);
  const about = runningActivity;
  const { logLevel: level, logFormat: format } = config;
  const log = createLog({ level, format, name, about, secrets, ...sink });
  const stopping = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  log.info({ version: config.buildVersion }, 'starting');
  if (config.isProduction && config.payloads.keys.length === 0) {
    log.warn('PAYLOAD_KEYS is not set: whoever reads Temporal’s database reads its payloads');
  }
  keepBeating(name);
  const tracing = await startTracing(config, { process: name, log });
  try {
    await work({ config, log, tracing, stopping });
  } finally {
    await tracing.stop();
  }
}

/** On whose behalf an activity works, in the words of the audit. */
function runningActivity(): Readonly<Record<string, string>> {
  const info = asyncLocalStorage.getStore()?.info;
  if (info?.workflowExecution === undefined) return {};
  const { workflowId, runId } = info.workflowExecution;
  return { workflow_id: workflowId, request_id: `${runId}/${info.activityId}` };
}
