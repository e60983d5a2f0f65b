import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Report } from '../progress';
import type { BuiltBinaries } from './build';
import { buildBinaries, findBuiltBinaries } from './build';
import { downloadCli, findDownloadedCli } from './download';
import { cacheFolder } from './versions';

export type TemporalSource =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'cli'; readonly path: string; readonly origin: CliOrigin }
  | { readonly kind: 'built'; readonly binaries: BuiltBinaries };

export type CliOrigin = 'TEMPORAL_CLI_PATH' | 'PATH' | 'download cache of the SDK';

export interface Search {
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
  /** Which kind of server wrote the data that are already there: the other kind could not read them. */
  readonly dataOf?: 'cli' | 'built';
}

/**
 * Where Temporal comes from, the first of: TEMPORAL_ADDRESS; TEMPORAL_CLI_PATH; a `temporal` on PATH; the CLI which the
 * SDK downloads; a server built from the Go module proxy. Data that are already there outrank PATH and download, or
 * every open workflow would be gone after somebody installed a CLI.
 */
export async function findTemporal(search: Search): Promise<TemporalSource> {
  const { env } = search;
  if (isSet(env.TEMPORAL_ADDRESS)) return { kind: 'address', address: env.TEMPORAL_ADDRESS };
  if (isSet(env.TEMPORAL_CLI_PATH)) return cliFromSetting(env.TEMPORAL_CLI_PATH, search);
  if (search.dataOf === 'built') {
    const binaries = findBuiltBinaries(env);
    if (binaries !== undefined) return { kind: 'built', binaries };
  }
  return cliAtHand(search) ?? (await obtain(search));
}

function cliFromSetting(path: string, search: Search): TemporalSource {
  if (!isExecutable(path)) {
    throw new Error(
      `TEMPORAL_CLI_PATH names ${path}, which is not an executable file; correct it or leave it out`,
    );
  }
  if (search.dataOf === 'built') {
    search.report(
      'TEMPORAL_CLI_PATH is set: workflows of the server used so far stay in PostgreSQL and are not shown',
    );
  }
  return { kind: 'cli', path, origin: 'TEMPORAL_CLI_PATH' };
}

function cliAtHand(search: Search): TemporalSource | undefined {
  const onPath = findOnPath('temporal', search.env);
  if (onPath !== undefined) return { kind: 'cli', path: onPath, origin: 'PATH' };
  const downloaded = findDownloadedCli(cacheFolder(search.env));
  if (downloaded === undefined) return undefined;
  return { kind: 'cli', path: downloaded, origin: 'download cache of the SDK' };
}

/** A download is tried only when nothing was built before: what is there already starts at once. */
async function obtain(search: Search): Promise<TemporalSource> {
  const { env, report } = search;
  const ready = findBuiltBinaries(env);
  if (ready !== undefined) return { kind: 'built', binaries: ready };
  const download = await downloadCli(cacheFolder(env), report);
  if (download.kind === 'done') {
    return { kind: 'cli', path: download.path, origin: 'download cache of the SDK' };
  }
  report(
    `The Temporal CLI could not be downloaded (${download.reason}); building the server with Go instead`,
  );
  try {
    return { kind: 'built', binaries: await buildBinaries(env, report) };
  } catch (error) {
    throw nothingFound(download.reason, error as Error);
  }
}

function nothingFound(downloadReason: string, buildError: Error): Error {
  const lines = [
    'No Temporal server could be had. One of these is enough:',
    '  - a running server: set TEMPORAL_ADDRESS=host:port',
    '  - the Temporal CLI, see https://docs.temporal.io/cli: install it, or set TEMPORAL_CLI_PATH=/path/to/temporal',
    `  - network access for its download (now: ${downloadReason})`,
    `  - Go 1.26.5 or later, see https://go.dev/dl, with access to the Go module proxy (now: ${buildError.message})`,
  ];
  return new Error(lines.join('\n'), { cause: buildError });
}

export function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const names = process.platform === 'win32' ? [`${name}.exe`] : [name];
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => names.map((each) => join(folder, each))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return existsSync(path);
  } catch {
    return false;
  }
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
