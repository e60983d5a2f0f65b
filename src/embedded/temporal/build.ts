import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { claim, releaseClaim } from '../processes/ownership';
import type { Report } from '../progress';
import { withProgress } from '../progress';
import { cacheFolder, SERVER_VERSION, UI_VERSION } from './versions';

export interface BuiltBinaries {
  readonly server: string;
  readonly sqlTool: string;
  readonly webUi: string;
}

interface Recipe {
  readonly title: string;
  readonly module: string;
  readonly target: string;
}

/** Go 1.21 and later fetch the newer toolchain that a module asks for; earlier ones cannot. */
const OLDEST_GO_MINOR = 21;

export function findBuiltBinaries(env: NodeJS.ProcessEnv): BuiltBinaries | undefined {
  const binaries = pathsIn(cacheFolder(env));
  const complete = Object.values<string>({ ...binaries }).every((path) => existsSync(path));
  return complete ? binaries : undefined;
}

/** Builds what is missing, once, however many runs ask for it at the same time; some ten minutes on two cold cores. */
export async function buildBinaries(
  env: NodeJS.ProcessEnv,
  report: Report,
): Promise<BuiltBinaries> {
  await requireGo(env);
  const lockFile = join(cacheFolder(env), 'building.json');
  await waitForTurn(lockFile, report);
  try {
    for (const recipe of recipesFor(pathsIn(cacheFolder(env)))) {
      if (!existsSync(recipe.target)) await build(recipe, env, report);
    }
  } finally {
    releaseClaim(lockFile);
  }
  return pathsIn(cacheFolder(env));
}

function pathsIn(cache: string): BuiltBinaries {
  const folder = join(cache, `temporal-${SERVER_VERSION}`);
  return {
    server: join(folder, 'temporal-server'),
    sqlTool: join(folder, 'temporal-sql-tool'),
    webUi: join(cache, `temporal-ui-${UI_VERSION}`, 'temporal-ui-server'),
  };
}

function recipesFor(binaries: BuiltBinaries): Recipe[] {
  const server = 'go.temporal.io/server/cmd';
  return [
    {
      title: `Temporal server ${SERVER_VERSION}`,
      module: `${server}/server@v${SERVER_VERSION}`,
      target: binaries.server,
    },
    {
      title: 'Temporal schema tool',
      module: `${server}/tools/sql@v${SERVER_VERSION}`,
      target: binaries.sqlTool,
    },
    {
      title: `Temporal Web UI ${UI_VERSION}`,
      module: `github.com/temporalio/ui-server/v2/cmd/server@v${UI_VERSION}`,
      target: binaries.webUi,
    },
  ];
}

/** Go calls all three `server` or `sql`, so each is built in a folder of its own and then moved into place in one step. */
async function build(recipe: Recipe, env: NodeJS.ProcessEnv, report: Report): Promise<void> {
  const workshop = `${recipe.target}.building`;
  rmSync(workshop, { recursive: true, force: true });
  mkdirSync(workshop, { recursive: true });
  const counts = { downloaded: 0, compiled: 0 };
  const detail = () => `${counts.downloaded} modules fetched, ${counts.compiled} packages compiled`;
  const step = { label: `Building ${recipe.title} with Go`, report, detail };
  await withProgress(step, () => goInstall(recipe.module, { ...env, GOBIN: workshop }, counts));
  const produced = join(workshop, recipe.module.split('@')[0]?.split('/').at(-1) ?? '');
  renameSync(produced, recipe.target);
  rmSync(workshop, { recursive: true, force: true });
}

async function goInstall(
  module: string,
  env: NodeJS.ProcessEnv,
  counts: { downloaded: number; compiled: number },
): Promise<void> {
  // A project's own go.mod, workspace or vendor settings must not get in the way of somebody else's module.
  const goEnv = { ...env, GOFLAGS: '-mod=mod', GOWORK: 'off' };
  const child = spawn('go', ['install', '-v', module], {
    env: goEnv,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const endChild = () => child.kill('SIGKILL');
  process.once('exit', endChild);
  let lastLines = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const text = chunk.toString();
    lastLines = (lastLines + text).slice(-4_000);
    counts.downloaded += text.match(/^go: downloading/gm)?.length ?? 0;
    counts.compiled += text.match(/^[a-z][\w.-]*(\/|$)/gm)?.length ?? 0;
  });
  const outcome = await new Promise<number | null | Error>((resolve) => {
    child.once('error', resolve);
    child.once('close', resolve);
  });
  process.off('exit', endChild);
  if (outcome !== 0)
    throw new Error(
      `"go install ${module}" failed:\n${lastLines.trim().split('\n').slice(-8).join('\n')}`,
    );
}

async function requireGo(env: NodeJS.ProcessEnv): Promise<void> {
  const version = await promisify(execFile)('go', ['env', 'GOVERSION'], { env }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  if (version === undefined) throw new Error('Go is not installed');
  const minor = Number(/^go1\.(\d+)/.exec(version)?.[1] ?? 0);
  if (minor < OLDEST_GO_MINOR) throw new Error(`the installed Go is ${version}, which is too old`);
}

async function waitForTurn(lockFile: string, report: Report): Promise<void> {
  const step = { label: 'Waiting for another run to finish building Temporal', report };
  await withProgress(step, async () => {
    while (claim(lockFile).kind === 'taken')
      await new Promise((resolve) => setTimeout(resolve, 500));
  });
}
