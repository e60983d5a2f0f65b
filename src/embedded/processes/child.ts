import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { Ending, ProcessIdentity } from './identity';
import { endProcess, identify, isAlive } from './identity';
import { writeAtomically } from './files';

export interface ProcessDefinition {
  /** Names the log file, the pid file and every message about the process. */
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** The system account to run as; PostgreSQL refuses to run as root. */
  readonly account?: { readonly uid: number; readonly gid: number };
  /** Asked again and again until it says true; without it a process is ready once it runs. */
  readonly isReady?: () => Promise<boolean>;
  readonly readyWithinMs?: number;
  readonly stopSignal?: NodeJS.Signals;
  /** After this long a stopping process is killed. */
  readonly stopWithinMs?: number;
  /** False: a death is final until `start` is called, as chaos tests want it. */
  readonly restarts?: boolean;
}

export interface ChildFiles {
  readonly logFile: string;
  readonly pidFile: string;
}

const LOG_LIMIT_BYTES = 20 * 1024 * 1024;

/** Spawns the process in a group of its own, writing straight into its log file so that it outlives whoever started it. */
export function spawnLogged(definition: ProcessDefinition, files: ChildFiles): ChildProcess {
  rotate(files.logFile);
  const log = openSync(files.logFile, 'a');
  writeFileSync(log, `--- ${definition.name} starts at ${new Date().toISOString()}\n`);
  const child = spawn(definition.command, [...(definition.args ?? [])], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...definition.env },
    ...(definition.cwd === undefined ? {} : { cwd: definition.cwd }),
    ...definition.account,
  });
  closeSync(log);
  remember(child.pid, files.pidFile);
  return child;
}

/** Ends what an earlier, killed supervisor left running under this name. */
export async function endOrphan(definition: ProcessDefinition, pidFile: string): Promise<boolean> {
  const orphan = readIdentity(pidFile);
  if (orphan === undefined || !isAlive(orphan)) return false;
  await endProcess(orphan, endingOf(definition));
  rmSync(pidFile, { force: true });
  return true;
}

export function endingOf(definition: ProcessDefinition): Ending {
  return {
    signal: definition.stopSignal ?? 'SIGTERM',
    patienceMs: definition.stopWithinMs ?? 15_000,
  };
}

export function readIdentity(pidFile: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(pidFile, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/** The last lines of a log, for a message that says why something did not start. */
export function tailOf(logFile: string, lines = 15): string {
  if (!existsSync(logFile)) return '';
  return readFileSync(logFile, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .map(shortened)
    .join('\n');
}

/** Servers write a stack trace of many thousand characters into one line. */
function shortened(line: string): string {
  return line.length > 400 ? `${line.slice(0, 400)} …` : line;
}

function remember(pid: number | undefined, pidFile: string): void {
  const identity = pid === undefined ? undefined : identify(pid);
  if (identity !== undefined) writeAtomically(pidFile, JSON.stringify(identity));
}

function rotate(logFile: string): void {
  if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT_BYTES)
    renameSync(logFile, `${logFile}.1`);
}
