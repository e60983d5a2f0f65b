import { execFile, execFileSync, spawn, type StdioOptions } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, mkdtempSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import type { EmbeddedPostgres } from '../../../src/embedded/postgres';
import type { Account } from '../../../src/embedded/postgres/account';
import { ROOT } from '../../support/house/tree';
import { until } from '../../support/until';

const run = promisify(execFile);
const SCRIPTS = ['run.sh', 'base.sh', 'restore.sh', 'check.sh'] as const;
const PASSWORD = 'backup-of-a-test';

/** The scripts of `deploy/backup` at work beside a cluster, as the account of PostgreSQL, which may not be root. */
export interface Backups {
  /** Where they lie; outlives the cluster. */
  readonly folder: string;
  /** Runs one of the scripts to its end; throws with what it said when it refuses. */
  script(
    name: (typeof SCRIPTS)[number],
    args?: readonly string[],
    env?: NodeJS.ProcessEnv,
  ): Promise<string>;
  /** Ends the receiver, as a shutdown of its container does. */
  stop(): Promise<void>;
  forget(): Promise<void>;
}

/** Gives the cluster a role for backups and starts keeping them. */
export async function keepBackups(
  cluster: EmbeddedPostgres,
  account: Account | undefined,
): Promise<Backups> {
  const admin = postgres(cluster.adminUrl, { max: 1, onnotice: () => undefined });
  await admin.unsafe(`create role backup login replication password '${PASSWORD}'`);
  await admin.end();
  const { home, tools } = settle(account);
  const folder = join(home, 'backups');
  const env = {
    ...{ PGHOST: '127.0.0.1', PGPORT: String(cluster.port), PGUSER: 'backup' },
    ...{ PGPASSWORD: PASSWORD, BACKUP_DIR: folder },
    PATH: `${tools}:${process.env['PATH'] ?? ''}`,
  };
  const as = { ...account, cwd: home };
  const said = openSync(join(home, 'run.log'), 'w');
  const child = spawn(join(home, 'run.sh'), [], { ...as, env, stdio: ['ignore', said, said] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    folder,
    script: async (name, args = [], more = {}) => {
      const done = await run(join(home, name), [...args], { ...as, env: { ...env, ...more } });
      return done.stdout;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
    forget: () => rm(home, { recursive: true, force: true }),
  };
}

/** Scripts and programs where the account can reach them, wherever the project lies. */
function settle(account: Account | undefined): { home: string; tools: string } {
  const home = mkdtempSync(join(tmpdir(), 'backups-'));
  for (const name of SCRIPTS) cpSync(join(ROOT, 'deploy', 'backup', name), join(home, name));
  mkdirSync(join(home, 'backups'));
  if (account) {
    for (const path of [home, join(home, 'backups')]) chownSync(path, account.uid, account.gid);
  }
  const find = join(ROOT, 'scripts', 'postgres-tools.mjs');
  const stdio: StdioOptions = ['ignore', 'pipe', 'inherit'];
  const found = execFileSync(process.execPath, [find], { encoding: 'utf8', stdio }).trim();
  // Those of the system are for everybody.
  if (!found.startsWith(ROOT)) return { home, tools: found };
  // Programs find their libraries by their place in the whole.
  const tools = join(home, 'tools');
  cpSync(dirname(dirname(dirname(found))), tools, { recursive: true });
  return { home, tools: join(tools, 'embedded_postgres', 'pginstall', 'bin') };
}

/** Waits until the receiver has on its disk what the cluster has written by now. */
export async function untilReceived(admin: postgres.Sql): Promise<void> {
  await until('the log is received', async () => {
    const [row] = await admin`
      select flush_lsn >= pg_current_wal_flush_lsn() as done
      from pg_stat_replication where application_name = 'pg_receivewal'`;
    return row?.['done'] === true;
  });
}
