import { join } from 'node:path';
import postgres from 'postgres';
import { choosePort } from './ports';
import { findQuarters } from './postgres/account';
import type { Quarters } from './postgres/account';
import { findPostgresBinaries } from './postgres/binaries';
import { clearTheWay, ensureCluster, PASSWORD, SUPERUSER } from './postgres/cluster';
import { readJson, writeAtomically } from './processes/files';
import type { SupervisedProcess, Supervisor } from './processes';
import type { Report } from './progress';
import { withProgress } from './progress';

export interface PostgresSettings {
  readonly supervisor: Supervisor;
  readonly report: Report;
  /** The wished port; another one is chosen, remembered and reported when it is taken. */
  readonly preferredPort?: number;
  /** `fast` risks the data when the machine (not the process) dies: for tests only. */
  readonly durability?: 'safe' | 'fast';
  /** Pages that the server itself keeps in memory, in megabytes; PostgreSQL's own 128 unless told. */
  readonly sharedBuffersMb?: number;
  /** False: when it dies it stays dead until `process.start()`, as chaos tests want it. */
  readonly restarts?: boolean;
}

export interface EmbeddedPostgres {
  readonly port: number;
  /** A superuser's address of the maintenance database. */
  readonly adminUrl: string;
  readonly process: SupervisedProcess;
  /** The address of a database, as the superuser unless a role made by `ensureDatabase` is named. */
  urlOf(database: string, role?: Role): string;
  /** Makes the database and its owner if they are missing; returns the owner's address of it. */
  ensureDatabase(database: string, owner: Role): Promise<string>;
}

export interface Role {
  readonly name: string;
  readonly password: string;
}

export const DEFAULT_POSTGRES_PORT = 15_432;
const DEFAULT_SHARED_BUFFERS_MB = 128;

/** Never synchronous_commit=off: it loses what was committed when a test kills the process. */
const FAST_SETTINGS = ['fsync=off', 'full_page_writes=off'];

/** Starts PostgreSQL on `<data folder>/postgres`; the data survive a restart and a kill -9 of anything. */
export async function startPostgres(settings: PostgresSettings): Promise<EmbeddedPostgres> {
  const { supervisor, report } = settings;
  const plan = {
    binaries: findPostgresBinaries(),
    clusterFolder: join(supervisor.dataFolder, 'postgres'),
  };
  const quarters = findQuarters(plan, report);
  await withProgress({ label: 'Preparing PostgreSQL', report }, async () => {
    await ensureCluster(quarters);
    await clearTheWay(quarters.clusterFolder);
  });
  const port = await rememberedPort(settings);
  const adminUrl = urlOf(port, 'postgres', { name: SUPERUSER, password: PASSWORD });
  const process = await supervisor.start({
    name: 'postgres',
    command: quarters.binaries.postgres,
    args: argumentsFor(quarters, port, settings),
    cwd: '/',
    ...(quarters.account === undefined ? {} : { account: quarters.account }),
    isReady: () => answers(adminUrl),
    // Fast shutdown: PostgreSQL waits for its clients on SIGTERM, which may be for ever.
    stopSignal: 'SIGINT',
    stopWithinMs: 30_000,
    restarts: settings.restarts ?? true,
  });
  return {
    port,
    adminUrl,
    process,
    urlOf: (database, role) =>
      urlOf(port, database, role ?? { name: SUPERUSER, password: PASSWORD }),
    ensureDatabase: (database, owner) => ensureDatabase(adminUrl, database, owner),
  };
}

/** Makes the role and the database if missing. Two processes may do so at once. */
export async function ensureDatabase(
  adminUrl: string,
  database: string,
  owner: Role,
): Promise<string> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  try {
    await sql`select pg_advisory_lock(hashtext('telegram-billing:ensureDatabase'))`;
    const [role] = await sql`select 1 from pg_roles where rolname = ${owner.name}`;
    if (role === undefined) {
      const [quoted] = await sql<
        { literal: string }[]
      >`select quote_literal(${owner.password}) as literal`;
      await sql`create role ${sql(owner.name)} login password ${sql.unsafe(quoted?.literal ?? "''")}`;
    }
    const [existing] = await sql`select 1 from pg_database where datname = ${database}`;
    if (existing === undefined) {
      await sql`create database ${sql(database)} owner ${sql(owner.name)}`;
    }
  } finally {
    await sql.end();
  }
  const url = new URL(adminUrl);
  url.username = encodeURIComponent(owner.name);
  url.password = encodeURIComponent(owner.password);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

async function rememberedPort(settings: PostgresSettings): Promise<number> {
  const file = join(settings.supervisor.dataFolder, 'run', 'postgres-port.json');
  const remembered = readJson<{ port: number }>(file)?.port;
  const port = await choosePort({
    name: 'PostgreSQL',
    preferred: remembered ?? settings.preferredPort ?? DEFAULT_POSTGRES_PORT,
    report: settings.report,
  });
  writeAtomically(file, JSON.stringify({ port }));
  return port;
}

function argumentsFor(quarters: Quarters, port: number, settings: PostgresSettings): string[] {
  const options = [
    'listen_addresses=127.0.0.1',
    // No socket file: its usual folder does not exist everywhere, and two servers would meet in it.
    'unix_socket_directories=',
    'max_connections=300',
    `shared_buffers=${settings.sharedBuffersMb ?? DEFAULT_SHARED_BUFFERS_MB}MB`,
    'timezone=UTC',
    'log_timezone=UTC',
    ...(settings.durability === 'fast' ? FAST_SETTINGS : []),
  ];
  return [
    '-D',
    quarters.clusterFolder,
    '-p',
    String(port),
    ...options.flatMap((option) => ['-c', option]),
  ];
}

async function answers(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined });
  try {
    await sql`select 1`;
    return true;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function urlOf(port: number, database: string, role: Role): string {
  const user = `${encodeURIComponent(role.name)}:${encodeURIComponent(role.password)}`;
  return `postgres://${user}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
