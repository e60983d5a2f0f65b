import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const { History } = temporal.api.history.v1;
const FOLDER = join(__dirname, '..', 'histories');

export interface Recorded {
  /** Name of the file, which says the workflow and the state it had reached. */
  readonly workflowId: string;
  readonly history: temporal.api.history.v1.IHistory;
}

export function recordedHistories(): Recorded[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({
      workflowId: name.replace(/\.json$/, ''),
      history: History.fromObject(
        JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Record<string, unknown>,
      ),
    }));
}

/** Removes the histories whose names begin with the prefix, all when it is empty, but for those that are kept. */
export function forgetHistories(prefix: string, kept: readonly string[]): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER)) {
    const isKept = kept.includes(name.replace(/\.json$/, ''));
    if (name.startsWith(prefix) && !isKept) rmSync(join(FOLDER, name));
  }
}

/** Keeps a history without the names of the machine and of the processes that made it. */
export async function keepHistory(name: string, handle: WorkflowHandle): Promise<void> {
  const history = History.fromObject(await handle.fetchHistory());
  const json = History.toObject(history, { longs: String, enums: String, bytes: String });
  const anonymous = JSON.stringify(json, (key, value: unknown) =>
    key === 'identity' ? 'somebody' : value,
  );
  // Names of sticky queues carry the machine's, too, and the traces of errors its paths.
  const nowhere = anonymous.replaceAll(hostname(), 'somewhere').replaceAll(`${process.cwd()}/`, '');
  writeFileSync(join(FOLDER, `${name}.json`), `${nowhere}\n`);
}
