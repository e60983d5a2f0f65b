import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import postgres from 'postgres';
import { connect, connectReadOnly } from '../../../drizzle/client';
import { migrateDatabase } from '../../../drizzle/migrate';
import { seedDatabase } from '../../../drizzle/seeds';
import { createCommands } from '../../../src/commands/billing';
import { freePorts } from '../../../src/embedded/ports';
import { startPostgres, type EmbeddedPostgres } from '../../../src/embedded/postgres';
import { findQuarters, giveFolder, type Quarters } from '../../../src/embedded/postgres/account';
import { findPostgresBinaries } from '../../../src/embedded/postgres/binaries';
import { Supervisor } from '../../../src/embedded/processes';
import { startTemporal } from '../../../src/embedded/temporal';
import { processesOf, SANDBOX_TOKEN } from '../../../src/main/dev-processes';
import { migrationsFolder } from '../../../src/main/migrations';
import { createReads } from '../../../src/reads/reads';
import { createRecords } from '../../../src/records/records';
import { BILLING_TASK_QUEUE, SEARCH_ATTRIBUTES } from '../../../workflows/contract';
import { inAgreement, TEST_TERMS } from '../../support/consent';
import { ROOT } from '../../support/house/tree';
import { TEST_SECRETS } from '../../support/secrets';
import { TEST_DATA } from '../../support/servers/places';
import { TEST_SETTINGS, type Stack } from '../../support/stack';
import { until } from '../../support/until';

const silent = () => undefined;

/** What stays when a machine is lost: the bank, the chat, and under which address the shop is known to them. */
export interface World {
  readonly folder: string;
  readonly ports: { readonly telegram: number; readonly mock: number; readonly http: number };
  stop(): Promise<void>;
}

/** A machine with PostgreSQL, Temporal and the product's own processes, compiled as in production. */
export interface Machine {
  readonly cluster: EmbeddedPostgres;
  /** What tests buy and look with. */
  readonly shop: Shop;
  /** Ends every process at once, as a loss of power does. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** The parts of a stack that work against real processes, too. */
export type Shop = Pick<
  Stack,
  'client' | 'sql' | 'reads' | 'records' | 'commands' | 'databaseUrl' | 'taskQueue'
>;

function planOf(folder: string) {
  const overrides = {
    ...{ QUIET_HOURS: '00:00-00:00', TELEGRAM_BOT_TOKEN: SANDBOX_TOKEN, LOG_LEVEL: 'info' },
    LEGAL_DIR: join(ROOT, 'legal'),
  };
  return { dataFolder: folder, compiledFolder: join(ROOT, 'dist'), outside: {}, overrides };
}

const NOWHERE = { address: '127.0.0.1:1', namespace: 'default', origin: 'none', isEmbedded: false };

export async function startWorld(): Promise<World> {
  const folder = mkdtempSync(join(TEST_DATA, 'world-'));
  const supervisor = new Supervisor({ dataFolder: folder, report: silent });
  const [telegram = 0, mock = 0, http = 0] = await freePorts(3);
  const ports = { telegram, mock, http };
  const addresses = { databaseUrl: 'postgres://nobody@127.0.0.1:1/none', temporal: NOWHERE, ports };
  for (const definition of processesOf(addresses, planOf(folder))) {
    const isOutside = ['telegram-sandbox', 'mock-provider'].includes(definition.name);
    if (isOutside) await supervisor.start(definition);
  }
  return {
    ...{ folder, ports },
    stop: async () => {
      await supervisor.stopAll();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A folder for a machine, and the empty one where its PostgreSQL will keep its cluster. */
export function layFoundation(): { folder: string; quarters: Quarters } {
  const folder = mkdtempSync(join(TEST_DATA, 'machine-'));
  const plan = { binaries: findPostgresBinaries(), clusterFolder: join(folder, 'postgres') };
  const quarters = findQuarters(plan, silent);
  giveFolder(quarters.clusterFolder, quarters.account);
  return { folder, quarters };
}

/** PostgreSQL alone, on whatever its folder holds; returns once it takes writes. */
export async function startCluster(
  supervisor: Supervisor,
): Promise<{ cluster: EmbeddedPostgres; admin: postgres.Sql }> {
  const cluster = await startPostgres({ supervisor, report: silent, durability: 'fast' });
  const admin = postgres(cluster.adminUrl, { max: 1, onnotice: silent });
  await until('the cluster takes writes', async () => {
    const [row] = await admin`select pg_is_in_recovery() as reading`.catch(() => []);
    return row?.['reading'] === false;
  });
  return { cluster, admin };
}

/** Starts everything in the folder of a machine; a cluster that is there already is taken as it is. */
export async function startMachine(world: World, folder: string): Promise<Machine> {
  const supervisor = new Supervisor({ dataFolder: folder, report: silent });
  const { cluster, admin } = await startCluster(supervisor);
  await admin.end();
  const databaseUrl = await prepared(cluster);
  const temporal = await startTemporal({
    ...{ supervisor, report: silent, postgresAdminUrl: cluster.adminUrl, ports: 'free' },
    searchAttributes: SEARCH_ATTRIBUTES,
    env: { ...process.env, TEMPORAL_ADDRESS: '' },
  });
  const addresses = { databaseUrl, temporal, ports: world.ports };
  for (const definition of processesOf(addresses, planOf(world.folder))) {
    if (['worker', 'server'].includes(definition.name)) await supervisor.start(definition);
  }
  await until('the shop is ready', () => isReady(world.ports.http));
  const { shop, leave } = await enter(databaseUrl, temporal);
  return {
    cluster,
    shop,
    crash: async () => {
      supervisor.killAll();
      await leave();
    },
    stop: async () => {
      await leave();
      await supervisor.stopAll();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function prepared(cluster: EmbeddedPostgres): Promise<string> {
  const url = await cluster.ensureDatabase('billing', { name: 'billing', password: 'billing' });
  await migrateDatabase(url, migrationsFolder());
  const connection = connect(url, { poolSize: 1 });
  await seedDatabase(connection.db, { hasCatalogue: true });
  await connection.close();
  return url;
}

async function isReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status === 200;
}

async function enter(databaseUrl: string, temporal: { address: string; namespace: string }) {
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const [database, readOnly] = [connect(databaseUrl), connectReadOnly(databaseUrl)];
  const sql = postgres(databaseUrl, { max: 3, onnotice: silent });
  const records = createRecords(database.db, {
    ...{ settings: TEST_SETTINGS, terms: TEST_TERMS, secrets: TEST_SECRETS },
  });
  const shop: Shop = {
    ...{ client, sql, databaseUrl, taskQueue: BILLING_TASK_QUEUE },
    reads: createReads(readOnly.db, TEST_SECRETS),
    records: inAgreement(records, sql),
    commands: createCommands(client, BILLING_TASK_QUEUE),
  };
  const leave = async () => {
    const closing = [database.close(), readOnly.close(), sql.end({ timeout: 1 })];
    await Promise.allSettled([...closing, connection.close()]);
  };
  return { shop, leave };
}
