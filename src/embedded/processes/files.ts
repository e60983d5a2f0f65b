import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

let counter = 0;

/** A reader sees the old content or the new, never half of it, whatever kills the writer. */
export function writeAtomically(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  counter += 1;
  const draft = `${path}.${process.pid}.${counter}`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

/** Undefined when the file is missing or broken: all these files can be made again. */
export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
