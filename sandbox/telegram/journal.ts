import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** One change of one record; a missing value means the record is gone. */
export interface Change {
  readonly table: string;
  readonly key: string;
  readonly value?: unknown;
}

/**
 * An append-only file of changes, one JSON line each, written before the change is answered for. A process killed
 * with -9 loses nothing: a finished `write` is already the kernel's. A torn last line is ignored when reading.
 */
export class Journal {
  private descriptor: number | undefined;

  constructor(private readonly path: string | undefined) {}

  read(): Change[] {
    if (this.path === undefined || !existsSync(this.path)) return [];
    const lines = readFileSync(this.path, 'utf8').split('\n');
    return lines.flatMap((line) => parseChange(line));
  }

  /** Replaces the file by the live records alone, atomically, and opens it for appending. */
  compact(changes: Iterable<Change>): void {
    if (this.path === undefined) return;
    mkdirSync(dirname(this.path), { recursive: true });
    const draft = `${this.path}.draft`;
    const file = openSync(draft, 'w');
    for (const change of changes) writeSync(file, `${JSON.stringify(change)}\n`);
    fsyncSync(file);
    closeSync(file);
    renameSync(draft, this.path);
    this.close();
    this.descriptor = openSync(this.path, 'a');
  }

  append(change: Change): void {
    if (this.descriptor === undefined) return;
    writeSync(this.descriptor, `${JSON.stringify(change)}\n`);
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }
}

function parseChange(line: string): Change[] {
  if (line === '') return [];
  try {
    return [JSON.parse(line) as Change];
  } catch {
    return [];
  }
}
