import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandLineOf, endProcess, identify } from '../processes/identity';
import type { Quarters } from './account';
import { giveFolder } from './account';

const run = promisify(execFile);

/** The embedded server listens on this machine only; its password keeps accidents out, not burglars. */
export const SUPERUSER = 'postgres';
export const PASSWORD = 'postgres';

/** Makes the cluster if there is none. An interrupted attempt leaves a draft behind, never half a cluster. */
export async function ensureCluster(quarters: Quarters): Promise<void> {
  if (existsSync(join(quarters.clusterFolder, 'PG_VERSION'))) return;
  const draft = `${quarters.clusterFolder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  giveFolder(draft, quarters.account);
  await initialise(quarters, draft);
  rmSync(quarters.clusterFolder, { recursive: true, force: true });
  renameSync(draft, quarters.clusterFolder);
}

/** Built into PostgreSQL 17 and later: the same order of strings on every machine, whatever locales it has. */
export const ORDER_OF_STRINGS: readonly string[] = [
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
];

async function initialise(quarters: Quarters, folder: string): Promise<void> {
  const passwordFile = join(tmpdir(), `telegram-billing-${process.pid}-${Date.now()}`);
  writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o644 });
  try {
    await run(
      quarters.binaries.initdb,
      [
        `--pgdata=${folder}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        ...ORDER_OF_STRINGS,
        '--no-instructions',
        '--no-sync',
      ],
      { ...quarters.account, cwd: '/', env: { ...process.env, LC_ALL: 'C' } },
    );
  } catch (error) {
    const output = (error as { stderr?: string }).stderr ?? String(error);
    throw new Error(`initdb could not make a cluster in ${folder}:\n${output}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * Ends a server that still runs on this folder, and removes the pid file of one that does not. PostgreSQL refuses to
 * start when the pid in a stale file belongs to any living process of the same account.
 */
export async function clearTheWay(clusterFolder: string): Promise<void> {
  const pidFile = join(clusterFolder, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]);
  const identity = Number.isInteger(pid) && pid > 0 ? identify(pid) : undefined;
  if (identity !== undefined && commandLineOf(pid).includes(clusterFolder)) {
    await endProcess(identity, { signal: 'SIGINT', patienceMs: 15_000 });
  }
  rmSync(pidFile, { force: true });
}
