import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../progress';
import { withProgress } from '../progress';

export type Download =
  | { readonly kind: 'done'; readonly path: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Nothing arriving for this long means that there is no way out of this network. */
const SILENCE_MS = 8_000;
const LIMIT_MS = 300_000;

export function findDownloadedCli(cache: string): string | undefined {
  const path = cliPath(cache);
  return existsSync(path) ? path : undefined;
}

/** Lets the SDK fetch the Temporal CLI into the cache; gives up soon where the network does not allow it. */
export async function downloadCli(cache: string, report: Report): Promise<Download> {
  const folder = join(cache, `cli-download-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    const detail = () => `${Math.round(bytesIn(folder) / 1_000_000)} MB`;
    const step = { label: 'Downloading the Temporal CLI', report, detail };
    const failure = await withProgress(step, () => fetchInto(folder));
    const file = readdirSync(folder).find((name) => name.startsWith('temporal'));
    if (failure !== undefined || file === undefined) {
      return { kind: 'failed', reason: failure ?? 'the SDK left no file' };
    }
    mkdirSync(join(cache, 'cli'), { recursive: true });
    renameSync(join(folder, file), cliPath(cache));
    return { kind: 'done', path: cliPath(cache) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function cliPath(cache: string): string {
  return join(cache, 'cli', process.platform === 'win32' ? 'temporal.exe' : 'temporal');
}

/** In a process of its own, because the SDK's attempt cannot be called off. The server it starts ends with it. */
// A process of its own: it ends by itself with a code, whatever the SDK has left open.
const FETCH = `
const { TestWorkflowEnvironment } = require('@temporalio/testing');
TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', downloadDir: process.argv[1] } },
}).then((env) => env.teardown()).then(
  () => process.exit(0),
  (error) => { console.error(String(error.message).split('\\n')[0]); process.exit(1); },
);`;

async function fetchInto(folder: string): Promise<string | undefined> {
  const child = spawn(process.execPath, ['-e', FETCH, folder], {
    cwd: __dirname,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const watch = watchArrival(folder, (why) => {
    errors = why;
    child.kill('SIGKILL');
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(watch);
  return code === 0 ? undefined : shortened(errors);
}

function watchArrival(folder: string, giveUp: (why: string) => void): NodeJS.Timeout {
  const startedAt = Date.now();
  let lastArrival = startedAt;
  let size = 0;
  return setInterval(() => {
    const now = Date.now();
    const grown = bytesIn(folder);
    if (grown !== size) lastArrival = now;
    size = grown;
    if (now - lastArrival > SILENCE_MS) giveUp(`nothing arrived for ${SILENCE_MS / 1000} s`);
    else if (now - startedAt > LIMIT_MS) giveUp(`not finished after ${LIMIT_MS / 1000} s`);
  }, 250);
}

function bytesIn(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  } catch {
    return 0;
  }
}

/** The cause stands at the end of the SDK's long sentence. */
function shortened(errors: string): string {
  const line = errors.trim().split('\n').at(-1) ?? '';
  return line === '' ? 'no reason given' : line.split(': ').slice(-2).join(': ').slice(0, 200);
}
