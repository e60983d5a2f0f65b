import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Report } from '../progress';
import type { PostgresBinaries } from './binaries';
import { binariesIn } from './binaries';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface Quarters {
  readonly binaries: PostgresBinaries;
  readonly clusterFolder: string;
  /** Set when this process is root: PostgreSQL refuses to run as root, so it gets an account of its own. */
  readonly account?: Account;
}

/** Where root's clusters go when root's own folders are closed to everybody else, as /root is. */
const SHARED_HOME = '/var/lib/telegram-billing';

/** Decides as whom and where PostgreSQL runs; only root's case is special. */
export function findQuarters(plan: Quarters, report: Report): Quarters {
  if (process.getuid?.() !== 0) return plan;
  const account = postgresAccount();
  const parent = dirname(plan.clusterFolder);
  mkdirSync(parent, { recursive: true });
  const hasMoved = existsSync(pointerIn(plan.clusterFolder));
  if (!hasMoved && canReach(account, plan.binaries.initdb) && canReach(account, parent)) {
    return { ...plan, account };
  }
  return moveOut(plan, account, report);
}

function postgresAccount(): Account {
  const existing = accountNamed('postgres');
  if (existing !== undefined) return existing;
  spawnSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
  const account = accountNamed('postgres') ?? accountNamed('nobody');
  if (account !== undefined) return account;
  throw new Error(
    'PostgreSQL refuses to run as root and no account "postgres" could be made; run "useradd postgres", or start as another user',
  );
}

function accountNamed(name: string): Account | undefined {
  try {
    const idOf = (flag: string) =>
      Number(
        execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
      );
    return { uid: idOf('-u'), gid: idOf('-g') };
  } catch {
    return undefined;
  }
}

function canReach(account: Account, path: string): boolean {
  const { status } = spawnSync('test', ['-x', path], { ...account, cwd: '/', stdio: 'ignore' });
  return status === 0;
}

function moveOut(plan: Quarters, account: Account, report: Report): Quarters {
  forgetDeleted();
  const home = join(SHARED_HOME, `postgres-${packageVersion(plan.binaries.home)}`);
  copyOnce(plan.binaries.home, home);
  const key = createHash('sha256').update(plan.clusterFolder).digest('hex').slice(0, 12);
  const clusterFolder = followPointer(plan.clusterFolder, join(SHARED_HOME, 'clusters', key));
  report(
    `${plan.clusterFolder} is closed to the account of PostgreSQL; its data is in ${clusterFolder}`,
  );
  return { binaries: binariesIn(home), clusterFolder, account };
}

/** Whoever deletes the data folder wants to begin anew: without its pointer, the cluster elsewhere goes too. */
function followPointer(from: string, to: string): string {
  const pointer = pointerIn(from);
  if (existsSync(pointer)) return readFileSync(pointer, 'utf8');
  rmSync(to, { recursive: true, force: true });
  mkdirSync(from, { recursive: true });
  writeFileSync(pointer, to);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(`${to}.origin`, from);
  return to;
}

/** Removes the clusters of data folders that exist no more. */
function forgetDeleted(): void {
  const clusters = join(SHARED_HOME, 'clusters');
  if (!existsSync(clusters)) return;
  for (const name of readdirSync(clusters).filter((each) => each.endsWith('.origin'))) {
    const origin = join(clusters, name);
    if (existsSync(pointerIn(readFileSync(origin, 'utf8')))) continue;
    rmSync(origin.replace(/\.origin$/, ''), { recursive: true, force: true });
    rmSync(origin, { force: true });
  }
}

function packageVersion(home: string): string {
  const text = readFileSync(join(dirname(home), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function pointerIn(clusterFolder: string): string {
  return join(clusterFolder, 'moved-to');
}

function copyOnce(from: string, to: string): void {
  if (existsSync(to)) return;
  const draft = `${to}.${process.pid}`;
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, draft, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(draft, to);
  } catch {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Hands a fresh, empty folder to the account. */
export function giveFolder(folder: string, account: Account | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
}
