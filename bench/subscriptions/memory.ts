import { readFileSync } from 'node:fs';

const MEGABYTE_KB = 1024;

/** Megabytes a process holds in memory; undefined where the system does not tell as Linux does. */
export function residentMb(pid: number): number | undefined {
  try {
    const [, kilobytes] =
      /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / MEGABYTE_KB);
  } catch {
    return undefined;
  }
}
