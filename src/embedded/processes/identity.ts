import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A process and the moment it was born: a bare pid is given to a stranger sooner or later. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly bornAt: string;
}

export function identify(pid: number): ProcessIdentity | undefined {
  const bornAt = existsSync('/proc/self/stat') ? bornAtFromProc(pid) : bornAtFromPs(pid);
  return bornAt === undefined ? undefined : { pid, bornAt };
}

export function ownIdentity(): ProcessIdentity {
  const own = identify(process.pid);
  if (own === undefined)
    throw new Error('Neither /proc nor ps is available; one is needed to tell processes apart');
  return own;
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.bornAt === identity.bornAt;
}

export interface Ending {
  readonly signal: NodeJS.Signals;
  /** After this long the process and its whole group are killed. */
  readonly patienceMs: number;
}

/** Asks the process to end, waits, and kills what is left of it. */
export async function endProcess(identity: ProcessIdentity, ending: Ending): Promise<void> {
  if (!isAlive(identity)) return;
  sendSignal(identity.pid, ending.signal);
  if (await diesWithin(identity, ending.patienceMs)) return;
  killGroup(identity.pid);
  if (!(await diesWithin(identity, 10_000))) {
    throw new Error(
      `Process ${identity.pid} survived SIGKILL for 10 s; end it by hand and start again`,
    );
  }
}

/** Kills the group led by `pid`; a process started detached leads a group of its own. */
export function killGroup(pid: number): void {
  if (!sendSignal(-pid, 'SIGKILL')) sendSignal(pid, 'SIGKILL');
}

export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** The command line, empty when the process is gone. */
export function commandLineOf(pid: number): string {
  try {
    if (existsSync('/proc/self/cmdline')) {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    }
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

async function diesWithin(identity: ProcessIdentity, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (isAlive(identity)) {
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}

/** Start ticks since boot, with the boot's own id: ticks alone repeat after a reboot. A zombie counts as dead. */
function bornAtFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}:${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}

function bornAtFromPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
    });
    return line.startsWith('Z') ? undefined : line.trim().split(/\s+/).slice(1).join(' ');
  } catch {
    return undefined;
  }
}
