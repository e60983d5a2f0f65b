import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
  if (canReach(account, plan.binaries.initdb) && canReach(account, parent)) {
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
  const version = basename(dirname(plan.binaries.home));
  const home = join(SHARED_HOME, `postgres-${version}`);
  copyOnce(plan.binaries.home, home);
  const key = createHash('sha256').update(plan.clusterFolder).digest('hex').slice(0, 12);
  const clusterFolder = join(SHARED_HOME, 'clusters', key);
  mkdirSync(dirname(clusterFolder), { recursive: true });
  leavePointer(plan.clusterFolder, clusterFolder);
  report(
    `${plan.clusterFolder} is closed to the account of PostgreSQL; its data is in ${clusterFolder}`,
  );
  return { binaries: binariesIn(home), clusterFolder, account };
}

/** Whoever deletes the data folder wants to begin anew: without its pointer, the cluster elsewhere goes too. */
function leavePointer(from: string, to: string): void {
  const pointer = join(from, 'moved-to');
  if (!existsSync(pointer)) rmSync(to, { recursive: true, force: true });
  mkdirSync(from, { recursive: true });
  writeFileSync(pointer, to);
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
