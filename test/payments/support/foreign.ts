import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from '../../../src/embedded/temporal/versions';

// Providers as others wrote them. They are installed once for all checkouts, and only where their language is there.

const FOLDER = join(cacheFolder(process.env), 'providers');

/** Builds a Go program where Go is there and the program is not yet; it is called as its module ends, or as said. */
export function goProgram(
  module: string,
  version: string,
  name = module.split('/').at(-1) ?? module,
): string | undefined {
  return installed(`${name}-${version}`, name, (folder) =>
    succeeds('go', ['install', `${module}@${version}`], {
      GOBIN: folder,
      GOFLAGS: '-mod=mod',
      GOWORK: 'off',
    }),
  );
}

/** Builds a Go program of ours, which is little more than somebody's library; known by the version of that. */
export function ownGoProgram(sources: string, version: string): string | undefined {
  const name = basename(sources);
  return installed(`${name}-${version}`, name, (folder) => {
    cpSync(sources, folder, { recursive: true });
    const args = ['build', '-C', folder, '-o', name, '.'];
    return succeeds('go', args, { GOFLAGS: '-mod=mod', GOWORK: 'off' });
  });
}

/** Installs a program of PyPI into an environment of its own where Python is there. */
export function pythonProgram(name: string, version: string): string | undefined {
  const target = join(FOLDER, `${name}-${version}`);
  const program = join(target, 'bin', name);
  if (existsSync(program)) return program;
  // An environment cannot be moved, so a half of one is thrown away.
  rmSync(target, { recursive: true, force: true });
  const isMade =
    succeeds('python3', ['-m', 'venv', target]) &&
    succeeds(join(target, 'bin', 'pip'), ['install', '--quiet', `${name}==${version}`]);
  return isMade ? program : undefined;
}

/** A Python that has a package of PyPI, in an environment of its own, where Python is there. */
export function pythonWith(name: string, version: string): string | undefined {
  const importName = name.replace(/-/g, '_');
  const target = join(FOLDER, `${name}-${version}`);
  const python = join(target, 'bin', 'python3');
  const isWhole = () => succeeds(python, ['-c', `import ${importName}`]);
  if (existsSync(python) && isWhole()) return python;
  rmSync(target, { recursive: true, force: true });
  const isMade =
    succeeds('python3', ['-m', 'venv', target]) &&
    succeeds(join(target, 'bin', 'pip'), ['install', '--quiet', `${name}==${version}`]) &&
    isWhole();
  return isMade ? python : undefined;
}

/** Unpacks a program of a Debian package beside the system, which neither it nor its daemon is installed into. */
export function debianProgram(name: string, path: string): string | undefined {
  const target = join(FOLDER, `debian-${name}`);
  const program = join(target, path);
  if (existsSync(program)) return program;
  mkdirSync(FOLDER, { recursive: true });
  const workshop = mkdtempSync(join(FOLDER, 'unpacking-'));
  // Without a fresh list the newest package may be asked for under a version that is gone.
  const script = `cd '${workshop}' && (apt-get download ${name} || (apt-get update -qq && apt-get download ${name})) && dpkg -x ./${name}_*.deb tree`;
  if (succeeds('sh', ['-c', script])) renameSync(join(workshop, 'tree'), target);
  rmSync(workshop, { recursive: true, force: true });
  return existsSync(program) ? program : undefined;
}

function installed(
  folder: string,
  name: string,
  install: (folder: string) => boolean,
): string | undefined {
  const program = join(FOLDER, folder, name);
  if (existsSync(program)) return program;
  mkdirSync(FOLDER, { recursive: true });
  const workshop = mkdtempSync(join(FOLDER, 'building-'));
  const isMade = install(workshop);
  if (isMade) {
    mkdirSync(dirname(program), { recursive: true });
    renameSync(join(workshop, name), program);
  }
  rmSync(workshop, { recursive: true, force: true });
  return isMade ? program : undefined;
}

function succeeds(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  const options = { env: { ...process.env, ...env }, encoding: 'utf8', timeout: 600_000 } as const;
  const { status, error, stderr } = spawnSync(command, args, options);
  if (status !== 0 && !error) console.warn(`${command} ${args.join(' ')}: ${stderr.slice(-2_000)}`);
  return status === 0;
}

export interface Foreign {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a program on a free port, and waits until it answers there. */
export async function startForeign(
  program: string,
  args: (port: number) => readonly string[],
): Promise<Foreign> {
  const port = await freePort();
  const child = spawn(program, args(port), { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    await ended(child);
  };
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return { url, port, stop };
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error(`${program} does not answer`);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
