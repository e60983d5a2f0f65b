import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BEAT_MS = 5_000;
/** Three missed beats: the event loop is stuck or the process is gone. */
const STALE_MS = 3 * BEAT_MS;

/** Touches a file for as long as the event loop of this process turns. */
export function keepBeating(name: string): void {
  const file = fileOf(name);
  const beat = (): void => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      mkdirSync(tmpdir(), { recursive: true });
      writeFileSync(file, '');
    }
  };
  beat();
  setInterval(beat, BEAT_MS).unref();
}

/** True when the process of this name on this machine has beaten lately. */
export function isBeating(name: string): boolean {
  try {
    return Date.now() - statSync(fileOf(name)).mtimeMs < STALE_MS;
  } catch {
    return false;
  }
}

function fileOf(name: string): string {
  return join(tmpdir(), `telegram-billing-${name}.alive`);
}
